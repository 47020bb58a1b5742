"""What threads make of their work reaches who waits for it, though memory may run out in them."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

import pytest

from imgscope.outcomes import await_outcome, outcome_of, settle, take


def ended_thread() -> threading.Thread:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return thread


def test_a_result_is_the_outcome() -> None:
    assert outcome_of(lambda: 5).result() == 5


def test_an_error_is_the_outcome() -> None:
    mistake = KeyError("x")

    def fail() -> int:
        raise mistake

    assert outcome_of(fail).exception() is mistake


def test_want_of_memory_is_told_without_what_filled_the_memory() -> None:
    """A traceback keeps its frames, and they all that was read."""

    def fill() -> int:
        raise MemoryError

    error = outcome_of(fill).exception()
    assert isinstance(error, MemoryError)
    assert error.__traceback__ is None
    assert error.__context__ is None


def test_nothing_comes_while_a_thread_is_at_work() -> None:
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    try:
        assert take(queue.SimpleQueue[int](), [ended_thread(), thread], patience=0.001) is None
    finally:
        go_on.set()
        thread.join()


def test_what_a_thread_left_is_taken_after_its_end() -> None:
    ended: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended.put(5)
    assert take(ended, [ended_thread()], patience=0.001) == 5


def test_threads_that_all_ended_without_a_word_had_no_memory() -> None:
    with pytest.raises(MemoryError):
        take(queue.SimpleQueue[int](), [ended_thread()], patience=0.001)


def test_a_thread_that_ended_without_an_outcome_had_no_memory() -> None:
    with pytest.raises(MemoryError):
        await_outcome(Future[int](), ended_thread(), lambda: None)


def test_who_waits_for_an_outcome_may_stop() -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    go_on = threading.Event()
    outcome: Future[bool] = Future()
    thread = threading.Thread(target=settle, args=(outcome, go_on.wait))
    thread.start()
    with pytest.raises(Stop):
        await_outcome(outcome, thread, stop)
    go_on.set()
    thread.join()
    assert await_outcome(outcome, thread, stop) is True
