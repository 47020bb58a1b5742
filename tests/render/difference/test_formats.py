"""What two images differ in, in every format: as it is kept in golden/, valid, and harmless whatever it names."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from typing import Any

import jsonschema
import msgspec
import pytest

from imgscope.difference.document import Difference, Document, PackageChange
from imgscope.difference.images import difference_of
from imgscope.errors import UsageError
from imgscope.render.base import RenderOptions
from imgscope.render.difference import difference_formats, difference_renderer
from imgscope.render.schemas import schema_document
from tests.render.difference.example import example, hostile, matrix, same
from tests.render.golden import assert_golden
from tests.render.hostile import MARK
from tests.support.images import file, layer, symlink
from tests.support.memory import inspect

_SUFFIXES = {"text": "txt", "json": "json", "markdown": "md"}


def render(name: str, document: Document, **options: Any) -> str:
    return difference_renderer(name).render(document, RenderOptions(**options))


def test_the_formats_are_text_json_and_markdown() -> None:
    assert difference_formats() == ["json", "markdown", "text"]
    with pytest.raises(UsageError) as raised:
        difference_renderer("jsn")
    assert raised.value.hint == "did you mean json? There are: json, markdown, text"


@pytest.mark.parametrize("name", _SUFFIXES)
def test_every_format_is_as_it_is_kept(name: str) -> None:
    assert_golden(f"difference.{_SUFFIXES[name]}", render(name, example()))
    assert_golden(f"difference-platforms.{_SUFFIXES[name]}", render(name, matrix()))


def test_equal_images_are_said_to_be_so() -> None:
    assert render("text", same()).splitlines()[-1] == "no differences, but 1 path in time only"
    assert ": no differences" in render("markdown", same()).splitlines()[0]


def test_what_could_not_be_read_is_said() -> None:
    lost = example(lost_layer=True)
    assert "incomplete: part of this could not be read" in render("text", lost)
    assert "Part of this could not be read" in render("markdown", lost)
    assert json.loads(render("json", lost))["complete"] is False


def test_nothing_is_cut_short_where_that_is_asked_for() -> None:
    assert "and 6 more paths, see --verbose" in render("text", example())
    detailed = render("text", example(), detailed=True)
    assert "more" not in detailed
    assert detailed.count("/srv/assets/") == 12


def test_of_very_many_packages_other_versions_and_the_largest_are_shown() -> None:
    gone = [PackageChange(name=f"package{size:02}", type="deb", old_version="1", delta=-size) for size in range(60)]
    newer = PackageChange(name="zlib1g", type="deb", old_version="1", new_version="2", delta=0)
    told = render("text", msgspec.structs.replace(example(), packages=(*gone, newer)))
    shown = re.findall(r"^  [-~] +\S+ k?B  (package\d\d|zlib1g) ", told, re.MULTILINE)
    assert shown == [*(f"package{size:02}" for size in range(21, 60)), "zlib1g"]
    assert "\n  and 21 more packages, see --verbose\n" in told


def test_colours_are_those_of_what_happened_and_only_where_they_are_asked_for() -> None:
    assert "\x1b[32m" in render("text", example(), color=True)
    assert "\x1b" not in render("text", example())


def test_lines_stay_within_the_width_but_for_names() -> None:
    for line in render("text", example(), width=60).splitlines():
        assert (
            len(line) <= 60 or "/" in line or line.lstrip()[:1] in "+-~m" or line.startswith(("  compressed", "Files"))
        )


@pytest.mark.parametrize("document", [example(), same(), example(lost_layer=True), matrix(), hostile()])
def test_C72_json_is_valid_by_its_schema(document: Document) -> None:
    schema = schema_document("diff")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(render("json", document)), schema, cls=jsonschema.Draft202012Validator)


def test_C72_names_that_are_no_UTF_8_keep_their_bytes_in_json() -> None:
    new = inspect(layer(file("caf\udce9", "x"), symlink("link", "\udcff")))
    (first,) = json.loads(render("json", difference_of(inspect(), new)))["layers"]
    added = {each["change"]: each for each in first["packages"][0]["paths"] if each["path"] != "link"}["added"]
    assert added["path"]["readable"] == "caf\\xe9"
    assert base64.b64decode(added["path"]["base64"]) == b"caf\xe9"
    link = next(each for each in first["packages"][0]["paths"] if each["path"] == "link")
    assert base64.b64decode(link["new"]["target"]["base64"]) == b"\xff"


@pytest.mark.parametrize("name", difference_formats())
@pytest.mark.parametrize("detailed", [False, True])
def test_C70_nothing_acts_on_a_terminal_or_is_no_UTF_8(name: str, detailed: bool) -> None:
    text = render(name, hostile(), detailed=detailed)
    text.encode()
    acting = [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl")]
    assert acting == []
    assert MARK in text


@pytest.mark.parametrize("name", difference_formats())
@pytest.mark.parametrize("width", [40, 61, 80, 300])
def test_C71_no_name_becomes_a_line_that_a_build_log_takes_for_a_command(name: str, width: int) -> None:
    begun = [line.lstrip() for line in render(name, hostile(), width=width, detailed=True).split("\n")]
    assert [line for line in begun if line.startswith(("::", "##[", "##vso["))] == []


def test_C71_nothing_that_an_image_says_is_markup_in_markdown() -> None:
    text = render("markdown", hostile())
    tags = set(re.findall(r"</?([a-z]+)", text))
    assert tags <= {"code", "span", "details", "summary"}
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    assert "@everyone" not in text
    assert "](" not in text


def test_a_comment_has_at_most_what_hosts_take_and_says_what_is_left_out() -> None:
    long = layer(*(file(f"{'d' * 200}/{number}-{'x' * 90}", "x") for number in range(60)))
    many = [layer(*(file(f"{'e' * 250}{each}/{number}", "x") for number in range(60))) for each in range(18)]
    difference: Difference = difference_of(inspect(), inspect(long, *many))
    text = render("markdown", difference)
    assert len(text) <= 65_536
    assert "Left out to fit a comment: layer " in text
