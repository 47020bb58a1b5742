"""How many requests one host is answering at the same time: never more than it can be expected to like."""

from __future__ import annotations

import threading
from collections import Counter


class HostSlots:
    """At most `per_host` slots for each host. Safe to use from several threads."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._changed = threading.Condition()
        self._taken: Counter[str] = Counter()
        self._is_closed = False

    def take(self, host: str) -> None:
        """Wait for a slot of `host` and take it, or return at once after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._taken[host] < self._per_host)
            self._taken[host] += 1

    def give_back(self, host: str) -> None:
        """Let somebody else have the slot."""
        with self._changed:
            self._taken[host] -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
