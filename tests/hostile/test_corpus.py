"""Every hostile image: how an audit of it ends, in what time, and that nothing it says acts on whoever reads of it."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Final

import pytest

from imgscope.render import formats
from imgscope.text import UNSAFE
from tests.hostile.case import Case
from tests.hostile.corpus import CASES
from tests.support.command_line import Ended, Run, run

__all__ = ["run"]

_ENOUGH_SECONDS: Final = 20
_PARAGRAPHS: Final = re.compile(r"[\n\t]")


def assert_harmless(text: str) -> None:
    """Nothing in `text` acts on a terminal, but for what ends its lines."""
    found = UNSAFE.search(_PARAGRAPHS.sub("", text))
    assert found is None, repr(text[max(0, found.start() - 80) : found.end() + 80])


def assert_sound(ended: Ended) -> None:
    """Whatever came of it was meant: no mistake of imgscope's own, and nothing that acts."""
    assert ended.code in (0, 1, 2, 3), ended.err
    assert "mistake in imgscope" not in ended.err
    assert "crashed" not in ended.err + ended.out
    assert "Traceback" not in ended.err + ended.out
    assert_harmless(ended.err)
    assert_harmless(ended.out)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_C70_C72_an_audit_ends_as_it_should_and_every_report_is_safe(case: Case, run: Run, tmp_path: Path) -> None:
    name = case.make(tmp_path / "image")
    (tmp_path / "reports").mkdir()
    outputs = [word for each in formats() for word in ("-o", f"{each}={tmp_path / 'reports' / each}")]
    started = time.monotonic()

    ended = run("audit", name, *outputs)

    assert time.monotonic() - started < _ENOUGH_SECONDS
    assert_sound(ended)
    assert ended.code == case.exit_code, ended.err
    reports = {path.name: path.read_text("utf-8") for path in (tmp_path / "reports").iterdir()}
    for text in reports.values():
        assert_harmless(text)
    assert re.search(case.says, ended.err + reports.get("json", "")), ended.err
    if reports:
        document = json.loads(reports["json"])
        assert document["complete"] is (case.exit_code != 3)
        assert not [failure for failure in document["failures"] if failure["stage"] == "rule"]
