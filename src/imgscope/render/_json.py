"""JSON as every format that is made of it is written: indented, valid UTF-8, and safe to print."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from imgscope.text import UNSAFE


def json_text(document: Any) -> str:
    """Return `document` as JSON that ends in a newline. A lone surrogate in it is a `UnicodeEncodeError`."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    return UNSAFE.sub(_escape, text) + "\n"


def _escape(match: re.Match[str]) -> str:
    """Escape what JSON allows in strings but a terminal acts on. Line feeds are those between the lines."""
    return match.group() if match.group() == "\n" else f"\\u{ord(match.group()):04x}"
