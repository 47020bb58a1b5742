"""An image, engines that have it, and who opens it there."""

from __future__ import annotations

from collections.abc import Callable

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
Opener = Callable[..., DaemonSource]


def holding(built: BuiltImage, by: SavedBy = "docker 24", name: str = "app:1") -> Engine:
    engine = Engine(by)
    engine.add(built, name)
    return engine
