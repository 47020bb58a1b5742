"""What can be wrong with the tests' registry, each fault declared once; see `Registry.misbehave`."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.support.registry_exchange import STORAGE, Reply, Seen, refused


@dataclass(slots=True, kw_only=True)
class Fault:
    """Changes the answers to requests that it `applies` to, `times` of them or all for None."""

    applies: Callable[[Seen], bool]
    change: Callable[[Seen, Reply], Reply]
    times: int | None = None


def of_kind(*kinds: str, method: str = "GET") -> Callable[[Seen], bool]:
    """Applies to requests of these kinds."""
    return lambda seen: seen.kind in kinds and seen.method == method


def cut(*, after: int, times: int | None = 1, kind: str = "blobs") -> Fault:
    """Break the connection when `after` bytes of the body were sent."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, cut_after=after), times=times)


def dropping(*, times: int | None = None, kind: str = "manifests", method: str = "GET") -> Fault:
    """Close the connection instead of answering."""
    return Fault(applies=of_kind(kind, method=method), change=lambda *_: Reply(dropped=True), times=times)


def silent(*, after: int, times: int | None = 1, kind: str = "blobs") -> Fault:
    """Say nothing more when `after` bytes of the body were sent, over real sockets only."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, silent_after=after), times=times)


def mute(*, times: int | None = 1, kind: str = "blobs") -> Fault:
    """Take the request and say nothing at all, over real sockets only."""
    return Fault(applies=of_kind(kind), change=lambda *_: Reply(dropped=True, silent_after=0), times=times)


def dripping(*, pause: float, kind: str = "blobs") -> Fault:
    """Pause before each tenth of the body, over real sockets only."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, pause=pause))


def endless(*, kind: str = "blobs", status: int = 200) -> Fault:
    """Send the body again and again, without telling a length, over real sockets only."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, status=status, endless=True))


def sending(raw: bytes, *, kind: str = "manifests", endless: bool = False, pause: float = 0.0) -> Fault:
    """Send these bytes in the place of an answer, again and again or a byte at a time, over real sockets only."""
    reply = Reply(raw=raw, endless=endless, pause=pause)
    return Fault(applies=of_kind(kind), change=lambda *_: reply)


def padded(*, by: int, kind: str = "blobs") -> Fault:
    """Serve more bytes than there are."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, body=reply.body + bytes(by)))


def truncated(*, to: int, kind: str = "blobs") -> Fault:
    """Serve only the first bytes, as if they were all."""
    return Fault(applies=of_kind(kind), change=lambda _, reply: replace(reply, body=reply.body[:to]))


def flipped(*, at: int, kind: str = "blobs") -> Fault:
    """Flip a bit of one byte."""

    def flip(_: Seen, reply: Reply) -> Reply:
        body = bytearray(reply.body)
        body[at] ^= 1
        return replace(reply, body=bytes(body))

    return Fault(applies=of_kind(kind), change=flip)


def claiming_digest(digest: str, *, method: str = "GET") -> Fault:
    """Send another Docker-Content-Digest with manifests; an empty one is left out."""

    def claim(_: Seen, reply: Reply) -> Reply:
        if digest:
            return reply.with_headers(docker_content_digest=digest)
        return replace(reply, headers=tuple(pair for pair in reply.headers if pair[0] != "docker-content-digest"))

    return Fault(applies=of_kind("manifests", method=method), change=claim)


def answering(
    status: int,
    *,
    kind: str = "manifests",
    method: str = "GET",
    times: int | None = None,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Fault:
    """Answer something else altogether."""
    reply = Reply(status=status, body=body, headers=tuple((headers or {}).items()))
    return Fault(applies=of_kind(kind, method=method), change=lambda *_: reply, times=times)


def rate_limited(*, retry_after: str | None = None, times: int | None = None, kind: str = "manifests") -> Fault:
    """Answer 429, with Retry-After if given."""
    reply = refused(429, "TOOMANYREQUESTS", "you have reached your pull rate limit")
    if retry_after is not None:
        reply = reply.with_headers(retry_after=retry_after)
    return Fault(applies=lambda seen: seen.kind == kind, change=lambda *_: reply, times=times)


def without_head() -> Fault:
    """Answer 405 to HEAD."""
    return answering(405, method="HEAD")


def redirected(to: str = "", *, status: int = 307, times: int | None = None) -> Fault:
    """Send who asks for a blob to the storage of this host, or of `to` (`https://cdn.example.com`), by a signed URL."""

    def redirect(seen: Seen, reply: Reply) -> Reply:
        if reply.status not in (200, 206):
            return reply
        digest = seen.path.rpartition("/")[2]
        return Reply(status=status, headers=(("location", f"{to}{STORAGE}{digest}?signature=signed-secret"),))

    return Fault(applies=of_kind("blobs"), change=redirect, times=times)


def with_headers(kind: str = "manifests", **headers: str) -> Fault:
    """Send these headers too."""
    return Fault(applies=lambda seen: seen.kind == kind, change=lambda _, reply: reply.with_headers(**headers))


def gzipped(kind: str = "manifests") -> Fault:
    """Compress bodies in transit, asked to or not."""

    def compress(_: Seen, reply: Reply) -> Reply:
        return replace(reply, body=gzip.compress(reply.body)).with_headers(content_encoding="gzip")

    return Fault(applies=of_kind(kind), change=compress)
