"""The machine whose configuration is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.sources.registry.configuration import files
from tests.sources.registry.configuration.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any configuration file."""
    made = Machine(tmp_path)
    monkeypatch.setattr(files, "SYSTEM", made.system)
    return made
