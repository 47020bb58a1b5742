from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from imgscope.limits import Budget, Limits


def test_a_budget_gives_exactly_what_the_limits_allow() -> None:
    budget = Budget(Limits(entry_count=2, unpacked_size=100, kept_size=10))
    assert [budget.take_entry() for _ in range(4)] == [True, True, False, False]
    assert [budget.take_unpacked(size) for size in (60, 40, 0, 1)] == [True, True, True, False]
    assert [budget.take_kept(size) for size in (10, 1)] == [True, False]


def test_a_budget_that_was_overdrawn_gives_nothing_any_more() -> None:
    budget = Budget(Limits(unpacked_size=100))
    assert not budget.take_unpacked(101)
    assert not budget.take_unpacked(1)


def test_a_layer_that_was_read_before_takes_what_it_brings() -> None:
    budget = Budget(Limits(entry_count=3, unpacked_size=30, kept_size=30))
    assert budget.take_layer(entry_count=0, unpacked_size=0, kept_size=0)
    assert budget.take_layer(entry_count=2, unpacked_size=20, kept_size=20)
    assert [budget.take_entry(), budget.take_unpacked(10), budget.take_kept(10)] == [True, True, True]
    assert [budget.take_entry(), budget.take_unpacked(1), budget.take_kept(1)] == [False, False, False]


@pytest.mark.parametrize(("entries", "unpacked", "kept"), [(4, 0, 0), (0, 31, 0), (0, 0, 31)])
def test_a_layer_that_was_read_before_may_bring_too_much(entries: int, unpacked: int, kept: int) -> None:
    budget = Budget(Limits(entry_count=3, unpacked_size=30, kept_size=30))
    assert not budget.take_layer(entry_count=entries, unpacked_size=unpacked, kept_size=kept)


def test_threads_share_a_budget_without_losing_count() -> None:
    budget = Budget(Limits(entry_count=5000, unpacked_size=5000))

    def take() -> tuple[int, int]:
        return sum(budget.take_entry() for _ in range(2000)), sum(budget.take_unpacked(1) for _ in range(2000))

    with ThreadPoolExecutor(4) as pool:
        taken = [future.result() for future in [pool.submit(take) for _ in range(4)]]
    assert [sum(column) for column in zip(*taken, strict=True)] == [5000, 5000]
