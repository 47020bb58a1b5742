"""Layers that are damaged although their digests hold: a partial listing, the place, and exit code 3, never less."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import Ended, Run
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltLayer, file, image, layer
from tests.support.tars import BLOCK, END, ZERO_BLOCK, header, member

FIRST = member(b"first", b"x" * 700)
SECOND = member(b"second", b"y" * 5000)
ARCHIVE = FIRST + SECOND + member(b"third", b"z") + END
SECOND_AT = len(FIRST)


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 0x10]) + content[position + 1 :]


def stored(archive: bytes, compress: Callable[[bytes], bytes] = gzip.compress) -> BuiltLayer:
    """A layer whose digests are those of what it has, whatever that is."""
    return BuiltLayer(tar=archive, blob=compress(archive), compression="gzip", created_by="RUN build")


Audit = Callable[[BuiltLayer], Ended]


@pytest.fixture
def audit(run: Run, tmp_path: Path) -> Audit:
    """Audit an image of a sound layer and the given one."""

    def audit_with(damaged: BuiltLayer) -> Ended:
        sound = layer(file("etc/os-release", "ID=debian\n"))
        layout = write_oci_layout(tmp_path / "layout", {"latest": image([sound, damaged], listed_platform=False)})
        return run("audit", layout, "-o", "json")

    return audit_with


@pytest.mark.parametrize(
    ("damaged", "words", "files"),
    [
        (stored(flipped(ARCHIVE, SECOND_AT)), f"byte {SECOND_AT:,} of its archive: a header whose checksum", 1),
        (stored(FIRST + ZERO_BLOCK + SECOND + END), f"byte {SECOND_AT:,} of its archive: an empty block", 1),
        (stored(ARCHIVE[: SECOND_AT + 2000]), f"byte {SECOND_AT + 2000:,} of its archive, 3,512 more", 1),
        (stored(ARCHIVE[: SECOND_AT + 100]), f"byte {SECOND_AT + 100:,} of its archive, 412 more", 1),
        (stored(FIRST + header(b"neg", size=b"-0000000777\0") + END), f"byte {SECOND_AT:,} of its archive: ", 1),
        (stored(ARCHIVE, lambda content: gzip.compress(content)[:-8]), "ends in the middle of its gzip data", 3),
        # What a decoder refuses is not looked at, and this is all in one piece.
        (stored(ARCHIVE, lambda content: flipped(gzip.compress(content), -6)), "broken gzip data before byte ", 0),
        (stored(ARCHIVE, lambda content: gzip.compress(content[:3000])), "ends too early: at byte 3,000", 1),
    ],
    ids=["header", "zero block", "cut content", "cut header", "size", "cut gzip", "checksum", "another archive"],
)
def test_C38_what_is_damaged_is_said_with_its_place_and_what_came_before_is_listed(
    audit: Audit, damaged: BuiltLayer, words: str, files: int
) -> None:
    ended = audit(damaged)

    assert ended.code == 3
    (sentence,) = [line for line in ended.last_words if not line.startswith("  hint: ")]
    assert damaged.digest in sentence
    assert words in sentence
    assert ended.document["complete"] is False
    sound, broken = ended.document["layers"]
    assert "error" not in sound
    assert words in broken["error"]
    assert broken["fileCount"] == files
    assert ended.document["distro"]["id"] == "debian"


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (stored(ARCHIVE + b"garbage"), "has bytes after the end of its archive"),
        (stored(ARCHIVE + bytes(9 * BLOCK) + ARCHIVE), "has bytes after the end of its archive"),
        (stored(ARCHIVE, lambda content: gzip.compress(content) + b"garbage"), "after the end of the gzip data"),
    ],
    ids=["garbage in the archive", "two archives", "garbage after the gzip data"],
)
def test_C36_what_follows_a_whole_archive_is_said_and_costs_nothing_of_it(
    audit: Audit, damaged: BuiltLayer, words: str
) -> None:
    ended = audit(damaged)

    assert ended.code == 0
    assert words in ended.out
    assert ended.document["complete"] is True
    assert ended.document["layers"][1]["fileCount"] == 3
