"""The report for a person: the same bytes as ever, 80 columns wide, and nothing in it that acts on a terminal."""

from __future__ import annotations

import re
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import IgnoredFinding, PolicyCheck, PolicyVerdict, Severity
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.support.images import directory, file, layer, whiteout
from tests.support.memory import inspect

RENDER = renderer("text").render
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def test_the_report_on_the_example_is_as_it_was() -> None:
    assert_golden("example.txt", RENDER([example()], RenderOptions()))


def test_the_detailed_report_on_the_example_is_as_it_was() -> None:
    assert_golden("example-detailed.txt", RENDER([example()], RenderOptions(detailed=True)))


def test_a_report_that_is_not_complete_says_what_is_missing() -> None:
    assert_golden("incomplete.txt", RENDER([example(lost_layer=True)], RenderOptions()))


def test_a_directory_that_was_deleted_as_a_whole_is_one_line() -> None:
    kept, large = file("d/keep", "k"), [file(f"opt/java/lib/{number}", "x" * number) for number in range(1, 10)]
    text = RENDER([inspect(layer(kept, *large), layer(whiteout("opt/java"))).report], RenderOptions())
    assert re.search(r"^ *45 B +deleted +0, 1 +/opt/java/ \(9 files\)$", text, re.MULTILINE)
    assert "java/lib" not in text


def test_an_image_without_anything_has_a_report() -> None:
    assert_golden("empty.txt", RENDER([inspect(layer(directory("etc"))).report], RenderOptions()))


def test_several_reports_are_parted_by_a_blank_line() -> None:
    one = RENDER([example()], RenderOptions())
    assert RENDER([example(), example()], RenderOptions()) == f"{one}\n{one}"


def test_a_dumb_terminal_is_as_wide_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    text = STYLE.sub("", RENDER([example()], RenderOptions(width=132, color=True)))
    assert 80 < max(map(_columns, text.splitlines())) <= 132


@pytest.mark.parametrize("width", [40, 80, 132, 300])
@pytest.mark.parametrize("detailed", [False, True])
def test_C70_no_line_is_wider_than_the_place_it_goes_to(width: int, detailed: bool) -> None:
    text = RENDER([example(), example(lost_layer=True)], RenderOptions(width=width, detailed=detailed))
    assert max(map(_columns, text.splitlines())) <= width
    assert text.endswith("\n")
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_C70_hostile_names_are_shown_by_their_codes() -> None:
    text = RENDER([example()], RenderOptions(detailed=True, width=200))
    assert not [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs")]


def test_C71_what_looks_like_markup_is_text() -> None:
    assert "/app/[bold]markup[/bold][@click=app.quit]" in RENDER([example()], RenderOptions(width=120))


@pytest.mark.parametrize("width", [40, 80, 300])
def test_C70_what_a_policy_quotes_of_an_image_keeps_the_width_and_is_safe_to_show(width: int) -> None:
    hostile = "na\x1b[31mme\u202e[bold] " * 5
    verdict = PolicyVerdict(
        passed=False,
        checks=(PolicyCheck(name="allowed-distros", limit="alpine", actual=hostile, status="fail"),),
        ignored=(
            IgnoredFinding(
                rule_id="logs-left",
                reason=hostile,
                severity=Severity.LOW,
                confidence="high",
                message=hostile,
                paths=(),
                packages=(),
            ),
        ),
    )
    text = RENDER([msgspec.structs.replace(example(), policy=verdict)], RenderOptions(width=width))
    section = text.partition("Policy: does not hold\n  FAIL allowed-distros (")[2]
    assert section.count(r"\x1b[31mme\u202e[bold]") == 15 or width == 40
    assert max(map(_columns, text.splitlines())) <= width
    assert not [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs")]


def test_colour_adds_styles_and_changes_no_word() -> None:
    plain, colored = (RENDER([example()], RenderOptions(color=color)) for color in (False, True))
    assert "\x1b" not in plain
    assert [line.rstrip() for line in STYLE.sub("", colored).split("\n")] == plain.split("\n")


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0/"), min_size=1, max_size=200))
def test_C70_whatever_a_file_is_called_the_report_keeps_its_width_and_its_characters(name: str) -> None:
    if name in (".", "..") or name.startswith(".wh.") or len(name.encode()) > 255:
        return
    report = inspect(layer(file(name, "x" * 200_000)), layer(whiteout(name))).report
    text = RENDER([report], RenderOptions(detailed=True))
    assert max(map(_columns, text.splitlines())) <= 80
    assert not [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs")]


def _columns(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)
