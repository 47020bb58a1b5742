"""Whole good archives, beside the standard library's tarfile, GNU tar and bsdtar."""

from __future__ import annotations

import io
import os
import random
import subprocess
import tarfile
from pathlib import Path

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer.index import EntryType, LayerEntry
from tests.layer.reading import read
from tests.support.programs import require

Row = tuple[str, str, int, int, int, int, int, str, bytes | None]
"""Path, type, size, mode, uid, gid, mtime, link target, fingerprint."""

TYPES = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.GNUTYPE_SPARSE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "character-device",
    tarfile.BLKTYPE: "block-device",
    tarfile.FIFOTYPE: "fifo",
}


def rows_of(entries: tuple[LayerEntry, ...]) -> list[Row]:
    return [
        (
            each.path,
            each.type.value,
            each.size,
            each.mode,
            each.uid,
            each.gid,
            each.mtime,
            each.link_name,
            each.fingerprint,
        )
        for each in entries
    ]


def rows_by_tarfile(archive: bytes) -> list[Row]:
    rows: list[Row] = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for info in opened:
            content = opened.extractfile(info) if info.isreg() else None
            rows.append(
                (
                    os.path.normpath(info.name).lstrip("./") if info.name != "." else "",
                    TYPES[info.type],
                    info.size if info.isreg() else 0,
                    info.mode & 0o7777,
                    info.uid,
                    info.gid,
                    int(info.mtime),
                    info.linkname if info.issym() or info.islnk() else "",
                    xxhash.xxh3_128_digest(content.read()) if content else None,
                )
            )
    return rows


names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/."), min_size=1, max_size=12)
paths = st.lists(names, min_size=1, max_size=30).map("/".join)


@st.composite
def members(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(draw(paths))
    info.type = draw(st.sampled_from(sorted(set(TYPES) - {tarfile.GNUTYPE_SPARSE, tarfile.AREGTYPE})))
    info.mode = draw(st.integers(0, 0o7777))
    info.uid, info.gid = draw(st.integers(0, 2**31)), draw(st.integers(0, 2**31))
    info.mtime = draw(st.integers(-(2**33), 2**35))
    info.linkname = draw(paths) if info.issym() or info.islnk() else ""
    content = draw(st.binary(max_size=1200)) if info.isreg() else b""
    info.size = len(content)
    return info, content


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
@given(contents=st.lists(members(), max_size=6), chunk_size=st.integers(1, 3000))
def test_C39_archives_by_tarfile_are_read_as_tarfile_reads_them(
    form: int, contents: list[tuple[tarfile.TarInfo, bytes]], chunk_size: int
) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form) as opened:
        for info, content in contents:
            opened.addfile(info, io.BytesIO(content))
    index = read(archive.getvalue(), chunk_size=chunk_size)
    assert index.error is None
    assert rows_of(index.entries) == rows_by_tarfile(archive.getvalue())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every kind that an ordinary user may make: long names, links, holes, odd bytes, times before 1970."""
    root = tmp_path_factory.mktemp("files")
    dice = random.Random(7)
    (root / "bin").mkdir()
    (root / "bin" / "app").write_bytes(dice.randbytes(70_000))
    (root / "bin" / "app").chmod(0o4755)
    (root / "bin" / "again").hardlink_to(root / "bin" / "app")
    (root / "bin" / "soft").symlink_to("../" + "far/" * 40 + "away")
    deep = root / Path(*["deeper" * 5] * 8)
    deep.mkdir(parents=True)
    (deep / ("name" * 40)).write_text("long names")
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9")).write_bytes(b"latin-1")
    (root / "empty").touch()
    (root / "old").write_text("old")
    os.utime(root / "old", (-1_000_000_000, -1_000_000_000))
    os.mkfifo(root / "pipe")
    for name, parts, size in (
        ("one", [(70_000, 5000)], 300_000),
        ("many", [(at * 65_536, 4096) for at in range(50)], 50 * 65_536),
    ):
        with (root / f"sparse-{name}").open("wb") as sparse:
            sparse.truncate(size)
            for offset, length in parts:
                sparse.seek(offset)
                sparse.write(dice.randbytes(length))
    (root / "sparse-empty").touch()
    os.truncate(root / "sparse-empty", 1_000_000)
    return root


@pytest.fixture(scope="module")
def plain_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What even v7 archives can hold: short names, links, files and directories."""
    root = tmp_path_factory.mktemp("plain")
    dice = random.Random(8)
    (root / "etc" / "empty").mkdir(parents=True)
    (root / "etc" / ("n" * 80)).write_bytes(dice.randbytes(513))
    (root / "app").write_bytes(dice.randbytes(70_000))
    (root / "app").chmod(0o755)
    (root / "etc" / "again").hardlink_to(root / "app")
    (root / "etc" / "soft").symlink_to("../app")
    os.utime(root / "app", (1_000_000_000, 1_000_000_000))
    return root


