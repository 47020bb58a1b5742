"""Engines whose answers and images are cut, come too slowly or never, lead elsewhere, or are no answers of HTTP."""

from __future__ import annotations

import gzip
from typing import Final

from tests.hostile.engine_lie import ENGINE_LIES, INSPECTED, SAVED
from tests.support.engine import Engine
from tests.support.images import to_json
from tests.support.registry_exchange import Reply

_HTTP: Final = b"HTTP/1.1 200 OK\r\n"
_CHUNKED: Final = _HTTP + b"Transfer-Encoding: chunked\r\n\r\n"
_BYTES: Final = "\x1b]0;title\x07\x9b31m"
_SLOW: Final = {"slowest-rate": 10**9, "slowness-timeout": 0.2}


def _instead_of_all(engine: Engine, reply: Reply) -> None:
    engine.instead[""] = reply


@ENGINE_LIES.lie(3, "broke off")
def connection_that_is_dropped(engine: Engine) -> None:
    """The connection is closed instead of an answer."""
    _instead_of_all(engine, Reply(dropped=True))


@ENGINE_LIES.lie(3, "broke off")
def answer_that_is_cut(engine: Engine) -> None:
    """An answer breaks off in a chunk."""
    engine.instead[INSPECTED] = Reply(body=b'{"Id": "sha256:', cut_after=5)


