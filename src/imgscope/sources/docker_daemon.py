"""`docker-daemon:REF`: an image that Docker on this machine holds, by name or ID. HTTP is loaded only when opened."""

from __future__ import annotations

from imgscope.sources.base import ImageSource, Source, SourceOptions


def _open(text: str, options: SourceOptions) -> ImageSource:
    from imgscope.sources.daemon.engine import DOCKER
    from imgscope.sources.daemon.source import DaemonSource

    return DaemonSource(DOCKER, text, options)


SOURCE = Source(schemes=("docker-daemon",), open=_open)
