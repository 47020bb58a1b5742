"""`ulimit -v`: where there is too little memory, one sentence says so, or the report is whole; nothing in between."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from imgscope.cli._process import out_of_memory
from tests.faults.running import assert_clean, run, small_layout
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v is of Linux")

_TOLD = ("not enough memory", "no more threads", "in the memory that there is", "needs more memory")


@pytest.mark.parametrize("kibibytes", [40_000, 65_000, 90_000])
def test_too_little_memory_is_told_in_one_sentence(tmp_path: Path, kibibytes: int) -> None:
    layout = small_layout(tmp_path / "layout")
    ended = run("audit", layout, "-o", "json", "--no-cache", shell=f'ulimit -v {kibibytes}; "$@"')
    assert_clean(ended.err)
    if ended.code == 0:
        assert json.loads(ended.out)["complete"] is True
    else:
        assert ended.code == 3
        assert any(words in ended.err for words in _TOLD), ended.err
        assert ended.out == "" or json.loads(ended.out)["complete"] is False


def test_a_layer_of_more_entries_than_fit_the_memory_is_told(tmp_path: Path) -> None:
    """Few bytes and a great many entries."""
    many = layer(*(file(f"d{number // 1000}/f{number}") for number in range(40_000)), compression="zstd")
    small = layer(file("etc/os-release", "ID=debian\n"))
    layout = write_oci_layout(tmp_path / "layout", {"latest": image([small, many], listed_platform=False)})
    ended = run("audit", layout, "-o", "json", "--jobs", "1", "--no-cache", shell='ulimit -v 88000; "$@"')
    assert_clean(ended.err)
    assert ended.code == 3
    assert any(words in ended.err for words in _TOLD), ended.err


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
