"""The bytes of one blob, taken up again where a connection breaks off (conformance C17; RFC 9110, "Range Requests")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import httpx

from imgscope.errors import SourceError
from imgscope.sources.registry import retry
from imgscope.sources.registry.failures import connection_failure
from imgscope.sources.registry.transport import Transport, authority

_MOST_STALLED: Final = 3
_MOST_RESUMED: Final = 20
_RESUMED_FOR_EACH: Final = 1024 * 1024
"""Bytes. A connection that brings more is worth taking up again, however often: large layers come over bad networks."""
_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,19})-[0-9]{1,19}/(?:[0-9]{1,19}|\*)")

Request = Callable[[Mapping[str, str]], httpx.Response]
"""Sends the request for the blob with extra headers and gives a good answer, 200 or 206."""


class BlobStream:
    """Iterates once over the raw bytes of a blob from `start` up to `end`, or to wherever it ends for None.

    `size` is how many bytes the blob should have: fewer are asked for again only where the answer itself was cut
    short. Raises `SourceError` when made and while iterating; `close` it.
    """

    def __init__(self, request: Request, transport: Transport, *, start: int, end: int | None, size: int) -> None:
        self._request = request
        self._transport = transport
        self._position = start
        self._end = end
        self._size = size
        self._response = self._open()

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.finish(self._response)

    def __iter__(self) -> Iterator[bytes]:
        stalled = resumed = 0
        first = self._position
        while True:
            before = self._position
            failure: Exception | None = None
            try:
                yield from self._receive()
            except (httpx.TransportError, httpx.StreamError) as error:
                failure = error
            if self._is_complete(failure):
                return
            self._refuse_slowness(failure)
            stalled = stalled + 1 if self._position == before else 0
            if stalled > _MOST_STALLED:
                said = f"{_MOST_STALLED} attempts to go on from byte {self._position:,} brought nothing"
                raise self._broken(failure, said)
            if resumed == _MOST_RESUMED + (self._position - first) // _RESUMED_FOR_EACH:
                raise self._broken(failure, f"{resumed} attempts to go on led no further than byte {self._position:,}")
            resumed += 1
            self._transport.finish(self._response)
            self._transport.wait(retry.backoff(stalled) if stalled else 0)
            self._response = self._open()

    def _open(self) -> httpx.Response:
        """Ask for what is missing, and find out how much of the answer was received before."""
        is_whole = self._position == 0 and self._end is None
        last = "" if self._end is None else self._end - 1
        response = self._request({} if is_whole else {"Range": f"bytes={self._position}-{last}"})
        first: int | None = 0
        if response.status_code == httpx.codes.PARTIAL_CONTENT:
            first = _first_byte(response)
            if first != self._position:
                self._transport.finish(response)
                raise SourceError(
                    f"{authority(response.url)} answered with another part of the blob than byte {self._position:,} on",
                    hint="this is the registry's fault, or a proxy's in between",
                )
        self._to_skip = self._position - (first or 0)
        self._received = 0
        return response

    def _receive(self) -> Iterator[bytes]:
        for chunk in self._response.iter_raw():
            self._transport.count(len(chunk))
            self._received += len(chunk)
            wanted = chunk[self._to_skip :]
            self._to_skip -= len(chunk) - len(wanted)
            if self._end is not None:
                wanted = wanted[: self._end - self._position]
            if wanted:
                self._position += len(wanted)
                yield wanted
            if self._position == self._end:
                return

    def _is_complete(self, failure: Exception | None) -> bool:
        if self._position >= (self._size if self._end is None else self._end):
            return True
        headers = self._response.headers
        if failure is not None:
            return False
        if "content-length" in headers:
            return headers["content-length"] == str(self._received)
        # The end of a chunked body is marked; without a mark it could be the end of the connection only.
        return "transfer-encoding" in headers

    def _refuse_slowness(self, failure: Exception | None) -> None:
        told = connection_failure(failure, authority(self._response.url)) if failure is not None else None
        if told is not None and told.kind == "slow":
            raise told

    def _broken(self, failure: Exception | None, attempts: str) -> SourceError:
        host = authority(self._response.url)
        reason = connection_failure(failure, host).message if failure else f"{host} ends its answers early"
        return SourceError(f"{reason}, and {attempts}", hint="run again later")


def _first_byte(response: httpx.Response) -> int | None:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
    return int(found[1]) if found else None
