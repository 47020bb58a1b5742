"""Doing the same for several things at once."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeVar

from imgscope.outcomes import outcome_of, take

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK_AROUND: Final = 0.1


def together(function: Callable[[Item], Result], items: Sequence[Item], *, threads: int) -> list[Result]:
    """Return what `function` returns for each of `items`, in their order; what it raises is raised, the first one.

    The threads are daemons: one that a silent network holds must not hold the program.
    """
    waiting = deque(enumerate(items))
    ended: queue.SimpleQueue[tuple[int, Future[Result]]] = queue.SimpleQueue()

    def work() -> None:
        while waiting:
            try:
                position, item = waiting.popleft()
            except IndexError:
                return
            ended.put((position, outcome_of(partial(function, item))))

    started = [threading.Thread(target=work, name="together", daemon=True) for _ in range(min(threads, len(items)))]
    for thread in started:
        thread.start()
    results: dict[int, Result] = {}
    while len(results) < len(items):
        taken = take(ended, started, patience=_LOOK_AROUND)
        if taken is None:
            continue
        try:
            results[taken[0]] = taken[1].result()
        except BaseException:
            waiting.clear()
            raise
    return [results[position] for position in range(len(items))]
