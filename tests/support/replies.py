"""Sending replies, honest ones and others, over real sockets and to an httpx client without any."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Final

import httpx

from tests.support.registry_exchange import Reply


class ReplyBody(httpx.SyncByteStream):
    """The body of a reply, in pieces, which breaks off where the reply does."""

    _CHUNK: Final = 1000

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def __iter__(self) -> Iterator[bytes]:
        cut_after = self._reply.cut_after
        sent = self._reply.body[:cut_after]
        yield from (sent[start : start + self._CHUNK] for start in range(0, len(sent), self._CHUNK))
        if cut_after is not None:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class SendsReplies(BaseHTTPRequestHandler):
    """A handler of requests that can send any reply."""

    protocol_version = "HTTP/1.1"

    def send(self, reply: Reply) -> None:
        """Send the reply, or whatever is in its place."""
        if reply.dropped:
            self.close_connection = True
            if reply.silent_after is not None:
                self._wait_for_the_end()
            return
        if reply.raw is not None:
            self._send_raw(reply.raw, reply)
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if not has_length(reply) and not reply.endless:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(reply)
        if reply.cut_after is not None or reply.endless:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of tests clean."""

    def _send_raw(self, raw: bytes, reply: Reply) -> None:
        self.close_connection = True
        if not reply.pause:
            self.wfile.write(raw)
        while reply.endless:
            self.wfile.write(reply.body or raw)
        for start in range(len(raw) if reply.pause else 0):
            self.wfile.write(raw[start : start + 1])
            time.sleep(reply.pause)

    def _send_body(self, reply: Reply) -> None:
        while reply.endless:
            self.wfile.write(reply.body)
        if reply.silent_after is not None:
            self.wfile.write(reply.body[: reply.silent_after])
            self.close_connection = True
            self._wait_for_the_end()
            return
        if reply.pause:
            step = len(reply.body) // 10 + 1
            for start in range(0, len(reply.body), step):
                time.sleep(reply.pause)
                self.wfile.write(reply.body[start : start + step])
            return
        self.wfile.write(reply.body[: reply.cut_after])

    def _wait_for_the_end(self) -> None:
        while self.connection.recv(65536):
            pass


def has_length(reply: Reply) -> bool:
    """Whether the reply has a length of its own, true or not."""
    return any(name.lower() == "content-length" for name, _ in reply.headers)
