"""Ctrl-C while a registry keeps imgscope waiting: over within a second, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import Fault, dripping, rate_limited, silent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals are other things there")

_ENOUGH_SECONDS = 20
_HIDDEN, _SHOWN = b"\x1b[?25l", b"\x1b[?25h"
_SLOW = image([layer(file("data", bytes(500_000)), compression="none")], listed_platform=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """How imgscope ended after SIGINT, how long that took, and what its terminal was sent."""

    code: int
    seconds: float
    shown: bytes


def _environment() -> dict[str, str]:
    """That of a user: measuring what of imgscope is run would take longer than to stop it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {**kept, "TERM": "xterm"}


@contextmanager
def on_a_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], bytearray]]:
    """Run imgscope on a terminal of its own, and keep what it writes."""
    primary, secondary = os.openpty()
    shown = bytearray()

    def keep() -> None:
        try:
            while piece := os.read(primary, 65536):
                shown.extend(piece)
        except OSError:
            pass

    reader = threading.Thread(target=keep)
    process = subprocess.Popen(
        [sys.executable, "-m", "imgscope", *arguments],
        stdin=secondary, stdout=secondary, stderr=secondary, env=_environment(),
    )  # fmt: skip
    os.close(secondary)
    reader.start()
    try:
        yield process, shown
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(primary)


def interrupt(when: threading.Event, *arguments: str) -> Interrupted:
    """Run imgscope, press Ctrl-C `when` that is set, and wait for its end."""
    with on_a_terminal(*arguments) as (process, shown):
        assert when.wait(_ENOUGH_SECONDS)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        code = process.wait(_ENOUGH_SECONDS)
        seconds = time.monotonic() - started
    return Interrupted(code=code, seconds=seconds, shown=bytes(shown))


def in_time(attempt: Callable[[], Interrupted]) -> Interrupted:
    """The first of three attempts that took less than a second: a machine can be busy with other things."""
    for _ in range(2):
        ended = attempt()
        if ended.seconds < 1:
            return ended
    return attempt()


def assert_clean(ended: Interrupted) -> None:
    assert ended.code == 130
    assert ended.seconds < 1
    assert b"Traceback" not in ended.shown
    assert b"Exception" not in ended.shown
    assert ended.shown.rfind(_SHOWN) >= ended.shown.rfind(_HIDDEN), "the cursor stays hidden"
    assert b"mistake" not in ended.shown


@contextmanager
def serving(fault: Fault) -> Iterator[tuple[str, threading.Event]]:
    """A registry with that fault, and what is set when somebody meets it."""
    met, change = threading.Event(), fault.change

    def noted(seen: Seen, reply: Reply) -> Reply:
        met.set()
        return change(seen, reply)

    fault.change = noted
    registry = Registry()
    registry.add(_SLOW)
    registry.misbehave(fault)
    with registry.serve() as host:
        yield f"{host}/team/app", met


def _layers(fault: Fault) -> Fault:
    """The fault for the layer only."""
    applies = fault.applies
    fault.applies = lambda seen: applies(seen) and seen.path.endswith(_SLOW.layers[0].digest)
    return fault


def test_ctrl_c_ends_a_run_over_several_images_as_soon() -> None:
    def attempt() -> Interrupted:
        with serving(_layers(silent(after=100_000))) as (reference, met):
            return interrupt(met, "audit", reference, reference, f"{reference}:other")

    assert_clean(in_time(attempt))


@pytest.mark.parametrize(
    "fault",
    [
        lambda: _layers(silent(after=100_000)),
        lambda: _layers(dripping(pause=0.5)),
        lambda: _layers(rate_limited(kind="blobs", retry_after="25")),
        lambda: silent(after=0, kind="manifests", times=None),
        lambda: rate_limited(kind="manifests", retry_after="25"),
    ],
    ids=["silent layer", "slow layer", "layer asked for later", "silent manifest", "manifest asked for later"],
)
def test_ctrl_c_ends_within_a_second_and_leaves_the_terminal_clean(fault: Callable[[], Fault]) -> None:
    def attempt() -> Interrupted:
        with serving(fault()) as (reference, met):
            return interrupt(met, "audit", reference)

    assert_clean(in_time(attempt))


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        (lambda: _layers(silent(after=100_000, times=None)), ("--no-cache",)),
        (lambda: _layers(silent(after=100_000, times=None)), ("--for", "{reference}")),
        (lambda: silent(after=0, kind="manifests", times=None), ()),
        (lambda: silent(after=0, kind="tags", times=None), ("--variants",)),
    ],
    ids=["silent layer", "silent layer of the image to move", "silent manifest", "silent list of tags"],
)
def test_ctrl_c_ends_a_comparison_within_a_second(fault: Callable[[], Fault], options: tuple[str, ...]) -> None:
    def attempt() -> Interrupted:
        with serving(fault()) as (reference, met):
            images = [reference] if "--variants" in options else [reference, f"{reference}:latest"]
            return interrupt(
                met, "compare", "-o", "text", *images, *(each.format(reference=reference) for each in options)
            )

    assert_clean(in_time(attempt))


def _interrupted_wait(reference: str) -> Interrupted:
    """Press Ctrl-C once the bar shows how far the one is that is waited for."""
    with on_a_terminal("audit", reference) as (process, shown):
        deadline = time.monotonic() + _ENOUGH_SECONDS
        while b"100.0/" not in shown:
            assert time.monotonic() < deadline, bytes(shown)
            assert process.poll() is None
            time.sleep(0.01)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        code = process.wait(_ENOUGH_SECONDS)
        seconds = time.monotonic() - started
    return Interrupted(code=code, seconds=seconds, shown=bytes(shown))


def test_ctrl_c_ends_the_wait_for_another_imgscope_that_reads_the_layer() -> None:
    with serving(_layers(silent(after=100_000))) as (reference, met), on_a_terminal("audit", reference) as (first, _):
        assert met.wait(_ENOUGH_SECONDS)
        assert_clean(in_time(lambda: _interrupted_wait(reference)))
        assert first.poll() is None


def test_an_interrupted_audit_leaves_nothing_in_the_way_of_the_next() -> None:
    with serving(_layers(silent(after=100_000, times=1))) as (reference, met):
        assert interrupt(met, "audit", reference).code == 130
        with on_a_terminal("audit", reference) as (process, shown):
            assert process.wait(_ENOUGH_SECONDS) == 0, bytes(shown)
    left = {path.suffix for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if path.is_file()}
    assert ".layer" in left
    assert left & {".lock", ".tmp"} == set()
