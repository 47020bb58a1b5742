"""The JSON report: valid by its schema whatever an image holds, the same for the same image, safe to print."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal, get_args, get_origin, get_type_hints

import jsonschema
import msgspec
import pytest

from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.render.schemas.report import report_schema
from imgscope.report import ImageReport
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.support.images import file, layer
from tests.support.memory import inspect

RENDER = renderer("json").render
VALIDATOR = jsonschema.Draft202012Validator(report_schema())
UNDECODABLE = b"caf\xe9".decode("utf-8", "surrogateescape")


def test_the_report_on_the_example_is_as_it_was() -> None:
    assert_golden("example.json", RENDER([example()], RenderOptions()))


def test_a_report_that_is_not_complete_says_so() -> None:
    text = RENDER([example(lost_layer=True)], RenderOptions())
    assert_golden("incomplete.json", text)
    assert json.loads(text)["complete"] is False


@pytest.mark.parametrize("report", [example(), example(lost_layer=True), inspect().report])
def test_a_report_is_valid_by_the_schema(report: ImageReport) -> None:
    VALIDATOR.validate(json.loads(RENDER([report], RenderOptions())))


def test_two_inspections_of_one_image_differ_in_nothing_but_the_run() -> None:
    texts = []
    for _ in range(2):
        document = json.loads(RENDER([inspect(layer(file("a", "a")), layer(file("a", "b"))).report], RenderOptions()))
        assert document.pop("run")["durationSeconds"] >= 0
        texts.append(json.dumps(document))
    assert texts[0] == texts[1]
    assert RENDER([example()], RenderOptions()) == RENDER([example()], RenderOptions())


def test_one_image_is_an_object_and_several_are_an_array_however_many_could_be_inspected() -> None:
    report = example()
    assert isinstance(json.loads(RENDER([report], RenderOptions())), dict)
    assert len(json.loads(RENDER([report, report], RenderOptions(several=True)))) == 2
    assert len(json.loads(RENDER([report], RenderOptions(several=True)))) == 1
    assert json.loads(RENDER([], RenderOptions(several=True))) == []


def test_optional_fields_without_a_value_are_left_out() -> None:
    document = json.loads(RENDER([inspect(layer(file("a"))).report], RenderOptions()))
    assert "null" not in json.dumps(document)
    assert "indexDigest" not in document["image"]


def test_C70_nothing_in_it_acts_on_a_terminal_and_everything_can_be_read_back() -> None:
    text = RENDER([example()], RenderOptions())
    assert not set(text) & {"\x1b", "\x9b", "\u202e", "\x85", "\u2028"}
    label = json.loads(text)["image"]["config"]["labels"]["org.opencontainers.image.title"]
    assert label == "an example → \x1b[31mred\x9b0m"


def test_C72_a_path_that_is_no_UTF_8_keeps_its_bytes_and_has_a_form_that_can_be_read() -> None:
    report = inspect(layer(file(UNDECODABLE, "x" * 10)), layer(file(UNDECODABLE, "y" * 10))).report
    text = RENDER([report], RenderOptions())
    (path,) = [found["path"] for found in json.loads(text)["waste"]["paths"]]
    assert path["readable"] == "caf\\xe9"
    assert base64.b64decode(path["base64"]) == b"caf\xe9"
    VALIDATOR.validate(json.loads(text))


def test_C72_whichever_text_of_a_report_is_no_UTF_8_the_JSON_is_and_the_schema_holds() -> None:
    report = _filled(ImageReport)
    document = json.loads(RENDER([report], RenderOptions()).encode())
    VALIDATOR.validate(document)
    assert document["libc"]["loader"] == {"readable": "caf\\xe9", "base64": base64.b64encode(b"caf\xe9").decode()}
    assert document["findings"][0]["message"] == "caf\\xe9"


def _filled(kind: Any) -> Any:
    """Return a value of `kind` in which every text is undecodable and every collection has one item."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind, include_extras=True)
        value: Any = kind(**{name: _filled(hints[name]) for name in kind.__struct_fields__})
    elif origin is tuple:
        value = (_filled(arguments[0]),)
    elif origin is dict:
        value = {"key": _filled(arguments[1])}
    elif origin is Literal:
        value = arguments[0]
    elif arguments:
        # What is annotated, or optional.
        value = _filled(arguments[0])
    else:
        value = {str: UNDECODABLE, int: 1, float: 0.5, bool: True}.get(kind) or next(iter(kind))
    return value
