"""How tests open an image of an engine: without any network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import DOCKER
from imgscope.sources.daemon.source import DaemonSource
from tests.support.engine import Engine
from tests.support.images import BuiltImage, file, image, layer, step, whiteout
from tests.support.saved import SavedBy

OS_RELEASE = layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), created_by="ADD root.tar / # buildkit")
APP = image(
    [
        OS_RELEASE,
        step("ENV MODE=1"),
        layer(file("app/one", "1" * 5000), created_by="COPY app /app # buildkit"),
        layer(file("app/two", "2" * 9000), created_by="RUN make # buildkit"),
        layer(whiteout("app/one"), created_by="RUN rm /app/one # buildkit"),
    ],
    config={"Cmd": ["app"]},
    media="docker",
)
SOCKET = Path("/run/engine.sock")
Opener = Callable[..., DaemonSource]


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


def holding(built: BuiltImage, by: SavedBy = "docker 24", name: str = "app:1") -> Engine:
    engine = Engine(by)
    engine.add(built, name)
    return engine
