"""What is judged, and why."""

from __future__ import annotations

from imgscope.rules import rule_pages
from tests.cli.conftest import Run


def test_every_rule_is_listed_with_its_severity_and_what_it_is_about(run: Run) -> None:
    ended = run("rules")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == [page.rule.id for page in rule_pages()]
    (line,) = [line for line in ended.out.splitlines() if line.startswith("interpreter-missing")]
    assert line.split(maxsplit=2)[1:] == ["high", "Programs whose loader is not in the image"]


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
