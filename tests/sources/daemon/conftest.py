"""How tests open an image of an engine: without any network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import DOCKER
from imgscope.sources.daemon.source import DaemonSource
from tests.sources.daemon.opening import Opener
from tests.support.engine import Engine

SOCKET = Path("/run/engine.sock")


@pytest.fixture
def open_image() -> Iterator[Opener]:
    """Opens an image of an engine without any network."""
    opened: list[DaemonSource] = []

    def open_one(engine: Engine, name: str = "app:1", *, limits: Limits = DEFAULT_LIMITS) -> DaemonSource:
        address = Address(origin="the default", socket=SOCKET)
        source = DaemonSource(
            DOCKER, name, SourceOptions(limits=limits), http=engine.transport(), address=lambda: address
        )
        opened.append(source)
        return source

    yield open_one
    for source in opened:
        source.close()
