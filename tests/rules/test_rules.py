"""What holds for every rule."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import imgscope.rules
from imgscope.report import Finding
from imgscope.rules import rule_pages, rules
from imgscope.rules.base import RulePage
from tests.rules.examples import EXAMPLES
from tests.support.images import BuiltLayer
from tests.support.memory import inspect

PAGES = {page.rule.id: page for page in rule_pages()}
HEADINGS = ["## What it does", "## Why it matters", "## How to fix"]


def findings_of(rule_id: str, layers: tuple[BuiltLayer, ...], config: Mapping[str, Any]) -> list[Finding]:
    report = inspect(*layers, config=config).report
    assert report.complete, report.failures
    return [finding for finding in report.findings if finding.rule_id == rule_id]


def test_every_rule_is_named_like_its_file_and_has_its_examples() -> None:
    files = {path.stem.replace("_", "-") for path in Path(imgscope.rules.__path__[0]).glob("[a-z]*.py")} - {"base"}
    assert set(PAGES) == files
    assert set(EXAMPLES) == files


@pytest.mark.parametrize("rule_id", PAGES)
def test_a_rule_fires_on_its_example(rule_id: str) -> None:
    example = EXAMPLES[rule_id]
    findings = findings_of(rule_id, example.fires, example.fires_config)
    assert findings
    for finding in findings:
        assert finding.severity.rank <= PAGES[rule_id].rule.severity.rank
        assert finding.paths or finding.packages or finding.layer is not None or finding.fix
        assert "\n" not in finding.message


@pytest.mark.parametrize("rule_id", PAGES)
def test_a_rule_stays_silent_where_something_only_comes_close(rule_id: str) -> None:
    example = EXAMPLES[rule_id]
    assert findings_of(rule_id, example.silent, example.silent_config) == []


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_rule_has_a_page_that_says_what_why_and_how(page: RulePage) -> None:
    assert [line for line in page.text.splitlines() if line.startswith("#")] == HEADINGS
    assert len(page.summary) <= 80
    for heading, following in zip(HEADINGS, [*HEADINGS[1:], ""], strict=True):
        section = page.text.partition(heading)[2]
        assert (section.partition(following)[0] if following else section).strip(), heading


def test_a_rule_that_saves_bytes_says_how() -> None:
    for rule_id, example in EXAMPLES.items():
        for finding in findings_of(rule_id, example.fires, example.fires_config):
            assert finding.fix or finding.bytes is None


def test_two_rules_of_one_id_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zzz_second.py").write_text('"""Page."""\nfrom imgscope.rules.unusual_layer import RULE\n')
    monkeypatch.setattr(imgscope.rules, "__path__", [*imgscope.rules.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "imgscope.rules.zzz_second", raising=False)
    with pytest.raises(ValueError, match="zzz_second is a second rule with the id 'unusual-layer'"):
        rules()


def test_a_rule_without_a_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bare.py").write_text(
        "from imgscope.rules.base import Rule\nfrom imgscope.report import Severity\n"
        "RULE = Rule(id='bare', severity=Severity.LOW, check=lambda image: iter(()))\n"
    )
    monkeypatch.setattr(imgscope.rules, "__path__", [*imgscope.rules.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "imgscope.rules.bare", raising=False)
    with pytest.raises(ValueError, match="bare has no docstring"):
        rules()


def test_a_rule_yields_only_to_rules_that_there_are_and_never_in_a_circle() -> None:
    yielding = {rule.id: set(rule.yields_to) for rule in rules()}
    assert set().union(*yielding.values()) <= set(yielding)
    while silent := {rule for rule, others in yielding.items() if not others}:
        yielding = {rule: others - silent for rule, others in yielding.items() if rule not in silent}
    assert yielding == {}
