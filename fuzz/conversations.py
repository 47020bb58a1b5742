"""Answers of a registry that are not what they should be, as a fuzzer writes them.

    m1404
    Retry-After: 5

    =gone

The first line is the kind of request, how many of them get this answer (0 for all), and the status, `---` for the one
that an honest registry gives. Header lines follow, which are added or replace those that there are. After an empty
line comes what is done with the body, the honest one where there is nothing: `=` replaces it with the rest, `+` adds
the rest, `/old/new` replaces one text by another, `~7` breaks off after seven bytes, `!` closes the connection at once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import Fault

_KINDS: Final = {
    "m": "manifests", "b": "blobs", "r": "referrers", "t": "tags", "k": "token", "s": "storage", "o": "other"
}  # fmt: skip
_FIRST_LINE: Final = re.compile(r"([mbrtkso])(\d)([2-5]\d\d|---)")
_HEADER: Final = re.compile(r"([!#$%&'*+.^`|~\w-]{1,60}):[ \t]*(.*)", re.ASCII)
_HONEST: Final = "---"


def fault(written: bytes) -> Fault | None:
    """Return the fault that is `written` this way, or None where it is not."""
    head, _, body = written.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    match = _FIRST_LINE.fullmatch(first)
    if match is None:
        return None
    kind, times, status = _KINDS[match[1]], int(match[2]) or None, match[3]
    headers = [(each[1].lower(), each[2]) for line in lines if (each := _HEADER.fullmatch(line))]

    def change(_: Seen, reply: Reply) -> Reply:
        names = {name for name, _ in headers}
        kept = [pair for pair in reply.headers if pair[0].lower() not in names]
        said = replace(reply, status=reply.status if status == _HONEST else int(status), headers=(*kept, *headers))
        return _with_body(said, body)

    return Fault(applies=lambda seen: seen.kind == kind, change=change, times=times)


def _with_body(reply: Reply, written: bytes) -> Reply:
    what, rest = written[:1], written[1:]
    if what == b"=":
        return replace(reply, body=rest)
    if what == b"+":
        return replace(reply, body=reply.body + rest)
    if what == b"/":
        old, _, new = rest.partition(b"/")
        return replace(reply, body=reply.body.replace(old, new, 1)) if old else reply
    if what == b"~" and rest.isdigit():
        return replace(reply, cut_after=int(rest[:6]))
    return replace(reply, dropped=True) if what == b"!" else reply
