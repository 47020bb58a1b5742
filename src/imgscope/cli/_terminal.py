"""Whether there is a terminal that the terminal UI can be shown on."""

from __future__ import annotations

import os
import sys


def is_capable_terminal() -> bool:
    """Tell whether stdin and stdout are a terminal that knows more than lines, or lead to a browser."""
    if "TEXTUAL_DRIVER" in os.environ:
        return True
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM") != "dumb"
