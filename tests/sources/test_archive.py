"""Tar archives read where they lie, plain and gzipped."""

from __future__ import annotations

import gzip
import os
import random
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.errors import LayerError, LimitError, SourceError
from imgscope.sources import _gzip
from imgscope.sources._archive import ArchiveFiles, index_archive
from imgscope.sources._files import read_file
from imgscope.sources._gzip import SeekableGzip
from tests.support.images import compress, directory, file, hard_link, symlink, tar

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/."), min_size=1, max_size=200)


def noise(size: int) -> bytes:
    """Bytes that hardly compress, the same every time."""
    return random.Random(size).randbytes(size)


@given(contents=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=8), gzipped=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_file_that_tarfile_wrote_is_found_with_its_content(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes], gzipped: bool
) -> None:
    path = tmp_path_factory.mktemp("archive") / "a.tar"
    path.write_bytes(compress(tar(file(name, data) for name, data in contents.items()), "gzip" if gzipped else "none"))
    files = ArchiveFiles(path)
    assert {name: read_file(files, name, limit=10_000) for name in contents} == contents


@pytest.mark.parametrize("style", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_do_not_move_what_follows(tmp_path: Path, style: int) -> None:
    path = tmp_path / "a.tar"
    long = "d/" * 100 + "name"
    path.write_bytes(tar([file(long, "one"), directory("d"), file("after", "two")], format=style))
    files = ArchiveFiles(path)
    assert [read_file(files, name, limit=10) for name in (long, "after")] == [b"one", b"two"]


def test_of_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar([file("a", "first"), symlink("b", "a"), file("./a", "second"), file("b", "file")]))
    files = ArchiveFiles(path)
    assert [read_file(files, name, limit=10) for name in ("a", "b")] == [b"second", b"file"]


def test_several_archives_are_walked_once_each_however_they_take_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[Path] = []
    first_pass = SeekableGzip.first_pass

    def walk(archive: SeekableGzip) -> Iterator[bytes]:
        walked.append(archive._path)
        return first_pass(archive)

    monkeypatch.setattr(SeekableGzip, "first_pass", walk)
    paths = [tmp_path / f"{number}.tgz" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(gzip.compress(tar([file("a", str(number))])))
    for _ in range(2):
        assert [read_file(ArchiveFiles(path), "a", limit=10) for path in paths] == [b"0", b"1", b"2", b"3"]
    assert walked == paths


def test_an_archive_that_was_written_anew_is_walked_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    for content in (b"one", b"another"):
        path.write_bytes(tar([file("a", content)]))
        os.utime(path, ns=(0, len(content)))
        assert read_file(ArchiveFiles(path), "a", limit=10) == content


def test_links_in_a_circle_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar([symlink("a", "b"), hard_link("b", "a")]))
    assert not ArchiveFiles(path).has("a")


def test_a_changed_file_is_indexed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar([file("a", "1")]))
    assert ArchiveFiles(path).has("a")
    path.write_bytes(tar([file("b", "1"), file("c", "2"), file("d", bytes(10_240))]))
    assert ArchiveFiles(path).has("b")


def test_what_lies_between_headers_is_not_read(tmp_path: Path) -> None:
    """A terabyte of holes is indexed at once, which reading it would not allow."""
    path = tmp_path / "a.tar"
    header = tarfile.TarInfo("large")
    header.size = 1 << 40
    path.write_bytes(header.tobuf(tarfile.GNU_FORMAT))
    with path.open("r+b") as handle:
        handle.seek(512 + (1 << 40))
        handle.write(tar([file("after", "found")]))
    assert read_file(ArchiveFiles(path), "after", limit=10) == b"found"


def test_a_member_beyond_the_end_of_the_file_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar([file("a", "1"), file("b", noise(5000))])[:4000])
    assert index_archive(path).damage == "ends in the middle of 'b'"


def test_garbage_after_a_member_is_damage_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tar([file("a", "1")])[:1024] + b"x" * 1024)
    index = index_archive(path)
    assert index.damage == "is no tar archive from byte 1,024 on"
    assert list(index.stored) == ["a"]


def test_a_sparse_member_is_not_taken_for_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    entry = tarfile.TarInfo("sparse")
    entry.pax_headers = {"GNU.sparse.size": "10", "GNU.sparse.map": "0,0", "GNU.sparse.numblocks": "1"}
    path.write_bytes(entry.tobuf(tarfile.PAX_FORMAT) + bytes(1024))
    assert index_archive(path).damage == "holds 'sparse' as a sparse file, which is not read in place"


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="is no regular file"):
        index_archive(tmp_path / "pipe")


@pytest.fixture
def close_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gzip, "_SPACING", 20_000)


@pytest.mark.usefixtures("close_checkpoints")
@given(st.integers(0, 210_000), st.integers(0, 210_000), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_any_part_of_a_gzip_file_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, members: int
) -> None:
    content = noise(70_000)
    path = tmp_path_factory.mktemp("gzip") / "a.gz"
    path.write_bytes(gzip.compress(content) * members + bytes(100))
    whole = content * members
    reader = SeekableGzip(path, limit=10**9)
    assert b"".join(reader.first_pass()) == whole
    assert b"".join(reader.read(start, length)) == whole[start : start + length]


@pytest.mark.usefixtures("close_checkpoints")
def test_reading_from_the_middle_does_not_start_at_the_beginning(tmp_path: Path) -> None:
    """The first half is destroyed after the first pass: only checkpoints can lead to the second."""
    content = noise(400_000)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(content))
    reader = SeekableGzip(path, limit=10**9)
    for _ in reader.first_pass():
        pass
    with path.open("r+b") as handle:
        handle.write(bytes(200_000))
    assert b"".join(reader.read(300_000, 1000)) == content[300_000:301_000]


def test_gzip_data_that_end_too_early_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(noise(5000))[:-20])
    with pytest.raises(LayerError, match="ends in the middle of its gzip data"):
        list(SeekableGzip(path, limit=10**9).first_pass())


def test_broken_gzip_data_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(noise(5000))[:2000] + bytes(4000))
    with pytest.raises(LayerError, match="has broken gzip data"):
        list(SeekableGzip(path, limit=10**9).first_pass())


def test_C60_a_bomb_ends_at_the_limit_and_never_gives_more_than_bounded_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(zlib.compress(bytes(64 << 20), wbits=31))
    largest = 0

    def read() -> None:
        nonlocal largest
        for piece in SeekableGzip(path, limit=50_000_000).first_pass():
            largest = max(largest, len(piece))

    with pytest.raises(LimitError, match="unpacks to more than the 50,000,000 bytes"):
        read()
    assert largest <= 17 << 20
