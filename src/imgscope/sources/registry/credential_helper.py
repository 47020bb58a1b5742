"""Asking a `docker-credential-…` program for what the user stored in it."""

from __future__ import annotations

import atexit
import errno
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import msgspec

from imgscope.errors import ImgscopeError, SourceError
from imgscope.oci.document import decode

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_TIMEOUT: Final = 30.0
_PATIENCE: Final = 1.0
_LARGEST_ANSWER: Final = 64 * 1024
_NOT_STORED: Final = b"credentials not found in native keychain"


# Where imgscope ends meanwhile, nobody waits for them any more.
_running: Final[set[subprocess.Popen[bytes]]] = set()
# Held from before one is started until it is known, so that the end of imgscope does not come in between.
_starting: Final = threading.Lock()
_has_ended: Final = threading.Event()


@atexit.register
def _end_running() -> None:
    # Not waited for longer: starting a program from a file system that hangs takes for ever.
    is_ours = _starting.acquire(timeout=_PATIENCE)
    _has_ended.set()
    if is_ours:
        _starting.release()
    for process in tuple(_running):
        process.kill()


class NotStored(Exception):
    """The helper works and has nothing for that server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperAnswer:
    """A user name and a password, or `<token>` and an identity token."""

    username: str = field(repr=False)
    secret: str = field(repr=False)


class _Answer(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    username: str = ""
    secret: str = ""


def ask_helper(name: str, server: str, *, timeout: float = _TIMEOUT) -> HelperAnswer:
    """Run `docker-credential-NAME get` with `server` on its standard input, for at most `timeout` seconds.

    Raises `NotStored`, or `SourceError` for a helper that cannot be run or answers otherwise than it should.
    What the helper prints is never quoted: it may be a secret.
    """
    if not _NAME.fullmatch(name):
        raise SourceError(f"{name!r} is not the name of a credential helper")
    program = f"docker-credential-{name}"
    code, output = _run(program, server, timeout)
    if _NOT_STORED in output:
        raise NotStored
    if code != 0:
        raise SourceError(f"{program} failed with exit code {code}")
    try:
        answer = decode(output, _Answer, what="answer", limit=_LARGEST_ANSWER)
    except ImgscopeError:
        raise SourceError(f"{program} did not answer with the JSON that was expected") from None
    if not answer.secret:
        raise NotStored
    return HelperAnswer(username=answer.username, secret=answer.secret)


def _run(program: str, server: str, timeout: float) -> tuple[int, bytes]:
    try:
        process = _start(program)
    except OSError as error:
        raise SourceError(f"{program} cannot be run: {error.strerror or 'not found'}") from None
    try:
        return _answer(process, program, server, timeout)
    finally:
        _running.discard(process)


def _start(program: str) -> subprocess.Popen[bytes]:
    with _starting:
        if _has_ended.is_set():
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
        process = subprocess.Popen(
            [program, "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        _running.add(process)
    return process


def _answer(process: subprocess.Popen[bytes], program: str, server: str, timeout: float) -> tuple[int, bytes]:
    deadline = time.monotonic() + timeout
    output: list[bytes] = []
    reader = threading.Thread(target=lambda: output.append(_converse(process, server.encode())), daemon=True)
    reader.start()
    reader.join(timeout)
    if reader.is_alive():
        # Killing the program would not end the wait for its output: a child of it may hold the pipe open.
        raise _ended(process, f"{program} did not answer within {timeout:g} seconds")
    answer = b"".join(output)
    if len(answer) > _LARGEST_ANSWER:
        raise _ended(process, f"{program} answered with more than {_LARGEST_ANSWER:,} bytes")
    try:
        # It may have closed its output and go on all the same.
        return process.wait(max(deadline - time.monotonic(), 0)), answer
    except subprocess.TimeoutExpired:
        raise _ended(process, f"{program} did not end within {timeout:g} seconds") from None


def _ended(process: subprocess.Popen[bytes], message: str) -> SourceError:
    """Kill the program and return the error with that message."""
    process.kill()
    process.wait()
    return SourceError(message)


def _converse(process: subprocess.Popen[bytes], question: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdin as stdin:
            stdin.write(question)
    except BrokenPipeError:
        # It ended without reading the question; what it says and its exit code tell why.
        pass
    with process.stdout as stdout:
        return stdout.read(_LARGEST_ANSWER + 1)
