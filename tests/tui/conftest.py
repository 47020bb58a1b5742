"""Tests of the terminal UI are coroutines, on the event loop that textual needs."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
