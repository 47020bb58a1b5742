"""The one registry of the tests: repositories in memory, with faults, that remembers every request.

    registry = Registry(auth=Bearer(username="me", password="secret"))
    registry.add(image([…]), "team/app", "1.0")
    registry.misbehave(cut(after=1000))

`registry.transport()` answers an httpx client without any network, under whichever host it asks for;
`with registry.serve() as host` answers on loopback.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

import httpx

from tests.support.images import BuiltImage, BuiltIndex, digest_of
from tests.support.registry_auth import Anonymous, Auth
from tests.support.registry_exchange import CONTENT, STORAGE, Reply, Seen, refused
from tests.support.registry_faults import Fault
from tests.support.registry_lists import referrers, tag_list
from tests.support.replies import ReplyBody, SendsReplies, has_length

_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class _Repository:
    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)


class Registry:
    """A registry. `requests` are those that arrived, in order, at it, its token server and its storage.

    `connections` counts those that were made to it over real sockets.
    Where `serves_ranges` is false, who asks for a part of a blob gets all of it. `serves_referrers` is whether there
    is an API for what refers to a manifest; `page_size` is how much of a list it gives at once, all for None.
    """

    def __init__(self, *, auth: Auth | None = None) -> None:
        self.auth: Auth = auth or Anonymous()
        self.requests: list[Seen] = []
        self.connections = 0
        self.serves_ranges = True
        self.serves_referrers = True
        self.page_size: int | None = None
        self._faults: list[Fault] = []
        self._repositories: dict[str, _Repository] = {}
        self._lock = threading.Lock()

    def add(self, built: BuiltImage | BuiltIndex, repository: str = "team/app", tag: str | None = "latest") -> str:
        """Store an image or index with all it needs, and return its digest."""
        stored = self._repositories.setdefault(repository, _Repository())
        if isinstance(built, BuiltIndex):
            for each in built.images:
                self.add(each, repository, None)
            digest, document, media_type = built.digest, built.body, built.media_type
        else:
            stored.blobs.update(built.blobs)
            digest, document, media_type = built.manifest_digest, built.manifest, built.manifest_media_type
        stored.manifests[digest] = (document, media_type)
        if tag is not None:
            stored.tags[tag] = digest
        return digest

    def add_manifest(self, body: bytes, media_type: str, repository: str = "team/app", tag: str = "latest") -> None:
        """Store any bytes as a manifest."""
        stored = self._repositories.setdefault(repository, _Repository())
        stored.manifests[digest_of(body)] = (body, media_type)
        stored.tags[tag] = digest_of(body)

    def forget(self, digest: str) -> None:
        """Lose a blob."""
        for stored in self._repositories.values():
            stored.blobs.pop(digest, None)

    def misbehave(self, *faults: Fault) -> None:
        """Have these faults from now on, the earlier ones applied first."""
        self._faults += faults

    def asked(self, *kinds: str) -> list[str]:
        """The requests of these kinds so far as `METHOD path`; all but those for tokens and to storage by default."""
        wanted = kinds or ("manifests", "blobs", "other")
        return [f"{seen.method} {seen.path}" for seen in self.requests if seen.kind in wanted]

    def handle(self, seen: Seen) -> Reply:
        """Answer one request."""
        with self._lock:
            self.requests.append(seen)
            reply = self._answer(seen if self.serves_ranges else _without_range(seen))
            for fault in self._faults:
                if fault.times != 0 and fault.applies(seen):
                    fault.times = None if fault.times is None else fault.times - 1
                    reply = fault.change(seen, reply)
            return reply

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1

    def transport(self) -> httpx.BaseTransport:
        """What to give an httpx client, so that it asks this registry whatever host it names."""
        return _Transport(self)

    @contextmanager
    def serve(self, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
        """Answer on a port of 127.0.0.1 while the `with` block lasts, and give the host with that port."""
        server = _Server(("127.0.0.1", 0), _Handler)
        server.registry, server.scheme = self, "https" if tls else "http"
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _answer(self, seen: Seen) -> Reply:
        if seen.kind == "token":
            return self.auth.issue(seen)
        if seen.kind == "storage":
            return self._storage(seen)
        challenge = self.auth.challenge(seen)
        if challenge is not None:
            return challenge
        match = CONTENT.fullmatch(seen.path)
        if match is None:
            return Reply(body=b"{}") if seen.path == "/v2/" else refused(404, "NOT_FOUND")
        stored = self._repositories.get(match["repository"])
        if stored is None:
            return refused(404, "NAME_UNKNOWN", "repository name not known to registry")
        return self._content(stored, match["kind"], match["name"], seen)

    def _content(self, stored: _Repository, kind: str, name: str, seen: Seen) -> Reply:
        if kind == "tags":
            return tag_list(stored.tags, seen, self.page_size)
        if kind == "referrers":
            served = self.serves_referrers
            return referrers(stored.manifests, name, seen, self.page_size) if served else Reply(status=404)
        return _manifest(stored, name) if kind == "manifests" else _blob(stored, name, seen)

    def _storage(self, seen: Seen) -> Reply:
        """Answer as object stores do: the URL is signed, and a second kind of authorization is refused."""
        if "authorization" in seen.headers:
            return Reply(status=400, body=b"<Error><Code>InvalidArgument</Code></Error>")
        digest = seen.path.removeprefix(STORAGE)
        holders = [stored for stored in self._repositories.values() if digest in stored.blobs]
        return _blob(holders[0], digest, seen) if holders else Reply(status=404)


def _manifest(stored: _Repository, name: str) -> Reply:
    digest = stored.tags.get(name, name)
    if digest not in stored.manifests:
        return refused(404, "MANIFEST_UNKNOWN", "manifest unknown")
    body, media_type = stored.manifests[digest]
    return Reply(body=body, headers=(("content-type", media_type), ("docker-content-digest", digest)))


def _blob(stored: _Repository, digest: str, seen: Seen) -> Reply:
    content = stored.blobs.get(digest)
    if content is None:
        return refused(404, "BLOB_UNKNOWN", "blob unknown to registry")
    reply = Reply(body=content, headers=(("content-type", "application/octet-stream"),))
    asked = _RANGE.fullmatch(seen.headers.get("range", ""))
    if asked is None:
        return reply
    first, last = int(asked[1]), int(asked[2] or len(content) - 1)
    if first >= len(content):
        return Reply(status=416)
    part = content[first : last + 1]
    content_range = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
    return replace(reply, status=206, body=part).with_headers(content_range=content_range)


def _without_range(seen: Seen) -> Seen:
    return replace(seen, headers={name: value for name, value in seen.headers.items() if name != "range"})


class _Transport(httpx.BaseTransport):
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        seen = Seen(
            method=request.method,
            scheme=request.url.scheme,
            host=request.url.netloc.decode(),
            path=request.url.path,
            query=request.url.query.decode(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.read(),
        )
        reply = self._registry.handle(seen)
        if reply.dropped:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        length = () if has_length(reply) else (("content-length", str(len(reply.body))),)
        body = replace(reply, body=b"", cut_after=None) if request.method == "HEAD" else reply
        return httpx.Response(reply.status, headers=[*reply.headers, *length], stream=ReplyBody(body))


class _Server(ThreadingHTTPServer):
    registry: Registry
    scheme: str
    daemon_threads = True
    # As many as come at once, so that none has to knock again a second later.
    request_queue_size = 512

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: some tests are about that."""


class _Handler(SendsReplies):
    # Headers and body are written one after the other: neither is to wait until the first is acknowledged.
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.registry.connected()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        reply = self.server.registry.handle(
            Seen(
                method=self.command,
                scheme=self.server.scheme,
                host=self.headers.get("host", ""),
                path=address.path,
                query=address.query,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("content-length", "0"))),
            )
        )
        self.send(reply)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()
