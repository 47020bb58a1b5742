"""Doing the same for several things at once."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def together(function: Callable[[Item], Result], items: Sequence[Item], *, threads: int) -> list[Result]:
    """Return what `function` returns for each of `items`, in their order; what it raises is raised, the first one.

    The threads are daemons: one that a silent network holds must not hold the program.
    """
    waiting = deque(enumerate(items))
    ended: queue.SimpleQueue[tuple[int, Result | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        while waiting:
            try:
                position, item = waiting.popleft()
            except IndexError:
                return
            try:
                ended.put((position, function(item), None))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the results are waited for
                ended.put((position, None, error))

    for _ in range(min(threads, len(items))):
        threading.Thread(target=work, name="together", daemon=True).start()
    results: dict[int, Result] = {}
    while len(results) < len(items):
        position, result, error = ended.get()
        if error is not None:
            waiting.clear()
            raise error
        results[position] = result  # type: ignore[assignment]
    return [results[position] for position in range(len(items))]
