"""Requests and answers of the tests' registry, whichever way they travel."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs

CONTENT: Final = re.compile(r"/v2/(?P<repository>.+)/(?P<kind>manifests|blobs|referrers|tags)/(?P<name>[^/]+)")
STORAGE: Final = "/storage/"
TOKEN: Final = "/token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived. Names of headers are in lower case; `host` has the port if any."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """`manifests`, `blobs`, `referrers`, `tags`, `storage`, `token` or `other`."""
        if self.path.startswith(STORAGE):
            return "storage"
        if self.path == TOKEN:
            return "token"
        match = CONTENT.fullmatch(self.path)
        return match["kind"] if match else "other"

    @property
    def parameters(self) -> dict[str, list[str]]:
        """What was asked for in the query, and in a form in the body."""
        return parse_qs(self.query) | parse_qs(self.body.decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. `cut_after` breaks the connection when so many bytes of `body` were sent, `dropped` before that.

    Only over real sockets: after `silent_after` bytes nothing more comes until the client hangs up, and nothing at
    all where it is `dropped` too; `pause` are seconds between tenths of the body; `endless` repeats the body until the
    client hangs up. `raw` is sent as it is, in the place of all else, and then the connection closed; with `pause` a
    byte at a time, and `endless` goes on with the body if there is one.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut_after: int | None = None
    dropped: bool = False
    silent_after: int | None = None
    pause: float = 0.0
    endless: bool = False
    raw: bytes | None = None

    @property
    def sends_plainly(self) -> bool:
        """Whether no transfer coding fits: it is slow, never ends, or is no answer at all."""
        return self.dropped or self.endless or self.silent_after is not None or self.raw is not None or self.pause > 0

    def with_headers(self, **headers: str) -> Reply:
        """The same with headers set or replaced; `_` in a name stands for `-`."""
        changed = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in changed)
        return replace(self, headers=(*kept, *changed.items()))


def refused(status: int, code: str, message: str = "") -> Reply:
    """An error as registries write it."""
    body = json.dumps({"errors": [{"code": code, "message": message or code.lower()}]}).encode()
    return Reply(status=status, headers=(("content-type", "application/json"),), body=body)
