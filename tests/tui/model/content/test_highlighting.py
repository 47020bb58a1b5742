"""Which parts of a text have a tone of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.content import highlighting
from imgscope.tui.model.content.highlighting import highlights, spans

SOURCE = "import os  # why\n\n\ndef main():\n    return 'text' + str(42)\n"


def parts(name: str, text: str) -> dict[str, str]:
    return {text[span.start : span.end]: span.tone for span in spans(name, text)}


def test_the_name_tells_the_language() -> None:
    told = parts("main.py", SOURCE)
    assert told["# why"] == "dim"
    assert told["def"] == "info"
    assert told["main"] == "strong"
    assert told["text"] == "good"
    assert told["42"] == "warning"


def test_a_name_that_tells_nothing_leaves_it_to_the_first_line() -> None:
    assert parts("entry", "#!/usr/bin/env python3\nimport os\n")["import"] == "info"
    assert parts("entry", "#!/bin/sh -e\nif true; then :; fi\n")["if"] == "info"
    assert parts("entry", "#! \nif true") == {}
    assert parts("entry", "import os\n") == {}


def test_it_is_the_same_when_a_process_of_its_own_is_asked() -> None:
    assert highlights("main.py", SOURCE) == spans("main.py", SOURCE)


def test_names_that_nobody_could_send_are_no_trouble() -> None:
    assert highlights("a\udcff.py", "import x\n")


def test_long_texts_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing is started for it"))
    assert highlights("x.py", "#" * 300_000) == []


def test_a_lexer_that_does_not_come_to_an_end_costs_the_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlighting, "_PATIENCE_SECONDS", 0.01)
    assert highlights("main.py", SOURCE) == []


def test_a_process_that_cannot_be_started_costs_the_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert highlights("main.py", SOURCE) == []


@given(st.text(max_size=60), st.sampled_from(["a.py", "a.c", "a.json", "Dockerfile", "a.sh", "a.yaml"]))
def test_parts_are_in_order_and_within_the_text(text: str, name: str) -> None:
    end = 0
    for span in spans(name, text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


def test_the_process_that_is_asked_ends_by_itself_where_who_asked_is_gone() -> None:
    code = f"import {highlighting.__name__} as asked; asked._PATIENCE_SECONDS = 0.05; asked._answer()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        assert process.wait(30) == 1
