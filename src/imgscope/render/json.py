"""JSON as docs/contract.md has it: one object for one image, an array where several were asked for."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from imgscope.contents import without_contents
from imgscope.render._json import json_text
from imgscope.render.base import Render, RenderOptions
from imgscope.report import ImageReport
from imgscope.text import printable

_PATH_FIELDS: Final = ("path", "paths", "loader")


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    plain = [without_contents(report) for report in reports]
    document: Any = plain if options.several or len(plain) != 1 else plain[0]
    try:
        return json_text(document)
    except UnicodeEncodeError:
        return json_text(_encodable(msgspec.to_builtins(document), is_path=False))


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


RENDER = Render(render=_render)
