"""JSON as every format that is made of it is written: indented, valid UTF-8, and safe to print."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

import msgspec

from imgscope.text import UNSAFE, printable

_PATH_FIELDS: Final = ("path", "paths", "loader", "target", "names", "leadsTo")


def document_text(document: Any) -> str:
    """Return a document of ours as JSON: where a path is not UTF-8, as an object that keeps its bytes as well."""
    try:
        return json_text(document)
    except UnicodeEncodeError:
        return json_text(_encodable(msgspec.to_builtins(document), is_path=False))


def document_line(document: Any) -> str:
    """Return the same in one line."""
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(document), is_path=False))
    return UNSAFE.sub(_escape, encoded.decode()) + "\n"


def json_text(document: Any) -> str:
    """Return `document` as JSON that ends in a newline. A lone surrogate in it is a `UnicodeEncodeError`."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    return UNSAFE.sub(_escape, text) + "\n"


def _escape(match: re.Match[str]) -> str:
    """Escape what JSON allows in strings but a terminal acts on. Line feeds are those between the lines."""
    return match.group() if match.group() == "\n" else f"\\u{ord(match.group()):04x}"


def _encodable(value: Any, *, is_path: bool) -> Any:
    """Return `value` with no undecodable bytes left in strings: paths become objects that keep the bytes as well."""
    if isinstance(value, str):
        return _encodable_text(value, is_path=is_path)
    if isinstance(value, dict):
        return {
            _encodable_text(key, is_path=False): _encodable(item, is_path=key in _PATH_FIELDS)
            for key, item in value.items()
        }
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
