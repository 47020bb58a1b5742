"""Shell scripts are such that shellcheck has nothing to say."""

from __future__ import annotations

import pytest

from tests.ci.action import ROOT
from tests.support import programs


@pytest.mark.integration
def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    programs.require("shellcheck")
    scripts = [*(ROOT / "ci").glob("*.sh"), ROOT / ".ci/run", ROOT / ".ci/find-python"]
    assert programs.run("shellcheck", *scripts) == ""
