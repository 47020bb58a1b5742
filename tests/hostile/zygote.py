"""A process that has loaded all of imgscope, and forks one of its own for each hostile thing, which measures itself.

`python -m tests.hostile.zygote` reads a JSON object a line, `{"job": NAME, "environment": …, "directory": …,
"arguments": {…}}`, and answers each with what the job returned, or with the status that its process ended with.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import pkgutil
import re
import resource
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import imgscope
from imgscope.sources.registry.configuration import files
from tests.hostile.case import SOUND, layout
from tests.hostile.lines import COMMANDS, audit_to_all_formats
from tests.hostile.watching import watch

_LARGEST_ADDRESS_SPACE: Final = 8 * 1024**3
_STDERR: Final = os.dup(2)
_GARBAGE_SIZE: Final = 8 * 1024**2
_MOST_CPU_SECONDS: Final = 120
"""What the system ends a process at, should what it is held to by its test not be enough."""


def commands(lines: list[list[str]]) -> list[dict[str, Any]]:
    """Run the command lines in turn."""
    from imgscope.cli.main import main

    waited = _without_waiting()
    ended = []
    before = held = _memory("VmRSS")
    for line in lines:
        held = _without_garbage(held)
        waited.clear()
        with _captured() as streams, _measured(before) as found:
            try:
                main(line)
            except SystemExit as end:
                found["code"] = end.code
        ended.append({**found, **streams, "waited": sum(waited)})
        # What was captured is kept by the test and not by imgscope.
        before += sum(map(sys.getsizeof, streams.values()))
    return ended


def views(name: str, keys: list[str]) -> dict[str, Any]:
    """Open the terminal UI on the image `name`, press `keys`, and look at each screen."""
    from imgscope.policy.reading_limits import read_limits
    from imgscope.sources import open_source
    from imgscope.sources.base import SourceOptions
    from imgscope.tui.app import InspectApp
    from tests.tui.stage import press, screen_text, shown
    from tests.tui.test_hostile_text import assert_harmless

    waited = _without_waiting()
    _without_idling()
    found: dict[str, Any] = {}

    async def walk() -> None:
        source = open_source(name, SourceOptions(limits=read_limits(Path())))
        async with shown(source, (120, 30)) as pilot:
            assert_harmless(pilot)
            app = pilot.app
            assert isinstance(app, InspectApp)
            found["error"] = str(app.error) if app.error else None
            # Without an image it ends, and what kept it from one is told when the terminal is as it was.
            for key in keys if app.error is None else ():
                await press(pilot, key)
                assert_harmless(pilot)
                assert app.return_code is None
            found["screen"] = screen_text(pilot)

    with _measured(_memory("VmRSS")) as measured:
        asyncio.run(walk())
    return {**found, **measured, "waited": sum(waited)}


def starts() -> dict[str, Any]:
    """Open the terminal UI without an image, wait for what it offers, type, and look at each screen."""
    from imgscope.offers import find_offers
    from imgscope.tui.widgets.offer_list import OfferList
    from tests.tui.stage import press, screen_text, starting, until
    from tests.tui.test_hostile_text import assert_harmless

    _without_idling()
    found: dict[str, Any] = {"error": None}

    async def walk() -> None:
        async with starting(partial(find_offers, (), directory=Path()), (120, 30)) as pilot:
            offers = pilot.app.screen.query_one(OfferList)
            looking = offers.placeholder
            await until(pilot, lambda: offers.row_count > 0 or offers.placeholder != looking)
            assert_harmless(pilot)
            for key in ("down", "G", "tab", "a", "p"):
                await press(pilot, key)
                assert_harmless(pilot)
            found["screen"] = screen_text(pilot)

    with _measured(_memory("VmRSS")) as measured:
        asyncio.run(walk())
    return {**found, **measured, "waited": 0.0}


def watched(lines: list[list[str]], allowed: list[str]) -> dict[str, Any]:
    """Run the command lines in turn, and notice writes outside of the directories `allowed` and programs started."""
    noticed = watch(allowed)
    return {"ended": commands(lines), "noticed": noticed}


_JOBS: Final[dict[str, Callable[..., Any]]] = {
    "commands": commands,
    "watched": watched,
    "views": views,
    "starts": starts,
}


def _without_garbage(held: int) -> int:
    """Return how much memory is in use, without what the command line leaves behind because a process ends with it."""
    if _memory("VmRSS") < held + _GARBAGE_SIZE:
        return held
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return _memory("VmRSS")


def _without_waiting() -> list[float]:
    """Wait for nothing between attempts from now on, but tell for how many seconds that would have been."""
    from imgscope.sources.registry.transport import Transport

    waited: list[float] = []
    setattr(Transport, "wait", lambda _, seconds: waited.append(seconds))  # noqa: B010 - mypy wants no method replaced
    return waited


def _without_idling() -> None:
    """Take a screen as ready where its messages are handled; textual's pilot also waits until the processor rests."""

    async def briefly(*seconds: float) -> None:
        for _ in range(5):
            await asyncio.sleep(0.001)

    for module in ("textual.pilot", "textual.app"):
        setattr(importlib.import_module(module), "wait_for_idle", briefly)  # noqa: B010


