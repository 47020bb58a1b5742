"""Reading as much of a file as is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imgscope.tui.model.content import fetch as fetching
from imgscope.tui.model.content.fetch import fetch


def test_a_small_file_is_shown_as_a_whole() -> None:
    content = fetch([b"a\n", memoryview(b"b\x1b")])
    assert content.data == b"a\nb\x1b"
    assert content.is_whole
    assert content.text is not None
    assert content.text.text == "a\nb\\x1b"
    assert content.note(4) == ""


def test_bytes_have_no_text_and_an_empty_file_says_so() -> None:
    assert fetch([b"\0\1"]).text is None
    assert fetch([]).note(0) == "the file is empty"


def test_of_a_large_file_no_more_is_read_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_SHOWN", 5)
    given: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(10):
            given.append(number)
            yield b"xyz"

    content = fetch(chunks())
    assert content.data == b"xyzxy"
    assert given == [0, 1]
    assert content.note(30) == "the first 5 B of 30 B; s saves all of it"
