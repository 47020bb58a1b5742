"""JSON as `dive --json` writes it, by dive's own arithmetic, for what was made to read that.

The shape is that of dive 0.12: later versions add to each layer the list of all its files. There is one image in it
as in dive's, and an array where several were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imgscope.contents import ReportWithContents
from imgscope.render._json import json_text
from imgscope.render.base import Render, RenderOptions
from imgscope.report import ImageReport, LayerReport
from imgscope.text import printable


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    images = [_image(report) for report in reports]
    return json_text(images if options.several or len(images) != 1 else images[0])


def _image(report: ImageReport) -> dict[str, Any]:
    if not isinstance(report, ReportWithContents):
        raise TypeError("the dive format needs a report with contents")
    return {
        "layer": list(map(_layer, report.layers)),
        "image": {
            "sizeBytes": report.image.unpacked_size,
            "inefficientBytes": report.contents.wasted_bytes,
            "efficiencyScore": report.waste.efficiency,
            "fileReference": [
                {"count": path.count, "sizeBytes": path.total_size, "file": printable(f"/{path.path}")}
                for path in report.contents.inefficient
            ],
        },
    }


def _layer(layer: LayerReport) -> dict[str, Any]:
    return {
        "index": layer.index,
        "id": layer.diff_id.rpartition(":")[2],
        "digestId": layer.diff_id,
        "sizeBytes": layer.unpacked_size,
        # dive leaves out the shell of the classic builder, and nothing of what others record.
        "command": printable((layer.created_by or "").removeprefix("/bin/sh -c ")),
    }


RENDER = Render(render=_render, needs_contents=True)
