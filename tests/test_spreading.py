"""Tests are spread over processes: each once, groups as a whole, and few at a time in the end."""

from __future__ import annotations

from types import SimpleNamespace

from xdist.scheduler import Scheduling

from tests.support.spreading import SpreadInBatches

_CONFIG = SimpleNamespace(getvalue=lambda _: ["2*popen"], option=SimpleNamespace(loadscopereorder=True))


class Node:
    """A process that runs tests: `given` are those of each message, by their place in the list."""

    def __init__(self) -> None:
        self.given: list[list[int]] = []
        self.ran: list[int] = []
        self.shutting_down = False
        self.gateway = SimpleNamespace(id="gw")

    def send_runtest_some(self, places: list[int]) -> None:
        assert not self.shutting_down
        self.given.append(places)

    def shutdown(self) -> None:
        self.shutting_down = True

    def run_next(self, spread: Scheduling) -> bool:
        waiting = [place for places in self.given for place in places][len(self.ran) :]
        if waiting:
            self.ran.append(waiting[0])
            spread.mark_test_complete(self, waiting[0])
        return bool(waiting)


def spread_over(*nodes: Node, tests: list[str]) -> Scheduling:
    spread = SpreadInBatches(_CONFIG)
    for node in nodes:
        spread.add_node(node)
    for node in nodes:
        spread.add_node_collection(node, tests)
    spread.schedule()
    return spread


def test_each_test_runs_once_with_its_neighbours_and_alone_in_the_end() -> None:
    slow, fast = Node(), Node()
    spread = spread_over(slow, fast, tests=[f"test_{number}" for number in range(1000)])
    while any([slow.run_next(spread), fast.run_next(spread), fast.run_next(spread), fast.run_next(spread)]):
        pass
    assert sorted(slow.ran + fast.ran) == list(range(1000))
    assert abs(len(fast.ran) - 750) < 30
    assert slow.given[0] == list(range(24))
    assert fast.given[0] == list(range(24, 48))
    assert len(slow.given[-1]) == len(fast.given[-1]) == 1
    assert slow.shutting_down
    assert fast.shutting_down
    assert spread.tests_finished


def test_a_group_goes_to_one_process_first_and_alone() -> None:
    one, other = Node(), Node()
    tests = [f"test_{number}@images" if number % 50 == 7 else f"test_{number}" for number in range(500)]
    spread_over(one, other, tests=tests)
    assert one.given == [[number for number in range(500) if number % 50 == 7]]
    assert not [place for places in other.given for place in places if place % 50 == 7]


def test_what_a_process_that_died_did_not_do_is_done_by_the_other() -> None:
    one, other = Node(), Node()
    spread = spread_over(one, other, tests=[f"test_{number}" for number in range(100)])
    for _ in range(3):
        one.run_next(spread)
    assert spread.remove_node(one) == "test_3"
    while other.run_next(spread):
        pass
    assert sorted(one.ran + other.ran) == list(range(100))
