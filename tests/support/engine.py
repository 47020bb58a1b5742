"""The one container engine of the tests: images in memory, with faults, that remembers every request.

    engine = Engine("docker 25")
    engine.add(image([…]), "app:1")
    with engine.serve(tmp_path / "docker.sock"): …

`engine.transport()` answers an httpx client without any network.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from tests.support.images import BuiltImage, to_json
from tests.support.registry_exchange import Reply
from tests.support.replies import ReplyBody, SendsReplies, has_length
from tests.support.saved import SavedBy, saved, saved_together

_CHUNK: Final = 3000
_CREATED: Final = 1_700_000_000


class Engine:
    """An engine that saves images as `by` does. `requests` are the paths asked for, as they arrived.

    `instead` has answers to give to the requests whose path ends with the key; `cut_after` breaks the stream of a
    saved image off, after which `last_words` follow if there are any. Where `pauses` is true, a served engine sends
    half of an image, sets `is_pausing` and sends no more until `goes_on` is set.
    """

    def __init__(self, by: SavedBy = "docker 24") -> None:
        self.requests: list[str] = []
        self.instead: dict[str, Reply] = {}
        self.cut_after: int | None = None
        self.last_words = b""
        self.pauses = False
        self.is_pausing = threading.Event()
        self.goes_on = threading.Event()
        self._by: SavedBy = by
        self._images: dict[str, BuiltImage] = {}

    def add(self, built: BuiltImage, name: str = "app:1") -> None:
        """Hold `built` under `name`."""
        self._images[name] = built

    @property
    def saves(self) -> int:
        """How many times an image was sent."""
        return sum(path.endswith("/get") for path in self.requests)

    def archive(self, name: str = "app:1") -> bytes:
        """What is sent of an image."""
        return saved(self._images[name], name, self._by)

    def answer(self, path: str) -> Reply:
        """Reply `GET path`, a query included."""
        self.requests.append(path)
        plain = urlsplit(path).path
        for ending, answer in self.instead.items():
            if plain.endswith(ending):
                return answer
        if plain == "/images/json":
            return Reply(body=to_json([{"RepoTags": [name]} for name in self._images]))
        _, _, quoted, what = plain.split("/")
        name = self._known_as(unquote(quoted))
        built = self._images.get(name)
        if built is None:
            return Reply(status=404, body=to_json({"message": f"No such image: {name}"}))
        if what == "get":
            return self._stream(saved_together(self._meant_by(unquote(quoted)), self._by))
        return Reply(body=to_json(self._inspected(built, name) if what == "json" else _history(built)))

    def _known_as(self, name: str) -> str:
        """The tag that an image is told of by; a name without one is the latest."""
        return name if name in self._images or _has_tag(name) else f"{name}:latest"

    def _meant_by(self, name: str) -> dict[str, BuiltImage]:
        """What is saved by a name: Docker sends all tags of one without a tag (moby, image/tarexport), Podman one."""
        all_tags = {each: built for each, built in self._images.items() if each.rpartition(":")[0] == name}
        known = self._known_as(name)
        return all_tags if all_tags and self._by != "podman" else {known: self._images[known]}

    def transport(self) -> httpx.BaseTransport:
        """What to give an httpx client, so that it asks this engine."""
        return _Transport(self)

    @contextmanager
    def serve(self, socket: Path) -> Iterator[None]:
        """Reply on a Unix socket while the `with` block lasts."""
        with _running(_UnixServer(str(socket), _Handler), self):
            yield

    @contextmanager
    def serve_tcp(self, tls: ssl.SSLContext | None = None) -> Iterator[str]:
        """Reply on a port of 127.0.0.1 while the `with` block lasts, and give the host with that port."""
        server = _TcpServer(("127.0.0.1", 0), _Handler)
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        with _running(server, self):
            yield f"127.0.0.1:{server.server_address[1]}"

    def _stream(self, archive: bytes) -> Reply:
        if self.last_words:
            return Reply(body=archive[: self.cut_after] + self.last_words)
        return Reply(body=archive, cut_after=self.cut_after)

    def _inspected(self, built: BuiltImage, name: str) -> dict[str, Any]:
        config = json.loads(built.config)
        by_manifest = self._by == "docker on containerd"
        return {
            "Id": built.manifest_digest if by_manifest else built.config_digest,
            "RepoTags": [name],
            "Created": config["created"],
            "Architecture": config["architecture"],
            "Os": config["os"],
            "Size": sum(len(each.tar) for each in built.layers),
            "Config": config.get("config"),
            "RootFS": {"Type": "layers", "Layers": config["rootfs"]["diff_ids"]},
        }


def _has_tag(name: str) -> bool:
    return ":" in name.rpartition("/")[2] or "@" in name


def _history(built: BuiltImage) -> list[dict[str, Any]]:
    """The steps, last one first. Which of them made a layer is not told, but their sizes are."""
    sizes = iter(built.layers)
    steps = [
        {
            "Id": "<missing>",
            "Created": _CREATED,
            "CreatedBy": step["created_by"],
            "Size": 0 if step.get("empty_layer") else len(next(sizes).tar),
        }
        for step in json.loads(built.config)["history"]
    ]
    return steps[::-1]


class _Transport(httpx.BaseTransport):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._engine.answer(request.url.raw_path.decode())
        return httpx.Response(answer.status, headers=answer.headers, stream=ReplyBody(answer))


class _UnixServer(ThreadingMixIn, UnixStreamServer):
    engine: Engine
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: some tests are about that."""


class _TcpServer(ThreadingHTTPServer):
    engine: Engine
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def _running(server: _UnixServer | _TcpServer, engine: Engine) -> Iterator[None]:
    server.engine = engine
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(SendsReplies):
    """Answers in chunks, as engines do, unless the answer tells its length or no chunks fit."""

    server: _UnixServer | _TcpServer

    def do_GET(self) -> None:
        reply = self.server.engine.answer(self.path)
        if reply.sends_plainly or has_length(reply):
            self.send(reply)
        else:
            self._send_in_chunks(reply)

    def _send_in_chunks(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in (*reply.headers, ("transfer-encoding", "chunked")):
            self.send_header(name, value)
        self.end_headers()
        sent = reply.body[: reply.cut_after]
        size = max(_CHUNK, len(sent) // 200)
        for start in range(0, len(sent), size):
            piece = sent[start : start + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            if self.server.engine.pauses and start > len(sent) // 2 > _CHUNK:
                self.server.engine.is_pausing.set()
                self.server.engine.goes_on.wait()
        if reply.cut_after is None:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True