def rows_on_disk(root: Path) -> dict[str, tuple[str, int, int, bytes | None]]:
    """Path to type, mode, time and fingerprint; hard links are files, since either name may be archived first."""
    rows: dict[str, tuple[str, int, int, bytes | None]] = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        kind = next(
            name
            for name, holds in (
                ("symlink", path.is_symlink()),
                ("directory", path.is_dir()),
                ("fifo", path.is_fifo()),
                ("file", True),
            )
            if holds
        )
        content = xxhash.xxh3_128_digest(path.read_bytes()) if kind == "file" else None
        rows[str(path.relative_to(root))] = (kind, status.st_mode & 0o7777, int(status.st_mtime // 1), content)
    return rows


def rows_archived(entries: tuple[LayerEntry, ...]) -> dict[str, tuple[str, int, int, bytes | None]]:
    by_path = {entry.path: entry for entry in entries}
    rows: dict[str, tuple[str, int, int, bytes | None]] = {}
    for path, entry in by_path.items():
        content = by_path[entry.link_name.removeprefix("./")] if entry.type is EntryType.HARD_LINK else entry
        rows[path] = (content.type.value, entry.mode, entry.mtime, content.fingerprint)
    rows.pop("", None)
    return rows


def archived(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--format=gnu"],
        ["--format=oldgnu", "--sparse"],
        ["--format=gnu", "--sparse"],
        ["--format=pax"],
        ["--format=pax", "--sparse", "--sparse-version=0.0"],
        ["--format=pax", "--sparse", "--sparse-version=0.1"],
        ["--format=pax", "--sparse", "--sparse-version=1.0"],
    ],
    ids=" ".join,
)
@pytest.mark.integration
def test_C39_archives_by_gnu_tar_hold_what_is_on_disk(files: Path, options: list[str]) -> None:
    require("tar")
    archive = archived("tar", "--create", "--file=-", *options, f"--directory={files}", ".")
    index = read(archive, chunk_size=10_007)
    assert (index.error, index.anomalies) == (None, ())
    assert rows_archived(index.entries) == rows_on_disk(files)


@pytest.mark.parametrize("form", ["gnutar", "pax"])
@pytest.mark.integration
def test_C39_archives_by_bsdtar_hold_what_is_on_disk(files: Path, form: str) -> None:
    require("bsdtar")
    archive = archived("bsdtar", "-c", "-f", "-", f"--format={form}", "-C", str(files), ".")
    index = read(archive, chunk_size=10_007)
    assert (index.error, index.anomalies) == (None, ())
    expected = rows_on_disk(files)
    if form == "gnutar":
        # bsdtar writes no times before 1970 into GNU headers.
        kind, mode, _, content = expected["old"]
        expected["old"] = (kind, mode, 0, content)
    assert rows_archived(index.entries) == expected


@pytest.mark.parametrize("program", ["tar", "bsdtar"])
@pytest.mark.parametrize("form", ["v7", "ustar", "pax"])
@pytest.mark.integration
def test_C39_archives_in_the_old_formats_hold_what_is_on_disk(plain_files: Path, program: str, form: str) -> None:
    require(program)
    archive = archived(program, "-c", "-f", "-", f"--format={form}", "-C", str(plain_files), ".")
    index = read(archive, chunk_size=4093)
    assert (index.error, index.anomalies) == (None, ())
    assert rows_archived(index.entries) == rows_on_disk(plain_files)


@pytest.mark.integration
def test_C39_a_prefix_that_gnu_tar_splits_off_is_put_back(tmp_path: Path) -> None:
    require("tar")
    deep = tmp_path / ("directory/" * 12)
    deep.mkdir(parents=True)
    (deep / ("n" * 90)).write_text("content")
    index = read(archived("tar", "--create", "--format=ustar", f"--directory={tmp_path}", "directory"))
    assert index.error is None
    assert index.entries[-1].path == "directory/" * 12 + "n" * 90


@pytest.mark.parametrize("form", ["oldgnu", "gnu", "pax"])
@pytest.mark.integration
def test_C39_owners_above_what_seven_digits_hold_are_read(plain_files: Path, form: str) -> None:
    require("tar")
    owner = ("--owner=someone:3000000", "--group=nogroup:4294967294")
    archive = archived("tar", "--create", f"--format={form}", *owner, f"--directory={plain_files}", "app")
    (entry,) = read(archive).entries
    assert (entry.uid, entry.gid) == (3_000_000, 4_294_967_294)


@pytest.mark.parametrize(
    "options",
    [
        ["--format=oldgnu"],
        ["--format=gnu"],
        ["--format=pax", "--sparse-version=0.0"],
        ["--format=pax", "--sparse-version=0.1"],
        ["--format=pax", "--sparse-version=1.0"],
    ],
    ids=" ".join,
)
@pytest.mark.integration
def test_C39_files_above_8_gib_are_read(tmp_path: Path, options: list[str]) -> None:
    require("tar")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(9 * 1024**3)
        huge.seek(8 * 1024**3 + 1)
        huge.write(b"far away")
    (tmp_path / "next").write_text("next")
    index = read(archived("tar", "--create", "--sparse", *options, f"--directory={tmp_path}", "huge", "next"))
    assert index.error is None
    assert [(entry.path, entry.size) for entry in index.entries] == [("huge", 9 * 1024**3), ("next", 4)]


@pytest.mark.parametrize("command", [("tar", "--xattrs", "--xattrs-include=*"), ("bsdtar", "--xattrs")], ids=" ".join)
@pytest.mark.integration
def test_C39_extended_attributes_are_read(tmp_path: Path, command: tuple[str, ...]) -> None:
    require(command[0])
    (tmp_path / "file").write_text("content")
    attributes = {"user.text": b"value", "user.bytes": b"\x00\n=\xff"}
    for name, value in attributes.items():
        os.setxattr(tmp_path / "file", name, value)
    archive = archived(*command, "--create", "--format=pax", f"--directory={tmp_path}", "file")
    (entry,) = read(archive).entries
    assert entry.xattrs == attributes
