"""dive's JSON: its shape, and what dive itself says of the same image."""

from __future__ import annotations

import json

import pytest

from imgscope import analyze
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from tests.render.example import example, image_of_example
from tests.render.golden import assert_golden
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource

RENDER = renderer("dive").render


def test_the_report_on_the_example_is_what_dive_says_of_it() -> None:
    """The golden file was held against dive 0.13.1 by hand: `dive --source docker-archive example.tar --json …`."""
    inspection = analyze.inspect_source(MemorySource(image_of_example()), options=analyze.Options(contents=True))
    assert_golden("example-dive.json", RENDER([inspection.report], RenderOptions()))


def test_one_image_is_an_object_and_several_are_an_array() -> None:
    source = MemorySource(image([layer(file("a", "x"))]))
    report = analyze.inspect_source(source, options=analyze.Options(contents=True)).report
    assert set(json.loads(RENDER([report], RenderOptions()))) == {"layer", "image"}
    assert len(json.loads(RENDER([report], RenderOptions(several=True)))) == 1


def test_an_image_where_no_path_stands_twice_is_efficient() -> None:
    source = MemorySource(image([layer(file("a", "x"))]))
    report = analyze.inspect_source(source, options=analyze.Options(contents=True)).report
    assert json.loads(RENDER([report], RenderOptions()))["image"] == {
        "sizeBytes": 1,
        "inefficientBytes": 0,
        "efficiencyScore": 1.0,
        "fileReference": [],
    }


def test_a_report_without_contents_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="needs a report with contents"):
        RENDER([example()], RenderOptions())
