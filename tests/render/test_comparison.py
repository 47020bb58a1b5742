"""Comparisons in every format: as they were, as wide as they may be, valid, and harmless whatever things are called."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
import sys
import unicodedata
from typing import Any, Final

import jsonschema
import msgspec
import pytest
from markdown_it import MarkdownIt

from imgscope.comparison.compare import side_by_side
from imgscope.comparison.data import Comparison, SizeDifference
from imgscope.comparison_table import difference_phrase, table_of
from imgscope.errors import UsageError
from imgscope.render.base import RenderOptions
from imgscope.render.comparison import comparison_formats, comparison_renderer
from imgscope.render.schemas.compare import comparison_schema
from tests.render.comparison_example import heads, hostile, whole
from tests.render.golden import assert_golden
from tests.render.hostile import HOSTILE, MARK
from tests.render.page import Page

_SUFFIXES: Final = {"html": "html", "json": "json", "markdown": "md", "text": "txt"}


def render(name: str, comparison: Comparison, *, width: int = 80, detailed: bool = False, color: bool = False) -> str:
    options = RenderOptions(width=width, detailed=detailed, color=color)
    return comparison_renderer(name).render(comparison, options)


@pytest.mark.parametrize("name", comparison_formats())
def test_comparisons_are_as_they_were(name: str) -> None:
    assert_golden(f"comparison.{_SUFFIXES[name]}", render(name, whole()))
    assert_golden(f"comparison-of-variants.{_SUFFIXES[name]}", render(name, heads()))


def test_formats_are_found_by_name_and_others_refused_with_those_there_are() -> None:
    assert comparison_formats() == ["html", "json", "markdown", "text"]
    with pytest.raises(UsageError) as raised:
        comparison_renderer("sarif")
    assert raised.value.hint == "There are: html, json, markdown, text"


def test_a_format_loads_no_other() -> None:
    found = "from imgscope.render.comparison import comparison_renderer as find; find('json')"
    code = f"import sys; {found}; print('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("comparison", [whole(), heads(), hostile()], ids=["whole", "heads", "hostile"])
def test_C72_json_is_valid_by_its_schema(comparison: Comparison) -> None:
    document = json.loads(render("json", comparison))
    jsonschema.validate(document, comparison_schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_is_one_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(comparison_schema())
    assert comparison_schema()["title"] == "imgscope comparison, schema 1.0"


def test_C72_a_path_that_is_not_UTF_8_keeps_its_bytes() -> None:
    document = json.loads(render("json", hostile()))
    paths = [path for each in document["moves"]["candidates"][0]["breaks"] for path in each["paths"]]
    exact = [base64.b64decode(path["base64"]) for path in paths if isinstance(path, dict)]
    assert any(b"caf\xe9" in path for path in exact)


@pytest.mark.parametrize("width", [40, 60, 80, 132, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for comparison in (whole(), heads()):
        assert max(map(len, render("text", comparison, width=width).splitlines())) <= width


def test_three_images_fit_80_columns_and_more_follow_in_blocks() -> None:
    assert render("text", whole()).count("\ncompressed ") == 1
    assert render("text", heads()).count("\ncompressed ") == 2
    assert render("text", heads(), width=120).count("\ncompressed ") == 1


def called(*references: str) -> Comparison:
    """The images of a comparison under other names."""
    images = zip(whole().images, references, strict=False)
    named = tuple(msgspec.structs.replace(each, reference=reference) for each, reference in images)
    return msgspec.structs.replace(whole(), images=named, moves=None, failures=())


LONG_NAMES: Final = (
    f"registry.example.com:5000/team/app@sha256:{'ab' * 32}",
    "docker-archive:/home/user/builds/2024-01-31/output/app.tar",
    "docker-archive:/home/user/builds/2024-02-29/output/app.tar",
)


@pytest.mark.parametrize("width", [80, 100])
def test_a_long_name_takes_one_line_of_the_head_of_its_column(width: int) -> None:
    head, first = render("text", called(*LONG_NAMES), width=width).splitlines()[:2]
    assert len(head.split()) == 3
    assert first.startswith("compressed ")


def test_what_all_names_begin_with_is_told_once_above_the_table() -> None:
    shown = render("text", called(*LONG_NAMES[1:]))
    assert shown.startswith("docker-archive:/home/user/builds/\n")
    assert "  2024-01-31/output/app.tar  " in shown.splitlines()[1]
    assert shown.count("docker-archive:") == 1
    assert render("markdown", called(*LONG_NAMES[1:])).startswith(
        "### 2 images of <code>docker-archive&#58;/home/user/builds/</code> compared\n"
    )


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_names_are_short_in_tables_that_others_lay_out(name: str) -> None:
    written = html.unescape(render(name, called(*LONG_NAMES)))
    titles = re.findall(r"(?:<th scope=\"col\">|\| )<code[^>]*>([^<]+)", written)[:3]
    assert len(set(titles)) == 3
    assert max(map(len, titles)) <= 32


def test_the_page_and_the_JSON_have_whole_names() -> None:
    comparison = called(*LONG_NAMES)
    assert all(f'title="{name}"' in render("html", comparison) for name in LONG_NAMES)
    assert [image["reference"] for image in json.loads(render("json", comparison))["images"]] == list(LONG_NAMES)


def test_colors_tell_less_from_more() -> None:
    shown = render("text", whole(), color=True)
    assert "\x1b[32m-" in shown
    assert "\x1b[" not in render("text", whole())


def test_detailed_output_cuts_nothing_short() -> None:
    breaks = whole().moves
    assert breaks is not None
    many = msgspec.structs.replace(
        breaks.candidates[1],
        breaks=tuple(
            msgspec.structs.replace(each, paths=tuple(f"p{number}" for number in range(9)))
            for each in breaks.candidates[1].breaks
        ),
    )
    comparison = msgspec.structs.replace(whole(), moves=msgspec.structs.replace(breaks, candidates=(many,)))
    assert "and 6 more files" in render("text", comparison)
    assert "/p8" not in render("text", comparison)
    assert "/p8" in render("text", comparison, detailed=True)


@pytest.mark.parametrize("name", comparison_formats())
def test_C70_nothing_in_any_format_acts_on_a_terminal_or_is_no_UTF_8(name: str) -> None:
    text = render(name, hostile(), detailed=True)
    text.encode()
    acting = [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl")]
    assert acting == []
    assert MARK in text


@pytest.mark.parametrize("name", comparison_formats())
@pytest.mark.parametrize("width", [40, 61, 80, 300])
def test_C71_no_name_becomes_a_line_that_a_build_log_takes_for_a_command(name: str, width: int) -> None:
    begun = [line.lstrip() for line in render(name, hostile(), width=width).split("\n")]
    assert [line for line in begun if line.startswith(("::", "##[", "##vso["))] == []


def test_C71_the_page_has_no_element_but_ours_and_its_policy_allows_its_style_alone() -> None:
    page = Page(render("html", hostile()))
    assert not {name for name, _ in page.elements} & {"script", "img", "a", "iframe", "link"}
    assert {name for name, _ in page.elements} == {name for name, _ in Page(render("html", whole())).elements} | {"br"}
    assert all(not attribute.startswith("on") for _, attributes in page.elements for attribute in attributes)
    (policy,) = [attributes["content"] for name, attributes in page.elements if "http-equiv" in attributes]
    digest = base64.b64encode(hashlib.sha256("".join(page.raw["style"]).encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "prefers-color-scheme: dark" in page.raw["style"][0]


def test_C71_names_in_markdown_are_text_and_stay_in_their_cells() -> None:
    written = render("markdown", hostile())
    rendered = Page(MarkdownIt("gfm-like", {"linkify": False}).render(written))
    assert not {name for name, _ in rendered.elements} & {"script", "img", "a", "h1"}
    rows = [line for line in written.splitlines() if line.startswith("| compressed ")]
    assert [row.replace("\\|", "").count(" | ") for row in rows] == [3]


def test_markdown_fits_a_comment_however_much_breaks() -> None:
    moves = hostile().moves
    assert moves is not None
    many = msgspec.structs.replace(moves.candidates[0], breaks=moves.candidates[0].breaks * 200)
    comparison = msgspec.structs.replace(hostile(), moves=msgspec.structs.replace(moves, candidates=(many,) * 3))
    written = render("markdown", comparison)
    assert len(written) <= 65_536
    assert written.endswith("parts left out to fit a comment.\n")


def test_rows_that_no_image_has_anything_for_are_left_out() -> None:
    titles = [row.title for row in table_of(heads())]
    assert "unpacked" not in titles
    assert "findings" not in titles
    assert {"compressed", "also called", "versions", "user"} <= set(titles)


def test_one_image_alone_shares_with_nobody() -> None:
    alone = msgspec.structs.replace(heads(), images=side_by_side(heads().images[:1], 0), baseline=0)
    assert "shared layers" not in [row.title for row in table_of(alone)]


@pytest.mark.parametrize(
    ("difference", "phrase"),
    [
        (SizeDifference(bytes=0, percent=0.0), "same"),
        (SizeDifference(bytes=-90_800_000, percent=-63.9), "-90.8 MB (-64%)"),
        (SizeDifference(bytes=1000, percent=1234.5), "+1.00 kB (+1,234%)"),
        (SizeDifference(bytes=1000), "+1.00 kB"),
    ],
)
def test_a_difference_is_told_with_its_sign(difference: SizeDifference, phrase: str) -> None:
    assert difference_phrase(difference) == phrase


def test_hostile_texts_are_all_there_to_be_seen() -> None:
    shown: Any = render("html", hostile())
    assert shown.count(MARK) >= len(HOSTILE)
