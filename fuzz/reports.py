"""What holds for every report, whatever image it is on."""

from __future__ import annotations

import json
from typing import Final

from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport
from imgscope.text import UNSAFE

_RENDERERS: Final = [renderer(name) for name in ("json", "text", "markdown")]


def check_report(report: ImageReport) -> None:
    """No probe and no rule crashed, sizes add up, and what is written of it is safe to print."""
    crashed = [failure.message for failure in report.failures if " crashed " in failure.message]
    assert not crashed, crashed[0]
    assert report.image.unpacked_size >= 0
    written = [render.render([report], RenderOptions()) for render in _RENDERERS]
    document = json.loads(written[0])
    assert document["complete"] == (not any(each.error for each in report.layers)) or report.failures
    for text in written:
        unsafe = set(UNSAFE.findall(text)) - {"\n"}
        assert not unsafe, unsafe
