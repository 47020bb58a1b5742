"""What the tests of hostile images and registries share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.hostile.confined import Confined


@pytest.fixture(scope="session")
def confined() -> Iterator[Confined]:
    """Processes for hostile things."""
    if sys.platform != "linux":
        pytest.skip("what a process takes is told by Linux's /proc")
    with Confined() as running:
        yield running
