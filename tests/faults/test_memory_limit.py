"""`ulimit -v`: where there is too little memory, one sentence says so, or the report is whole; nothing in between."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile_images import many_entries
from imgscope import examine
from imgscope.cli._process import out_of_memory
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.oci.manifest import Descriptor
from imgscope.report import Finding
from imgscope.rules import rules
from tests.faults.running import Ended, assert_clean, run, small_layout
from tests.support.images import file, layer
from tests.support.memory import inspect

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is of Linux")

_TOLD = ("not enough memory", "no more threads", "in the memory that there is", "needs more memory")


@pytest.mark.integration
@pytest.mark.parametrize("kibibytes", [40_000, 65_000, 90_000])
def test_too_little_memory_is_told_in_one_sentence(tmp_path: Path, kibibytes: int) -> None:
    layout = small_layout(tmp_path / "layout")
    ended = run("audit", layout, "-o", "json", "--no-cache", shell=f'ulimit -v {kibibytes}; "$@"')
    assert_whole_or_told(ended)


def assert_whole_or_told(ended: Ended) -> None:
    """How much is needed depends on the interpreter."""
    assert_clean(ended.err)
    if ended.code == 0:
        assert json.loads(ended.out)["complete"] is True
    else:
        assert ended.code == 3
        assert any(words in ended.err for words in _TOLD), ended.err
        assert ended.out == "" or json.loads(ended.out)["complete"] is False


def test_a_layer_that_does_not_fit_the_memory_leaves_the_others_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    large, small = layer(file("large", "x" * 1000)), layer(file("etc/os-release", "ID=debian\n"))

    def read_what_fits(chunks: Iterable[bytes], descriptor: Descriptor, **options: Any) -> LayerIndex:
        if descriptor.digest == large.digest:
            raise MemoryError
        return read_layer(chunks, descriptor, **options)

    monkeypatch.setattr("imgscope.reading.read_layer", read_what_fits)
    report = inspect(small, large).report
    assert report.distro.id == "debian"
    assert not report.complete
    (failure,) = report.failures
    assert "could not be read in the memory that there is; allow imgscope more memory" in failure.message


def test_a_rule_that_does_not_fit_the_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_: object) -> Iterator[Finding]:
        raise MemoryError

    rule = replace(rules()[0], claims=None, check=check)
    monkeypatch.setattr(examine, "rules", lambda: [rule])
    (failure,) = inspect(layer(file("a"))).report.failures
    assert failure.message == f"the rule {rule.id} needs more memory than there is and its results are missing"


def test_one_thread_is_enough_where_the_system_gives_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    given: list[threading.Thread] = []

    def start_one(thread: threading.Thread) -> None:
        if given:
            raise RuntimeError("can't start new thread")
        given.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    report = inspect(layer(file("a", "a")), layer(file("b", "b"))).report
    assert report.complete
    assert report.image.file_count == 2


@pytest.mark.integration
@pytest.mark.parametrize("kibibytes", [85_000, 110_000, 140_000])
def test_more_entries_than_fit_the_memory_are_told_and_nobody_waits_for_ever(tmp_path: Path, kibibytes: int) -> None:
    """Wherever it runs out: in a thread that reads, in handing on what came of it, or after that."""
    made = many_entries(150_000)(tmp_path)
    ended = run("audit", f"oci:{made.layout}", "--no-cache", "-o", "json", shell=f'ulimit -v {kibibytes}; "$@"')
    assert_whole_or_told(ended)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (OSError(12, "Cannot allocate memory"), "not enough memory"),
        (ImportError("x.so: failed to map segment from shared object"), "not enough memory"),
        (RuntimeError("can't start new thread"), "no more threads"),
    ],
)
def test_every_way_in_which_memory_runs_out_is_known(error: Exception, words: str) -> None:
    told = out_of_memory(error)
    assert told is not None
    assert words in told.message
    assert told.exit_code == 3
    assert told.hint


@pytest.mark.parametrize("error", [OSError(2, "No such file"), ImportError("no module x"), RuntimeError("other")])
def test_what_has_nothing_to_do_with_memory_is_not_taken_for_it(error: Exception) -> None:
    assert out_of_memory(error) is None
