"""How tests are spread over processes: many at a time in the beginning, one at a time in the end."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

_MOST_AT_A_TIME: Final = 24
_ROUNDS: Final = 8
"""How often each process comes back for more at least, should what is left take equally long."""


class SpreadInBatches(LoadGroupScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Gives a process several neighbouring tests at once, which often share what they need, and groups as a whole.

    pytest-xdist's own gives one test at a time, and for each looks through all tests: those that are done to count
    those that are not, and the names of all to find one. With some thousands that is a tenth of the time they take.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        waiting = len(self.workqueue) // (_ROUNDS * max(1, len(self.assigned_work)))
        tests: list[str] = []
        while self.workqueue and len(tests) < max(1, min(_MOST_AT_A_TIME, waiting)):
            scope, unit = next(iter(self.workqueue.items()))
            if tests and len(unit) > 1:
                break
            self.assigned_work[node][scope] = self.workqueue.pop(scope)
            tests += (name for name, is_done in unit.items() if not is_done)
            if len(unit) > 1:
                break
        places = self._places(node)
        node.send_runtest_some([places[name] for name in tests])

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        name = self.registered_collections[node][item_index]
        scope = self._split_scope(name)
        work = self.assigned_work[node]
        work[scope][name] = True
        if all(work[scope].values()):
            del work[scope]
        self._reschedule(node)

    def _places(self, node: WorkerController) -> dict[str, int]:
        """Return where each test stands in the list of `node`; the lists of all are the same."""
        if not hasattr(self, "_known_places"):
            self._known_places = {name: place for place, name in enumerate(self.registered_collections[node])}
        return self._known_places
