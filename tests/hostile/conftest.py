"""What the tests of hostile images and registries share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.confined import Confined


@pytest.fixture(scope="session")
def confined() -> Iterator[Confined]:
    """Processes for hostile things."""
    with Confined() as running:
        yield running
