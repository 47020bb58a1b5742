"""Whole conversations with a container engine, any of whose answers may be another one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fuzz.archives import repaired
from fuzz.parts import SEPARATOR, joined
from fuzz.reports import check_report
from imgscope.analyze import Options, inspect_source
from imgscope.errors import ImgscopeError
from imgscope.report import ImageReport
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import DOCKER
from imgscope.sources.daemon.source import DaemonSource
from tests.support.engine import Engine
from tests.support.images import BuiltImage, file, image, layer, step
from tests.support.registry_exchange import Reply
from tests.support.saved import SAVED_BY

_MOST_REQUESTS: Final = 20
_ADDRESS: Final = Address(origin="a test", socket=Path("/nowhere/engine.sock"))
_REQUESTS: Final = {b"i": "/app:1/json", b"h": "/history", b"l": "/images/json"}


def target(data: bytes) -> None:
    """There is a report or an error, and one that is complete is of the layers that the engine has.

    The first part says in its first byte who the engine is, and in what follows how its archive is altered: it ends
    after `~` so many bytes, or has another text of the same length for `/old/new`. Each part after that is an answer:
    its request, its status and its body.
    """
    how, *answers = data.split(SEPARATOR, len(_REQUESTS))
    engine = _Altered(how)
    for answer in answers:
        path, status, body = _REQUESTS.get(answer[:1]), answer[1:4], answer[4:]
        if path is not None and status.isdigit() and 200 <= int(status) < 600:
            engine.instead[path] = Reply(status=int(status), body=body)
    try:
        report = _inspected(engine)
    except ImgscopeError as error:
        assert error.exit_code
    else:
        check_report(report)
        if report.complete and not engine.is_altered:
            assert [each.diff_id for each in report.layers] == [each.diff_id for each in _image().layers]
    assert len(engine.requests) <= _MOST_REQUESTS


class _Altered(Engine):
    """An engine whose archive is not what it should be."""

    def __init__(self, how: bytes) -> None:
        super().__init__(SAVED_BY[how[0] % len(SAVED_BY)] if how else SAVED_BY[0])
        self.add(_image())
        rest = how[1:]
        self.is_altered = bool(rest)
        self.cut_after = int(rest[1:7]) if rest[:1] == b"~" and rest[1:7].isdigit() else None
        self._old, _, self._new = rest[1:].partition(b"/") if rest[:1] == b"/" else (b"", b"", b"")

    def archive(self, name: str = "app:1") -> bytes:
        """Return the archive, altered, its headers' checksums made right."""
        honest, length = super().archive(name), len(self._old)
        return repaired(honest.replace(self._old, self._new[:length].ljust(length))) if self._old else honest


def _inspected(engine: Engine) -> ImageReport:
    source = DaemonSource(DOCKER, "app:1", SourceOptions(), http=engine.transport(), address=lambda: _ADDRESS)
    try:
        return inspect_source(source, options=Options()).report
    finally:
        source.close()


@cache
def _image() -> BuiltImage:
    below = layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"))
    return image([below, layer(file("bin/app", "x" * 900), created_by="COPY app /"), step('CMD ["/bin/app"]')])


def seeds() -> Mapping[str, bytes]:
    """Each engine, and answers of each kind."""
    answers: dict[str, list[bytes]] = {
        "inspected": [b'i200{"Id":"sha256:00","RootFS":{"Layers":["sha256:00"]},"Architecture":"arm","Os":"linux"}'],
        "history": [b'h200[{"CreatedBy":"RUN x","Size":5,"Created":1700000000}]'],
        "listed": [b'i404{"message":"No such image"}', b'l200[{"RepoTags":["app:2","app:3"]},{"RepoTags":null}]'],
        "failing": [b'i500{"message":"driver failed"}'],
    }
    made = {name: joined(b"\0", *said) for name, said in answers.items()}
    made |= {f"saved-{number}": bytes([number]) for number in range(len(SAVED_BY))}
    return made | {"cut": b"\1~3000", "renamed": b"\0/manifest.json/manifest.xml", "linked": b"\2/layer.tar/../../x"}
