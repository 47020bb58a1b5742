"""Sockets that are none, and settings of Docker that make no sense: what says where an engine listens."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.hostile.declared import LITTLE_CPU, LITTLE_MEMORY, Declared, Register
from tests.hostile.lie import SECRET
from tests.support.images import to_json

_BYTES: Final = "\x1b]0;title\x07[@click=app.quit]x[/]"

Make = Callable[[Path], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnginePlace(Declared):
    """Where no engine is. `function` makes it below a user's home, and returns the variables that name it."""

    function: Make


class EnginePlaces(Register[EnginePlace]):
    """The places that were declared."""

    def place(self, exit_code: int, says: str) -> Callable[[Make], Make]:
        """Declare the decorated function as a place."""
        return self.declare(exit_code=exit_code, says=says, memory=LITTLE_MEMORY, cpu=LITTLE_CPU)


ENGINE_PLACES: Final = EnginePlaces(EnginePlace)


def _socket(path: Path) -> dict[str, str]:
    return {"DOCKER_HOST": f"unix://{path}"}


def _context(home: Path, meta: bytes, name: str = "c") -> Path:
    """Make a Docker context with this document, and return where its keys would be."""
    identifier = hashlib.sha256(name.encode()).hexdigest()
    path = home / ".docker" / "contexts" / "meta" / identifier / "meta.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(meta)
    return home / ".docker" / "contexts" / "tls" / identifier / "docker"


def _host(host: Any) -> bytes:
    return to_json({"Name": "c", "Endpoints": {"docker": {"Host": host}}})


def _configured(home: Path, content: bytes) -> dict[str, str]:
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_bytes(content)
    return {}


@ENGINE_PLACES.place(3, "does not answer at")
def socket_that_is_a_file(home: Path) -> Mapping[str, str]:
    """A file of that name."""
    (home / "s").write_text(_BYTES)
    return _socket(home / "s")


@ENGINE_PLACES.place(3, "does not answer at")
def socket_that_is_a_directory(home: Path) -> Mapping[str, str]:
    """A directory of that name."""
    return _socket(home)


@ENGINE_PLACES.place(3, "does not answer at")
def socket_that_is_a_pipe(home: Path) -> Mapping[str, str]:
    """A named pipe, which opening would wait for."""
    os.mkfifo(home / "s")
    return _socket(home / "s")


@ENGINE_PLACES.place(3, "there is no socket")
def socket_behind_a_dangling_link(home: Path) -> Mapping[str, str]:
    """A link that leads nowhere."""
    (home / "s").symlink_to("nothing")
    return _socket(home / "s")


@ENGINE_PLACES.place(3, "cannot be reached at .*: Too many levels of symbolic links")
def socket_behind_links_in_a_circle(home: Path) -> Mapping[str, str]:
    """A link that leads to itself."""
    (home / "s").symlink_to("s")
    return _socket(home / "s")


@ENGINE_PLACES.place(3, "there is no socket")
def socket_below_a_file(home: Path) -> Mapping[str, str]:
    """A file where a directory should be."""
    (home / "s").touch()
    return _socket(home / "s" / "docker.sock")


@ENGINE_PLACES.place(3, "does not answer at")
def socket_that_nobody_listens_on(home: Path) -> Mapping[str, str]:
    """What an engine left behind that is no more."""
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(home / "s"))
    return _socket(home / "s")


@ENGINE_PLACES.place(3, "cannot be reached at .*: File name too long")
def socket_of_a_long_name(home: Path) -> Mapping[str, str]:
    """More than the 107 bytes that the name of a socket may have."""
    return _socket(home / ("s" * 200))


@ENGINE_PLACES.place(3, "cannot be reached at .*: File name too long")
def socket_of_an_enormous_name(home: Path) -> Mapping[str, str]:
    """A name of a hundred thousand bytes."""
    return _socket(home / ("s" * 100_000))


@ENGINE_PLACES.place(3, "there is no socket")
def socket_whose_name_acts(home: Path) -> Mapping[str, str]:
    """A name with all that terminals and markup act on."""
    return _socket(Path(f"/{_BYTES}"))


@ENGINE_PLACES.place(2, "DOCKER_HOST names 'https://builder': expected")
def address_with_a_password(_: Path) -> Mapping[str, str]:
    """What Docker's clients do not take, with a password in it."""
    return {"DOCKER_HOST": f"https://me:{SECRET}@builder"}


