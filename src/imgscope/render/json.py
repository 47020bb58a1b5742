"""JSON as docs/contract.md has it: one object for one image, an array where several were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imgscope.contents import without_contents
from imgscope.render._json import document_text
from imgscope.render.base import Render, RenderOptions
from imgscope.report import ImageReport


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    plain = [without_contents(report) for report in reports]
    document: Any = plain if options.several or len(plain) != 1 else plain[0]
    return document_text(document)


RENDER = Render(render=_render)
