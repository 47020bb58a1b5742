"""Regular expressions that end, whatever they are and whatever they are held against."""

from __future__ import annotations

import contextlib
import re
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.tui.model.files.bounded_expression import BoundedExpression, TooSlow

_HOSTILE = f"/usr/{'a' * 4000}!"


def expression(source: str) -> BoundedExpression:
    return BoundedExpression(source, ignores_case=True)


@pytest.mark.parametrize(
    "source",
    ["(a|a)*$", "(a|aa)+$", "(.*a){20}$", "(?:a?){40}a{40}$", "((a{1,9}){1,9}){1,9}$", "(a+)+$"],
)
def test_what_takes_too_long_is_given_up_and_said_with_the_path(source: str) -> None:
    begun = time.process_time()
    with pytest.raises(TooSlow) as raised:
        expression(source).search(_HOSTILE)
    assert time.process_time() - begun < 0.5
    assert raised.value.message == f"/{source}/ takes too long on a path: {_HOSTILE[:40]}…"
    assert "repeat within a repeat" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        (r"\.pyc?$", "/app/x.pyc", True),
        (r"(/[^/]+)+\.py$", "/usr/lib/python3/dist-packages/x.py", True),
        (r"(a+)+$", "/usr/share/aaa", True),
        (r"(foo|bar)+/", "/srv/foobar/x", True),
        (r".*lib.*\.so(\.\d+)*$", "/usr/lib/libc.so.6", True),
        (r"^/(usr/)?s?bin/", "/usr/share", False),
        (r"[0-9a-f]{64}", f"/blobs/{'0' * 64}", True),
    ],
)
def test_what_people_write_is_answered(source: str, path: str, expected: bool) -> None:
    assert expression(source).search(path) is expected


@pytest.mark.parametrize("source", ["(((a{100}){100}){100}){100}", "a{999999999}", "(a{200}|b){,200}"])
def test_counts_that_would_take_all_memory_are_refused_before_they_do(source: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"/{source}/ repeats more than 10,000 times")):
        expression(source)


@pytest.mark.parametrize("source", ["(", "a**", r"(?R)", "(?P<a>b)(?P<a>c)", "(?&x)", "[z-a]", "(" * 400 + ")" * 400])
def test_what_the_standard_library_does_not_understand_is_refused(source: str) -> None:
    with pytest.raises(UsageError, match="is no regular expression"):
        expression(source)


def test_case_counts_where_it_is_asked_for() -> None:
    assert not BoundedExpression("README", ignores_case=False).search("/readme")
    assert BoundedExpression("readme", ignores_case=True).search("/README")


_PIECES = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", r"\w", r"\b", "/"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "*?"])).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
    ),
    max_leaves=6,
)


@given(_PIECES, st.text(alphabet="ab/!", max_size=8))
def test_short_texts_get_the_answer_of_the_standard_library(source: str, text: str) -> None:
    assert expression(source).search(text) is (re.search(source, text, re.IGNORECASE) is not None)


@given(_PIECES)
def test_every_expression_ends_on_every_path(source: str) -> None:
    begun = time.process_time()
    with contextlib.suppress(TooSlow):
        expression(source).search(_HOSTILE)
    assert time.process_time() - begun < 0.5


def test_others_have_their_turn_while_it_searches() -> None:
    searching, turns = threading.Event(), 0

    def search() -> None:
        searching.set()
        with pytest.raises(TooSlow):
            expression("(a|aa)+$").search(_HOSTILE)
        searching.clear()

    thread = threading.Thread(target=search)
    thread.start()
    assert searching.wait(10)
    while searching.is_set():
        turns += 1
    thread.join()
    assert turns > 100
