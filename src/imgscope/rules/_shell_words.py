"""How names that come out of an image are written into a command that a person may copy and run."""

from __future__ import annotations

import re
import shlex
from typing import Final

from imgscope.text import printable

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*")


def is_plain(text: str) -> bool:
    """Tell whether `text` is one word of a command as it is, and no option."""
    return _PLAIN.fullmatch(text) is not None


def shell_word(text: str) -> str | None:
    """Return `text` as one word of a shell's command (POSIX, "Quoting"); None where it cannot be shown as it is."""
    if is_plain(text):
        return text
    if not text or text.startswith("-") or printable(text) != text:
        return None
    return shlex.quote(text)
