"""Colours. What they say is always said by a sign or a word as well."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from imgscope.tui.model.settings import DARK, HIGH_CONTRAST, LIGHT

OUR_THEMES: Final = (
    replace(BUILTIN_THEMES["textual-dark"], name=DARK),
    # What stands back is lighter than the text here, and what stands out darker than the library has it.
    replace(
        BUILTIN_THEMES["textual-light"],
        name=LIGHT,
        background="#f4f4f4",
        surface="#e8e8e8",
        panel="#dcdcdc",
        variables={
            **BUILTIN_THEMES["textual-light"].variables,
            "foreground-darken-2": "#3c3c3c",
            "foreground-darken-3": "#595959",
            "text-primary": "#00508c",
            "text-success": "#1a5e1f",
            "text-warning": "#7a4100",
            "text-error": "#a3001d",
        },
    ),
    Theme(
        name=HIGH_CONTRAST,
        dark=True,
        primary="#00d7ff",
        secondary="#ffffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        success="#5fff5f",
        warning="#ffff00",
        error="#ff8787",
        variables={
            "foreground-darken-2": "#ffffff",
            "foreground-darken-3": "#d7d7d7",
            "primary-muted": "#005f87",
            "block-cursor-foreground": "#000000",
            "surface-lighten-1": "#303030",
            "surface-lighten-2": "#ffffff",
            "footer-key-foreground": "#ffff00",
            "text-primary": "#87e7ff",
            "text-success": "#87ff87",
            "text-warning": "#ffff00",
            "text-error": "#ff8787",
        },
    ),
)
THEME_CYCLE: Final = {DARK: "dark", LIGHT: "light", HIGH_CONTRAST: "high contrast"}