@ENGINE_PLACES.place(3, "does not answer at 127.0.0.1:1")
def address_with_a_password_that_is_one(_: Path) -> Mapping[str, str]:
    """A password in an address that is one: Docker has no passwords, and it is sent to nobody."""
    return {"DOCKER_HOST": f"tcp://me:{SECRET}@127.0.0.1:1"}


@ENGINE_PLACES.place(2, "over SSH")
def address_behind_ssh(_: Path) -> Mapping[str, str]:
    """A password in the address of somebody who is not asked."""
    return {"DOCKER_HOST": f"ssh://me:{SECRET}@builder"}


@ENGINE_PLACES.place(2, "no valid host and port")
def address_that_acts(_: Path) -> Mapping[str, str]:
    """A host with all that terminals and markup act on."""
    return {"DOCKER_HOST": f"tcp://{_BYTES}:1"}


@ENGINE_PLACES.place(2, "no valid host and port")
def address_that_is_cut(_: Path) -> Mapping[str, str]:
    """A bracket that is not closed."""
    return {"DOCKER_HOST": "tcp://[::1"}


@ENGINE_PLACES.place(2, "no valid host and port")
def address_of_no_host(_: Path) -> Mapping[str, str]:
    """A host that no name server could be asked for."""
    return {"DOCKER_HOST": "tcp://\u2028\u202e..\u0301:1"}


@ENGINE_PLACES.place(2, "no valid host and port")
def address_of_an_enormous_host(_: Path) -> Mapping[str, str]:
    """A host of a hundred thousand characters."""
    return {"DOCKER_HOST": f"tcp://{'a' * 100_000}:2375"}


@ENGINE_PLACES.place(2, "names the Docker context")
def context_that_climbs(home: Path) -> Mapping[str, str]:
    """A context whose name is a path."""
    return _configured(home, to_json({"currentContext": f"../../../../etc/passwd{_BYTES}"}))


@ENGINE_PLACES.place(2, "names the Docker context")
def context_of_an_enormous_name(home: Path) -> Mapping[str, str]:
    """A context whose name has three million characters."""
    return _configured(home, to_json({"currentContext": "a" * 3_000_000}))


@ENGINE_PLACES.place(2, "Docker context 'c' is malformed")
def context_of_other_types(home: Path) -> Mapping[str, str]:
    """A number for a host."""
    _context(home, _host(5))
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(2, "nested too deeply")
def context_in_contexts(home: Path) -> Mapping[str, str]:
    """A document nested a million deep."""
    _context(home, b"[" * 1_000_000)
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(2, "at most 4,194,304 are read")
def enormous_context(home: Path) -> Mapping[str, str]:
    """A document of 5 MB."""
    _context(home, b" " * 5_000_000)
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(2, "expected unix:///PATH")
def context_of_a_host_with_a_nul(home: Path) -> Mapping[str, str]:
    """What no name of a file may have."""
    _context(home, _host("unix:///run/\x00docker.sock"))
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(2, "expected unix:///PATH")
def context_of_an_enormous_host(home: Path) -> Mapping[str, str]:
    """An address of three million characters that is none."""
    _context(home, _host(f"x://me:{SECRET}@{_BYTES * 100_000}"))
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(2, "the TLS files in .* cannot be used")
def keys_that_are_none(home: Path) -> Mapping[str, str]:
    """What is no certificate."""
    keys = _context(home, _host("tcp://127.0.0.1:1"))
    keys.mkdir(parents=True)
    (keys / "ca.pem").write_text(_BYTES)
    return {"DOCKER_CONTEXT": "c"}


@ENGINE_PLACES.place(3, "Docker")
def settings_that_are_a_pipe(home: Path) -> Mapping[str, str]:
    """A configuration that opening would wait for: it is passed over, as one that is malformed."""
    (home / ".docker").mkdir()
    os.mkfifo(home / ".docker" / "config.json")
    return {}


@ENGINE_PLACES.place(3, "Docker")
def settings_in_settings(home: Path) -> Mapping[str, str]:
    """A configuration nested a million deep."""
    return _configured(home, b"[" * 1_000_000)
