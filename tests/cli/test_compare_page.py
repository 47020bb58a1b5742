"""The examples in docs/compare.md are what imgscope writes.

`IMGSCOPE_UPDATE_GOLDEN=1 python -m pytest tests/cli/test_compare_page.py` writes them anew.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.support.command_line import Run

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs/compare.md"
_RUN = re.compile(r"<!-- run -->\n```text\n\$ imgscope (?P<arguments>[^\n]+)\n(?P<shown>.*?)```", re.DOTALL)
_GOLDEN = re.compile(r"<!-- golden (?P<name>\S+) -->\n```text\n(?P<shown>.*?)```", re.DOTALL)


def test_the_examples_are_what_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_ROOT)
    page = _PAGE.read_text(encoding="utf-8")

    def run_again(match: re.Match[str]) -> str:
        ended = run(*shlex.split(match["arguments"]), "--platform", "linux/amd64")
        assert ended.code == 0
        return f"<!-- run -->\n```text\n$ imgscope {match['arguments']}\n{ended.out}```"

    def read_again(match: re.Match[str]) -> str:
        golden = (_ROOT / "tests/render/golden" / match["name"]).read_text(encoding="utf-8")
        moves = golden[golden.index("Another base for") : golden.index("\nNot compared")]
        return f"<!-- golden {match['name']} -->\n```text\n{moves}```"

    made = _GOLDEN.sub(read_again, _RUN.sub(run_again, page))
    assert (len(_RUN.findall(page)), len(_GOLDEN.findall(page))) == (1, 1)
    if os.environ.get("IMGSCOPE_UPDATE_GOLDEN"):
        _PAGE.write_text(made, encoding="utf-8", newline="\n")
    assert made == _PAGE.read_text(encoding="utf-8")
