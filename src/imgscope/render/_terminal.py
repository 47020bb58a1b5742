"""Writing text as a terminal of some width shows it, and as a build log may hold it."""

from __future__ import annotations

import io
from typing import Final

from rich.console import Console

from imgscope.render.base import RenderOptions

# Nothing depends on it, but without it rich takes the width of a dumb terminal instead of the one it was given.
_HEIGHT: Final = 24
# GitHub Actions and Azure Pipelines take what follows for a command, wherever it begins a line of a log.
_COMMANDS: Final = ("::", "##[", "##vso[")


def console_for(written: io.StringIO, options: RenderOptions) -> Console:
    """Return a console that writes to `written`, as wide and colourful as `options` say, and knows no markup."""
    return Console(
        file=written,
        width=options.width,
        height=_HEIGHT,
        force_terminal=options.color,
        color_system="standard" if options.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


def fit_for_logs(text: str) -> str:
    """Return `text` without spaces at the ends of its lines, and with nothing in it that a build log would act on."""
    return "\n".join(_inert(line.rstrip()) for line in text.split("\n"))


def _inert(line: str) -> str:
    """Return `line` as one that a build log only shows: a name may have been folded where it looks like a command."""
    text = line.lstrip()
    if not text.startswith(_COMMANDS):
        return line
    return f"{line[: max(len(line) - len(text) - 1, 0)]}\\{text}"
