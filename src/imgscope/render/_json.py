"""JSON as every format that is made of it is written: valid UTF-8, and safe to print."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

import msgspec

from imgscope.text import UNSAFE, printable

_PATH_FIELDS: Final = ("path", "paths", "loader", "target", "names")


def json_text(document: Any) -> str:
    """Return `document` indented, ending in a newline. Paths that are not UTF-8 keep their bytes, see `json_line`."""
    text = msgspec.json.format(_encoded(document), indent=2).decode()
    return UNSAFE.sub(_escape, text) + "\n"


def json_line(document: Any) -> str:
    """Return `document` in one line, ending in a newline.

    A path that is not UTF-8 is an object with a `readable` form and its bytes in `base64`.
    """
    return UNSAFE.sub(_escape, _encoded(document).decode()) + "\n"


def _encoded(document: Any) -> bytes:
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(msgspec.to_builtins(document), is_path=False))


def _escape(match: re.Match[str]) -> str:
    """Escape what JSON allows in strings but a terminal acts on. Line feeds are those between the lines."""
    return match.group() if match.group() == "\n" else f"\\u{ord(match.group()):04x}"


def _encodable(value: Any, *, is_path: bool) -> Any:
    """Return `value` with no undecodable bytes left in strings: paths become objects that keep the bytes as well."""
    if isinstance(value, str):
        return _encodable_text(value, is_path=is_path)
    if isinstance(value, dict):
        return {key: _encodable(item, is_path=key in _PATH_FIELDS) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item, is_path=is_path) for item in value]
    return value


def _encodable_text(text: str, *, is_path: bool) -> str | dict[str, str]:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        if not is_path:
            return printable(text)
        exact = text.encode("utf-8", "surrogateescape")
        return {"readable": printable(text), "base64": base64.b64encode(exact).decode()}
    return text
