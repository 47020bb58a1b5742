"""What is judged, and why."""

from __future__ import annotations

import re

from imgscope.report import Severity
from imgscope.rules import rule_pages
from tests.support.command_line import Run


def test_every_rule_is_listed_below_its_severity_with_what_it_is_about(run: Run) -> None:
    ended = run("rules")
    assert ended.code == 0
    below: dict[str, str] = {}
    severity = ""
    for line in ended.out.splitlines()[:-2]:
        severity = severity if line.startswith(" ") else line
        if re.match(r"  \S", line):
            below[line.split()[0]] = severity
    assert below == {page.rule.id: page.rule.severity.value for page in rule_pages()}
    ranks = [Severity(severity).rank for severity in below.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert re.search("^  interpreter-missing +Programs whose loader is not in the image$", ended.out, re.MULTILINE)
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_a_rule_has_a_page(run: Run) -> None:
    ended = run("rules", "apt-lists-left")
    assert ended.code == 0
    assert ended.out.startswith("# apt-lists-left\n\nPackage lists of apt left in the image.\n\n## What it does\n")
    assert "    RUN apt-get update \\\n     && apt-get install" in ended.out


def test_a_rule_that_is_nearly_right_is_corrected(run: Run) -> None:
    ended = run("rules", "apt-list-left")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "imgscope: there is no rule 'apt-list-left'\n  hint: did you mean apt-lists-left?\n"


def test_a_rule_that_resembles_none_is_answered_with_where_to_look(run: Run) -> None:
    assert "imgscope rules lists them all" in run("rules", "zzz").err
