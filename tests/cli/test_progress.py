"""What stderr shows while an image is read."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command_line import Run
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, index, layer


@contextmanager
def terminal_as_stderr(shown: bytearray) -> Iterator[None]:
    """Make stderr a terminal, and keep what is written to it in `shown`."""
    primary, secondary = os.openpty()

    def keep() -> None:
        # Linux answers with an error when the other end is closed, other systems with nothing.
        try:
            while piece := os.read(primary, 4096):
                shown.extend(piece)
        except OSError:
            pass

    reader = threading.Thread(target=keep)
    reader.start()
    with pytest.MonkeyPatch.context() as patch, os.fdopen(secondary, "w", buffering=1) as terminal:
        patch.setenv("TERM", "xterm")
        patch.setattr("sys.stderr", terminal)
        yield
    reader.join()
    os.close(primary)


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end_and_notes_that_stay(run: Run, tmp_path: Path) -> None:
    built = image([layer(file("a", "a" * 100_000)), layer(file("b", "b"))], platform="linux/386")
    path = write_oci_layout(tmp_path / "layout", {"latest": index(built, built)})
    shown = bytearray()
    with terminal_as_stderr(shown):
        ended = run("audit", path, "--platform", "linux/amd64")
    assert ended.code == 0
    text = shown.decode()
    assert "reading layers" in text
    assert "note: there is no image for linux/amd64" in text
    _, erased, rest = text.rpartition("\x1b[2K")
    assert erased
    assert "reading layers" not in rest
    assert text.rstrip().endswith("no policy asks anything of it")
    assert "layer 0: " not in text


def test_verbose_gives_a_terminal_lines_that_stay(run: Run, layout: Path) -> None:
    shown = bytearray()
    with terminal_as_stderr(shown):
        assert run("audit", layout, "--verbose").code == 0
    assert "reading layers" not in shown.decode()
    assert "layer 0: " in shown.decode()


def test_without_a_terminal_there_is_a_line_for_the_image_and_one_for_each_layer(run: Run, layout: Path) -> None:
    lines = run("audit", layout, "--jobs", "1").err.splitlines()
    assert lines[0].startswith(f"imgscope: oci:{layout} linux/amd64: 2 layers, ")
    assert sorted(lines[1:3]) == ["imgscope: layer 0: 48 B, 1 file", "imgscope: layer 1: 5.00 kB, 1 file"]
    assert lines[3:] == [f"imgscope: oci:{layout}: inspected, no policy asks anything of it"]


def test_a_layer_that_could_not_be_read_is_marked(run: Run, layout: Path) -> None:
    for blob in (layout / "blobs/sha256").iterdir():
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            blob.write_bytes(b"")
    assert run("audit", layout).err.count(", incomplete\n") == 2
