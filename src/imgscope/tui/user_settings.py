"""The settings of this user, held against the panes and themes that there are."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

from imgscope.tui.model.settings import Settings, read_settings, settings_file
from imgscope.tui.panes import pane_kinds
from imgscope.tui.themes import OUR_THEMES


def user_settings() -> Settings:
    """Return what the user's settings file says. Raises `UsageError`."""
    return read_settings(
        settings_file(),
        panes=tuple(kind.name for kind in pane_kinds()),
        themes=(*sorted(BUILTIN_THEMES), *(theme.name for theme in OUR_THEMES)),
    )
