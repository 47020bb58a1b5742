"""The examples of docs/looking-inside.md are what the commands print."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.support.command_line import Run, run

__all__ = ["run"]

_ROOT = Path(__file__).parents[1]
_PAGE = _ROOT / "docs/looking-inside.md"
_PROMPT = "    $ imgscope "
_CUT = "…"


def _examples() -> list[tuple[str, list[str]]]:
    """Each command of the page, and the lines below it."""
    examples: list[tuple[str, list[str]]] = []
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith(_PROMPT):
            examples.append((line.removeprefix(_PROMPT), []))
        elif examples and (line.startswith("    ") or (not line and following.startswith("    ") and examples[-1][1])):
            examples[-1][1].append(line.removeprefix("    "))
        elif line and examples and not line.startswith("    "):
            examples.append(("", []))
    return [(command, told) for command, told in examples if command]


@pytest.mark.parametrize(("command", "told"), _examples(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_example_is_what_the_command_prints(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, told: list[str]
) -> None:
    monkeypatch.chdir(_ROOT)
    ended = run(*shlex.split(command))
    assert ended.code == 0
    printed = ended.out.splitlines()
    while told and not told[-1]:
        told = told[:-1]
    if told[-1] == _CUT:
        told, printed = told[:-1], printed[: len(told) - 1]
    assert printed == told


def test_there_are_examples_of_all_four_commands() -> None:
    assert {command.partition(" ")[0] for command, _ in _examples()} == {"ls", "cat", "why", "diff"}
