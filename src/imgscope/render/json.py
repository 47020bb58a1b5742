"""JSON as docs/contract.md has it: one object for one image, an array of them for several."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import msgspec

from imgscope.render.base import Render, RenderOptions
from imgscope.report import ImageReport
from imgscope.text import printable


def _render(reports: Sequence[ImageReport], _: RenderOptions) -> str:
    document: Any = reports[0] if len(reports) == 1 else reports
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(document)))
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _encodable(value: Any) -> Any:
    """Return `value` with each string that holds undecodable bytes as an object: readable text, and the bytes."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            exact = value.encode("utf-8", "surrogateescape")
            return {"readable": printable(value), "base64": base64.b64encode(exact).decode()}
        return value
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


RENDER = Render(render=_render)
