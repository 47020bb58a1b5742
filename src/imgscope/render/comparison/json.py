"""JSON as `imgscope schema compare` describes it."""

from __future__ import annotations

from imgscope.comparison.data import Comparison
from imgscope.render._json import document_text
from imgscope.render.base import RenderOptions
from imgscope.render.comparison.base import ComparisonRender


def _render(comparison: Comparison, options: RenderOptions) -> str:
    return document_text(comparison)


RENDER = ComparisonRender(render=_render)
