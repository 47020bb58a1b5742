"""One at a time: who comes first makes an entry, the others wait for it and find it made."""

from __future__ import annotations

import errno
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imgscope import cache_lock
from imgscope.cache_lock import Tell, once, remove_abandoned
from imgscope.errors import Cancelled

_ENOUGH_SECONDS = 20


class Shelf:
    """Where what was made is left: makes it with `make`, counts how often."""

    def __init__(self, make: Callable[[Tell], str | None] = lambda _: "made") -> None:
        self.kept: str | None = None
        self.made = 0
        self._make = make

    def find(self) -> str | None:
        return self.kept

    def make(self, tell: Tell) -> str:
        self.made += 1
        self.kept = self._make(tell)
        return self.kept or "not kept"


def get(path: Path, shelf: Shelf, waiting: Callable[[int], None] = lambda _: None) -> str:
    return once(path, find=shelf.find, make=shelf.make, waiting=waiting)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "entry.lock"


def test_the_first_of_many_threads_makes_it_and_the_others_find_it(path: Path) -> None:
    started, shelf = threading.Barrier(20), Shelf()

    def ask(_: int) -> str:
        started.wait()
        return get(path, shelf)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(20))) == {"made"}
    assert shelf.made == 1
    assert not path.exists(), "a lock file outlived its use"


def test_what_was_made_just_before_the_lock_was_free_is_found(path: Path) -> None:
    shelf = Shelf()
    shelf.kept = "made by another"
    assert get(path, shelf) == "made by another"
    assert shelf.made == 0


def _held(path: Path) -> tuple[threading.Event, threading.Thread]:
    """Hold the lock of `path` in a thread that tells 123 bytes, until the event is set."""
    held, release = threading.Event(), threading.Event()

    def make(tell: Tell) -> None:
        tell(123)
        held.set()
        assert release.wait(_ENOUGH_SECONDS)

    thread = threading.Thread(target=get, args=(path, Shelf(make)))
    thread.start()
    assert held.wait(_ENOUGH_SECONDS)
    return release, thread


def test_who_waits_sees_how_far_the_other_is_and_may_stop(path: Path) -> None:
    release, thread = _held(path)
    seen: list[int] = []

    def waiting(received: int) -> None:
        seen.append(received)
        raise Cancelled("enough")

    shelf = Shelf()
    with pytest.raises(Cancelled):
        get(path, shelf, waiting)
    release.set()
    thread.join()
    assert seen == [123]
    assert shelf.made == 0


def test_who_fails_lets_the_next_one_try(path: Path) -> None:
    waited = threading.Event()
    release, thread = _held(path)
    shelf = Shelf()
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(get, path, shelf, lambda _: waited.set())
        assert waited.wait(_ENOUGH_SECONDS)
        release.set()
        assert second.result(_ENOUGH_SECONDS) == "made"
    thread.join()
    assert shelf.made == 1
    assert not path.exists()


def test_an_exception_lets_go_of_the_lock(path: Path) -> None:
    def fail(_: Tell) -> str:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        get(path, Shelf(fail))
    assert not path.exists()
    assert get(path, Shelf()) == "made"


def test_nobody_waits_for_more_than_a_few_who_fail(path: Path, tmp_path: Path) -> None:
    """Owner after owner leaves without an entry; each new lock file takes the place of the last."""
    told: queue.SimpleQueue[int] = queue.SimpleQueue()
    locks = [cache_lock._LockFile(tmp_path / f"lock-{number}") for number in range(cache_lock._MOST_AWAITED + 1)]
    for number, lock in enumerate(locks):
        assert lock.acquire()
        lock.tell(number)
    (tmp_path / "lock-0").replace(path)
    with ThreadPoolExecutor(1) as pool:
        patient = pool.submit(get, path, Shelf(), told.put)
        for number in range(1, len(locks)):
            while told.get(timeout=_ENOUGH_SECONDS) != number - 1:
                pass
            (tmp_path / f"lock-{number}").replace(path)
        assert patient.result(_ENOUGH_SECONDS) == "made", "though the last of them still holds the lock"
    for lock in locks:
        lock.close()


def test_who_makes_no_progress_is_not_waited_for_for_ever(path: Path) -> None:
    """Such as a process that was stopped, which keeps its lock."""
    release, thread = _held(path)
    shelf = Shelf()
    assert once(path, find=shelf.find, make=shelf.make, waiting=lambda _: None, patience=0.01) == "made"
    assert path.exists(), "it is still the other's"
    release.set()
    thread.join()
    assert not path.exists()


def test_who_makes_progress_is_waited_for(path: Path, tmp_path: Path) -> None:
    """Each look of the one who waits finds one byte more."""
    holder, shelf, looks = cache_lock._LockFile(path), Shelf(), 0

    def waiting(received: int) -> None:
        nonlocal looks
        looks += 1
        assert received == looks - 1
        holder.tell(looks)
        if looks == 5:
            holder.close()

    assert holder.acquire()
    holder.tell(0)
    assert once(path, find=shelf.find, make=shelf.make, waiting=waiting, patience=0.01) == "made"
    assert looks == 5


_HOLDER = """
import sys, threading
from pathlib import Path
from imgscope.cache_lock import once

def hold(tell):
    tell(7)
    print("held", flush=True)
    threading.Event().wait()

once(Path(sys.argv[1]), find=lambda: None, make=hold, waiting=lambda _: None)
"""


def test_a_process_that_is_killed_holds_nobody_up(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        waited, shelf = threading.Event(), Shelf()
        with ThreadPoolExecutor(1) as pool:
            outcome = pool.submit(get, path, shelf, lambda _: waited.set())
            assert waited.wait(_ENOUGH_SECONDS)
            process.kill()
            assert outcome.result(_ENOUGH_SECONDS) == "made"
    assert shelf.made == 1
    assert not path.exists()


def test_what_a_dead_process_left_is_removed_and_what_is_in_use_is_not(path: Path) -> None:
    path.write_bytes(b"left")
    remove_abandoned(path)
    assert not path.exists()
    release, thread = _held(path)
    remove_abandoned(path)
    assert path.exists()
    release.set()
    thread.join()
    remove_abandoned(path)


def test_without_a_place_for_a_lock_everybody_makes_it_at_once(tmp_path: Path) -> None:
    assert get(tmp_path / "missing" / "entry.lock", Shelf()) == "made"
    (tmp_path / "file").touch()
    assert get(tmp_path / "file" / "entry.lock", Shelf()) == "made"


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make symbolic links there")
def test_a_link_in_place_of_a_lock_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    assert get(path, Shelf()) == "made"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="locks differently")
def test_on_a_file_system_without_locks_nobody_waits_and_nothing_is_left(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    assert get(path, Shelf()) == "made"
    assert not path.exists()
