"""docs/conformance.md: each of its numbered lines has a test that is named after it, and no test names another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Lines of sections are numbered items, those on hostile input rows of a table.
_LINE = re.compile(r"^(?:(\d+)\. |\| (\d+) \|)", re.MULTILINE)
_TEST = re.compile(r"\bdef test_((?:[A-Z]\d+_)+)")
_NAMED = re.compile(r"([A-Z])(\d+)_")
_CITED = re.compile(r"[Cc]onformance ((?:C\d+(?:, )?)+)")


def lines() -> list[int]:
    text = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
    return [int(item or row) for item, row in _LINE.findall(text)]


def sources(*directories: str) -> Iterator[str]:
    for directory in directories:
        for path in sorted((ROOT / directory).rglob("*.py")):
            yield path.read_text(encoding="utf-8")


def test_lines_are_numbered_from_one_on() -> None:
    assert lines() == list(range(1, len(lines()) + 1))
    assert len(lines()) > 70


def test_every_line_has_a_test_that_is_named_after_it_and_no_test_names_another() -> None:
    prefixes = (prefix for text in sources("tests") for prefix in _TEST.findall(text))
    named = {(letter, int(number)) for prefix in prefixes for letter, number in _NAMED.findall(prefix)}
    assert named == {("C", number) for number in lines()}


def test_lines_that_the_code_cites_are_there() -> None:
    cited = {
        int(number) for text in sources("src") for each in _CITED.findall(text) for number in re.findall(r"\d+", each)
    }
    assert cited
    assert cited <= set(lines())
