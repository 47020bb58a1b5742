"""Every command on every hostile image: how it ends, in what time and memory, and that nothing the image says acts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.hostile.case import SOUND, Case, layout
from tests.hostile.confined import Confined, Ended
from tests.hostile.corpus import CASES
from tests.hostile.lines import COMMANDS, PRINTS_BYTES, audit_to_all_formats, commands
from tests.hostile.outcomes import assert_cheap, assert_harmless, assert_sound

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_C60_C70_C72_every_command_ends_in_a_sentence_within_its_time_and_memory(
    case: Case, confined: Confined, tmp_path: Path
) -> None:
    image, sound = case.function(tmp_path / "image"), layout(tmp_path / "sound", SOUND)
    reports = tmp_path / "reports"
    named = [("audit", audit_to_all_formats(image, reports))]
    named += [(name, line) for name in commands() for line in COMMANDS[name](image, sound)]

    ended = confined.commands([line for _, line in named], tmp_path)

    assert_audited(case, ended[0], reports)
    for (name, line), each in zip(named, ended, strict=True):
        assert_sound(each, prints_bytes=name in PRINTS_BYTES)
        assert_cheap(each.cost, memory=case.memory, cpu=case.cpu)
        if name in ("image", "compare", "audit") and "list" not in line and "-o" not in line:
            assert each.code == (0 if case.exit_code == 1 else case.exit_code), (line, each.err)


def assert_audited(case: Case, ended: Ended, reports: Path) -> None:
    """It ended as it should, and every report of it is safe and says what happened."""
    assert ended.code == case.exit_code, ended.err
    written = {path.name: path.read_text("utf-8") for path in reports.iterdir()}
    for text in written.values():
        assert_harmless(text)
    assert re.search(case.says, ended.err + written.get("json", "")), ended.err
    if written:
        document = json.loads(written["json"])
        assert document["complete"] is (case.exit_code != 3)
        assert not [failure for failure in document["failures"] if failure["stage"] == "rule"]
