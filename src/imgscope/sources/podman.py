"""`podman:REF`: an image that Podman on this machine holds, by name or ID. HTTP is loaded only when opened."""

from __future__ import annotations

from imgscope.sources.base import ImageSource, Source, SourceOptions


def _open(text: str, options: SourceOptions) -> ImageSource:
    from imgscope.sources.daemon.engine import PODMAN
    from imgscope.sources.daemon.source import DaemonSource

    return DaemonSource(PODMAN, text, options)


SOURCE = Source(schemes=("podman",), open=_open)
