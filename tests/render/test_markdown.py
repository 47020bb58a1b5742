"""Markdown: what matters first, never too long for a comment, and nothing in it but what we wrote."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imgscope.render import renderer
from imgscope.render._markup import code, text
from imgscope.render.base import RenderOptions
from imgscope.report import IgnoredFinding, ImageReport, PolicyCheck, PolicyVerdict, Severity
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.render.hostile import HOSTILE, MARK, hostile
from tests.support.images import file, layer
from tests.support.memory import inspect

RENDER = renderer("markdown").render
READER = MarkdownIt("gfm-like", {"linkify": False})
CHECKS = (
    PolicyCheck(name="max-layers", limit="20", actual="6", status="pass"),
    PolicyCheck(name="max-wasted", limit="20 MB", actual="25.3 MB", status="fail"),
    PolicyCheck(name="compressed-growth", limit="none", actual="+1.20 MB, +4.10%", status="skip"),
)


def render(*reports: ImageReport) -> str:
    return RENDER(reports, RenderOptions())


def judged(*, passed: bool) -> ImageReport:
    return msgspec.structs.replace(example(), policy=PolicyVerdict(passed=passed, checks=CHECKS, ignored=()))


def test_the_report_on_the_example_is_as_it_was() -> None:
    assert_golden("example.md", render(judged(passed=False)))


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (example(), "✅ <code>example.com/app&#58;1</code>: inspected"),
        (judged(passed=True), "✅ <code>example.com/app&#58;1</code>: the policy holds"),
        (judged(passed=False), "❌ <code>example.com/app&#58;1</code>: the policy does not hold"),
        (
            example(lost_layer=True),
            "⚠️ <code>example.com/app&#58;1</code>: inspected, but not all of it could be read",
        ),
    ],
)
def test_the_verdict_stands_first(report: ImageReport, verdict: str) -> None:
    assert render(report).startswith(f"### {verdict}\n")


def test_growth_stands_beside_the_size() -> None:
    assert "(+1.20 MB, +4.10%)" in render(judged(passed=True)).splitlines()[4]


def test_an_image_without_anything_has_a_report() -> None:
    assert "No findings." in render(inspect().report)
    assert render() == "No image could be inspected.\n"


def test_what_could_not_be_read_is_told() -> None:
    assert "**Could not be read**\n\n- layer sha256" in render(example(lost_layer=True)).replace("&#58;", ":")


def test_what_is_ignored_can_be_unfolded() -> None:
    ignored = IgnoredFinding(
        rule_id="x", reason="because", severity=Severity.LOW, confidence="high", message="what it is",
        paths=(), packages=(),
    )  # fmt: skip
    verdict = PolicyVerdict(passed=True, checks=(), ignored=(ignored,))
    assert "<summary>Ignored (1)</summary>\n\n- <code>x</code> what it is (because)" in render(
        msgspec.structs.replace(example(), policy=verdict)
    )


@pytest.mark.parametrize("count", [1, 2, 30, 400])
def test_it_fits_a_comment_however_much_there_is_to_say(count: int) -> None:
    report = hostile()
    many = msgspec.structs.replace(
        report,
        layers=report.layers * 100,
        findings=report.findings * 100,
        packages=report.packages * 1000,
        failures=report.failures * 100,
    )
    written = render(*[many] * count)
    assert len(written) < 65_536
    assert written.count("###") >= min(count, 100)


def test_what_there_is_no_room_for_is_named() -> None:
    written = render(*[example()] * 60)
    assert re.search(r"\nLeft out to fit a comment: .*findings.*\.\n", written)


def test_an_instruction_that_was_cut_short_says_so() -> None:
    long = "make " * 100
    cut = render(inspect(layer(file("app", "x"), created_by=f"RUN {long}")).report)
    assert f"<code>{f'RUN {long}'[:119]}…</code>" in cut


def test_C71_nothing_that_an_image_says_becomes_an_element_a_link_or_a_mention() -> None:
    tokens = READER.parse(render(hostile()))
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "html_inline", "softbreak", "strong_open", "strong_close"}
    elements = {child.content for child in inline if child.type == "html_inline"}
    assert elements <= {"<code>", "</code>", "<span>", "</span>"}
    blocks = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert all(re.fullmatch(r"<details><summary>[\w ().]+</summary>|</details>", block) for block in blocks)
    assert not {token.type for token in tokens} & {"fence", "code_block", "blockquote_open", "hr"}


def test_C71_a_row_of_a_table_has_the_cells_that_we_gave_it() -> None:
    rows = [line for line in render(hostile()).splitlines() if MARK in line and line.startswith("|")]
    assert rows
    assert all(line.count("|") in (5, 6) for line in rows)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50) | st.sampled_from(HOSTILE))
def test_C71_text_and_code_show_what_they_are_given_and_nothing_else(shown: str) -> None:
    from html import unescape

    from imgscope.text import printable

    for written in (text(shown), code(shown)):
        plain = unescape(re.sub(r"</?(?:span|code)>", "", written))
        assert plain == printable(shown)
        assert not re.search(r"@\w|#\d|[|`*\[\]\\]", written.replace("&#", ""))
