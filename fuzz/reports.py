"""What holds for every report, whatever image it is on."""

from __future__ import annotations

import json
from typing import Final

from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport
from imgscope.text import UNSAFE

_JSON: Final = renderer("json")
_FOR_PEOPLE: Final = [renderer(name) for name in ("text", "markdown", "github", "sarif", "junit")]


def check_report(report: ImageReport, *, for_people: bool = True) -> None:
    """No probe and no rule crashed, and what is written of it, `for_people` as well, is safe to print."""
    crashed = [failure.message for failure in report.failures if " crashed " in failure.message]
    assert not crashed, crashed[0]
    written = [_JSON.render([report], RenderOptions())]
    written += [each.render([report], RenderOptions()) for each in _FOR_PEOPLE if for_people]
    document = json.loads(written[0])
    assert document["complete"] == (not any(each.error for each in report.layers)) or report.failures
    for text in written:
        unsafe = set(UNSAFE.findall(text)) - {"\n"}
        assert not unsafe, unsafe
