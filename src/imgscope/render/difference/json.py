"""JSON as `imgscope schema diff` describes it."""

from __future__ import annotations

from imgscope.difference.document import Document
from imgscope.render._json import document_text
from imgscope.render.base import RenderOptions
from imgscope.render.difference.base import DifferenceRender


def _render(document: Document, options: RenderOptions) -> str:
    return document_text(document)


RENDER = DifferenceRender(render=_render)