@ENGINE_LIES.lie(3, "broke off")
def chunks_that_are_none(engine: Engine) -> None:
    """The length of a chunk is no number."""
    _instead_of_all(engine, Reply(raw=_CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"))


@ENGINE_LIES.lie(3, "broke off")
def chunk_of_an_enormous_length(engine: Engine) -> None:
    """The length of a chunk has a thousand digits."""
    _instead_of_all(engine, Reply(raw=_CHUNKED + b"f" * 1000 + b"\r\n{}"))


@ENGINE_LIES.lie(3, "broke off")
def chunks_with_notes_without_end(engine: Engine) -> None:
    """The extension of a chunk goes on for ever."""
    _instead_of_all(engine, Reply(raw=_CHUNKED + b"1;" + b"x" * 65536, endless=True))


@ENGINE_LIES.lie(3, "broke off")
def length_and_chunks_at_once(engine: Engine) -> None:
    """Two readers would see two answers."""
    _instead_of_all(engine, Reply(raw=_HTTP + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"))


@ENGINE_LIES.lie(3, "did not answer in time|broke off", limits={"silence-timeout": 0.1})
def answer_of_an_enormous_length(engine: Engine) -> None:
    """A Content-Length of ten to the eighteenth, and a little of it."""
    _instead_of_all(engine, Reply(body=b"{}", headers=(("content-length", "1" + "0" * 18),), silent_after=2))


@ENGINE_LIES.lie(3, "broke off")
def answer_of_a_length_that_is_none(engine: Engine) -> None:
    """A Content-Length below zero."""
    _instead_of_all(engine, Reply(body=b"{}", headers=(("content-length", "-5"),)))


@ENGINE_LIES.lie(3, "is not JSON")
def answer_of_a_length_that_is_too_short(engine: Engine) -> None:
    """A Content-Length of fewer bytes than were sent."""
    engine.instead[INSPECTED] = Reply(body=b'{"Id": 5}', headers=(("content-length", "4"),))


@ENGINE_LIES.lie(3, "broke off")
def image_of_a_length_that_is_too_long(engine: Engine) -> None:
    """A Content-Length of more bytes than were sent."""
    body = engine.archive()[:20_000]
    raw = _HTTP + f"Content-Length: {len(body) + 100_000}\r\n\r\n".encode() + body
    engine.instead[SAVED] = Reply(raw=raw)


@ENGINE_LIES.lie(3, "broke off")
def headers_of_a_megabyte(engine: Engine) -> None:
    """One header of a million characters."""
    _instead_of_all(engine, Reply(headers=(("x", "a" * 1_000_000),)))


@ENGINE_LIES.lie(3, "broke off")
def headers_without_end(engine: Engine) -> None:
    """One header after the other."""
    _instead_of_all(engine, Reply(raw=b"X: y\r\n" * 100, endless=True))


@ENGINE_LIES.lie(3, "broke off")
def answers_before_the_answer_without_end(engine: Engine) -> None:
    """`100 Continue`, for ever."""
    _instead_of_all(engine, Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 100, endless=True))


@ENGINE_LIES.lie(3, "broke off")
def answer_in_another_language(engine: Engine) -> None:
    """Not HTTP, but what acts on a terminal."""
    _instead_of_all(engine, Reply(raw=_BYTES.encode() * 100))


@ENGINE_LIES.lie(3, "status 101|broke off")
def other_protocol(engine: Engine) -> None:
    """The engine goes over to another protocol, which nobody asked for."""
    _instead_of_all(engine, Reply(raw=b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nxyz"))


@ENGINE_LIES.lie(3, "status 204")
def nothing_at_all(engine: Engine) -> None:
    """204, with no content."""
    _instead_of_all(engine, Reply(raw=b"HTTP/1.1 204 No Content\r\n\r\n"))


@ENGINE_LIES.lie(3, "status 599")
def status_that_nobody_knows(engine: Engine) -> None:
    """A status of no meaning with a phrase that acts."""
    _instead_of_all(engine, Reply(raw=f"HTTP/1.1 599 {_BYTES}\r\nContent-Length: 0\r\n\r\n".encode()))


@ENGINE_LIES.lie(3, "status 401")
def login_that_is_asked_for(engine: Engine) -> None:
    """Engines have no logins, and no credentials of any registry are sent to one."""
    challenge = (("www-authenticate", 'Bearer realm="http://127.0.0.1:1/token"'),)
    _instead_of_all(engine, Reply(status=401, headers=challenge, body=to_json({"message": _BYTES})))


@ENGINE_LIES.lie(3, "status 307")
def redirect_to_this_machines_own_services(engine: Engine) -> None:
    """Where clouds tell their machines their credentials: redirects are not followed."""
    location = (("location", "http://169.254.169.254/latest/meta-data/"),)
    _instead_of_all(engine, Reply(status=307, headers=location))


@ENGINE_LIES.lie(3, "status 302")
def image_that_is_a_file(engine: Engine) -> None:
    """A redirect of the image to a file of this machine."""
    engine.instead[SAVED] = Reply(status=302, headers=(("location", "file:///etc/shadow"),))


@ENGINE_LIES.lie(3, "compressed with gzip")
def image_compressed_on_the_way(engine: Engine) -> None:
    """An archive in a Content-Encoding of its own, though asked for none."""
    headers = (("content-encoding", "gzip"),)
    engine.instead[SAVED] = Reply(body=gzip.compress(engine.archive()), headers=headers)


@ENGINE_LIES.lie(3, "did not answer in time", limits={"silence-timeout": 0.1})
def no_answer(engine: Engine) -> None:
    """The question is taken and not answered."""
    _instead_of_all(engine, Reply(dropped=True, silent_after=0))


@ENGINE_LIES.lie(3, "did not answer in time", limits={"engine-patience": 0.1})
def no_image(engine: Engine) -> None:
    """What is told of the image is right, and then nothing comes."""
    engine.instead[SAVED] = Reply(dropped=True, silent_after=0)


@ENGINE_LIES.lie(3, "too slowly", limits=_SLOW)
def image_that_falls_silent(engine: Engine) -> None:
    """Half of the image, and then nothing: the patience for its first byte is not that for the others."""
    engine.instead[SAVED] = Reply(body=engine.archive(), silent_after=20_000)


@ENGINE_LIES.lie(3, "too slowly", limits=_SLOW)
def answer_in_drops(engine: Engine) -> None:
    """Never silent, and never done."""
    _instead_of_all(engine, Reply(body=b" " * 1000, pause=0.1))


@ENGINE_LIES.lie(3, "too slowly", limits=_SLOW)
def headers_in_drops(engine: Engine) -> None:
    """A byte of a header at a time."""
    _instead_of_all(engine, Reply(raw=_HTTP + b"X: " + b"y" * 100, pause=0.02))


@ENGINE_LIES.lie(3, "too slowly", limits=_SLOW)
def image_in_drops(engine: Engine) -> None:
    """The same for the image."""
    engine.instead[SAVED] = Reply(body=engine.archive(), pause=0.1)


@ENGINE_LIES.lie(3, "status 500", limits=_SLOW)
def refusal_in_drops(engine: Engine) -> None:
    """The same for an error: what of it came is told."""
    _instead_of_all(engine, Reply(status=500, body=b'{"message": "x"}' + b" " * 1000, pause=0.1))
