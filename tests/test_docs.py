"""What of docs/ is made from the program is as the program has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs import generate
from imgscope.render.schemas import schema_names
from imgscope.rules import rule_pages
from tests.support.command_line import Run, run

__all__ = ["run"]


def test_no_generated_page_is_out_of_date() -> None:
    assert generate.outdated() == [], "run make docs"


def test_a_page_that_was_changed_by_hand_or_belongs_to_no_rule_is_noticed_and_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    generate.write()
    assert generate.outdated() == []
    changed, stale = tmp_path / "rules/apt-lists-left.md", tmp_path / "rules/no-such-rule.md"
    changed.write_text("changed")
    stale.write_text("stale")
    assert generate.outdated() == [changed, stale]
    generate.write()
    assert changed.read_text().startswith("# apt-lists-left\n")
    assert not stale.exists()


def test_the_program_prints_the_pages_that_the_documentation_has(run: Run) -> None:
    made = generate.pages()
    for page in rule_pages():
        assert run("rules", page.rule.id).out == made[f"rules/{page.rule.id}.md"]
    assert run("schema").out == made["report.schema.json"]
    for name in schema_names():
        assert run("schema", name).out == made[f"{name}.schema.json"]
    assert json.loads(made["report.schema.json"])["title"].startswith("imgscope report")


def test_the_index_names_every_rule_once_and_every_command_has_its_help() -> None:
    made = generate.pages()
    for page in rule_pages():
        assert made["rules/README.md"].count(f"[{page.rule.id}]({page.rule.id}.md)") == 1
    for command in ("imgscope", "imgscope IMAGE", "imgscope audit", "imgscope rules", "imgscope cache clear"):
        assert f"\n## {command}\n\n```text\nUsage: " in made["commands.md"]
