"""The settings of this user, held against the panes and themes that there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.theme import BUILTIN_THEMES

from imgscope.tui.model.settings import DEFAULT_SETTINGS, Settings, read_settings, settings_file, write_theme
from imgscope.tui.panes import pane_kinds
from imgscope.tui.themes import OUR_THEMES


def user_settings() -> Settings:
    """Return what the user's settings file says. Raises `UsageError`."""
    path = settings_file()
    if path is None:
        return DEFAULT_SETTINGS
    return read_settings(
        path,
        panes=tuple(kind.name for kind in pane_kinds()),
        themes=(*sorted(BUILTIN_THEMES), *(theme.name for theme in OUR_THEMES)),
    )


def keep_theme() -> Callable[[str], None] | None:
    """Return what writes the name of a theme to the user's settings file, None for a user without a home."""
    path = settings_file()
    return None if path is None else partial(write_theme, path)