@contextmanager
def _measured(before: int) -> Iterator[dict[str, Any]]:
    """Give what it costs: bytes of memory at most, above `before`, and seconds of processor and of clock."""
    # "5" resets the peak to what there is now: proc_pid_clear_refs(5).
    # Where that is not allowed, the peak is that of all command lines so far.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    found: dict[str, Any] = {}
    clock, processor = time.monotonic(), time.process_time()
    yield found
    found["seconds"], found["cpu"] = time.monotonic() - clock, time.process_time() - processor
    found["memory"] = _memory("VmHWM") - before


def _memory(name: str) -> int:
    """Bytes, as proc_pid_status(5) has them."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


@contextmanager
def _captured() -> Iterator[dict[str, str]]:
    """Give what is written to stdout and stderr, by whichever way."""
    found: dict[str, str] = {}
    kept = {name: os.memfd_create(name) for name in ("out", "err")}
    for number, handle in enumerate(kept.values(), 1):
        os.dup2(handle, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    yield found
    sys.stdout.flush()
    sys.stderr.flush()
    for name, handle in kept.items():
        os.lseek(handle, 0, os.SEEK_SET)
        with os.fdopen(handle, "rb") as content:
            found[name] = content.read().decode("utf-8", "backslashreplace")


def _load() -> None:
    """Load every module and find every rule, probe, format and source, so that no process has to."""
    for module in pkgutil.walk_packages(imgscope.__path__, "imgscope."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("tests.tui.test_hostile_text")
    from imgscope.probes import probes
    from imgscope.render import formats
    from imgscope.rules import rules
    from imgscope.sources import sources

    for find in (probes, rules, formats, sources):
        find()
    # Nothing of this machine's configuration.
    files.SYSTEM = Path("/nonexistent")
    _warm_up()
    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    """Do once what each process would do for the first time: compile patterns, make decoders, read style sheets."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_CACHE_HOME"] = f"{place}/cache"
        image = layout(Path(place) / "image", SOUND)
        commands(
            [
                audit_to_all_formats(image, Path(place) / "reports"),
                *(each(image, image)[0] for each in COMMANDS.values()),
            ]
        )
        views(image, ["2", "3", "4", "5", "6", "7", "8", "9"])
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(_STDERR, 2)
    # A process that is forked has none of the threads of this one, and whatever locks they held.
    assert threading.active_count() == 1


def _in_a_process(job: dict[str, Any], answers: int) -> None:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if status:
            os.write(answers, json.dumps({"died": status}).encode() + b"\n")
        return
    is_answered = False
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_LARGEST_ADDRESS_SPACE, _LARGEST_ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_SECONDS, _MOST_CPU_SECONDS))
        os.environ.clear()
        os.environ.update(job["environment"])
        os.chdir(job["directory"])
        try:
            answer: dict[str, Any] = {"returned": _JOBS[job["job"]](**job["arguments"])}
        except BaseException:  # noqa: BLE001 - whatever it is, the test is told
            answer = {"raised": traceback.format_exc()}
        with open(answers, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(answer) + "\n")
        is_answered = True
    finally:
        os._exit(0 if is_answered else 1)


def serve() -> None:
    """Do jobs until there are no more."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _load()
    for line in sys.stdin:
        _in_a_process(json.loads(line), answers)


if __name__ == "__main__":
    serve()
