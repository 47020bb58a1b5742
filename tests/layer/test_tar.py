"""Good archives, header by header; tests/layer/test_oracles.py has whole ones, and test_malformed.py the others."""

from __future__ import annotations

import pytest
import xxhash

from imgscope.layer.index import EntryType
from imgscope.layer.tar import TarReader
from tests.layer.reading import only_entry, read
from tests.support.tars import END, GNU, ZERO_BLOCK, base_256, header, member, padded, pax, record

V7 = bytes(8)


def test_a_file_has_its_fields_and_the_fingerprint_of_its_content() -> None:
    block = header(
        b"./usr/bin/app", size=5, mode=b"0104755\0", uid=b"0001750\0", gid=b"0000144\0", mtime=b"14540000000\0"
    )
    entry = only_entry(block + padded(b"hello") + END)
    assert (entry.path, entry.type, entry.size, entry.mode) == ("usr/bin/app", EntryType.FILE, 5, 0o4755)
    assert (entry.uid, entry.gid, entry.mtime) == (1000, 100, 0o14540000000)
    assert entry.fingerprint == xxhash.xxh3_128_digest(b"hello")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"a/b", "a/b"),
        (b"./a/b", "a/b"),
        (b"/a/b", "a/b"),
        (b"a//b/./c/", "a/b/c"),
        (b"a/../b", "b"),
        (b".hidden/.name", ".hidden/.name"),
        (b"...", "..."),
        (b"./", ""),
        (b"./.", ""),
    ],
)
def test_paths_are_normalised(name: bytes, path: str) -> None:
    index = read(header(name, flag=b"5") + END)
    assert [entry.path for entry in index.entries] == [path]
    assert index.anomalies == ()


def test_a_path_that_climbs_above_the_root_is_kept_inside_and_remarked() -> None:
    index = read(header(b"../../etc/passwd") + END)
    assert [entry.path for entry in index.entries] == ["etc/passwd"]
    assert [anomaly.message for anomaly in index.anomalies] == ["has a name that climbs above the root of the image"]


def test_C40_names_that_are_not_utf_8_survive() -> None:
    entry = only_entry(header(b"caf\xe9", flag=b"2", link=b"\xff\xfe") + END)
    assert entry.path.encode("utf-8", "surrogateescape") == b"caf\xe9"
    assert entry.link_name.encode("utf-8", "surrogateescape") == b"\xff\xfe"


def test_C39_the_ustar_prefix_goes_before_the_name() -> None:
    assert only_entry(header(b"name", prefix=b"some/where") + END).path == "some/where/name"


def test_C39_a_prefix_in_a_gnu_header_is_one_if_it_cannot_be_the_times_that_gnu_has_there() -> None:
    """Go before 1.8 wrote such headers, and Docker with it."""
    assert only_entry(header(b"name", magic=GNU, prefix=b"usr/share/doc") + END).path == "usr/share/doc/name"
    assert only_entry(header(b"name", magic=GNU, prefix=b"12345670123\0p") + END).path == "12345670123/name"
    assert only_entry(header(b"name", magic=GNU, prefix=b"caf\xe9") + END).path == "name"
    assert only_entry(header(b"name", magic=GNU, prefix=base_256(1) + base_256(-1)) + END).path == "name"


def test_v7_headers_have_neither_prefix_nor_device_numbers() -> None:
    entry = only_entry(header(b"name", flag=b"3", magic=bytes(8), prefix=b"usr", devices=b"rubbish." * 2) + END)
    assert (entry.path, entry.device) == ("name", (0, 0))


def test_C39_gnu_headers_have_no_prefix() -> None:
    assert only_entry(header(b"name", magic=GNU, prefix=b"12345670123") + END).path == "name"


def test_a_name_of_all_hundred_bytes_needs_no_nul() -> None:
    assert only_entry(header(b"n" * 100) + END).path == "n" * 100


def test_C39_v7_archives_mark_directories_by_a_trailing_slash() -> None:
    entry = only_entry(header(b"old/", magic=V7, flag=b"\0", size=512) + END)
    assert (entry.path, entry.type, entry.size) == ("old", EntryType.DIRECTORY, 0)


def test_a_regular_file_with_a_trailing_slash_keeps_its_content_as_runtimes_see_it() -> None:
    entry = only_entry(header(b"odd/", size=3) + padded(b"abc") + END)
    assert (entry.path, entry.type, entry.size) == ("odd", EntryType.FILE, 3)


@pytest.mark.parametrize("flag", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_C39_what_is_no_file_carries_no_data_whatever_size_it_claims(flag: bytes) -> None:
    index = read(header(b"first", flag=flag, size=4096, link=b"x") + header(b"second") + END)
    assert index.error is None
    assert [(entry.path, entry.size) for entry in index.entries] == [("first", 0), ("second", 0)]
    assert index.unpacked_size == 0


def test_links_and_devices_have_what_makes_them() -> None:
    index = read(
        header(b"soft", flag=b"2", link=b"../target")
        + header(b"hard", flag=b"1", link=b"a/b")
        + header(b"null", flag=b"3", devices=b"0000001\x000000003\0")
        + header(b"pipe", flag=b"6")
        + END
    )
    soft, hard, null, pipe = index.entries
    assert (soft.type, soft.link_name) == (EntryType.SYMLINK, "../target")
    assert (hard.type, hard.link_name) == (EntryType.HARD_LINK, "a/b")
    assert (null.type, null.device) == (EntryType.CHARACTER_DEVICE, (1, 3))
    assert (pipe.type, pipe.device) == (EntryType.FIFO, None)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"0001750\0", 1000),
        (b"   1750\0", 1000),
        (b"1750 \0\0\0", 1000),
        (b"\x001750 \0\0", 1000),
        (b"1750\0abc", 1000),
        (b"\0" * 8, 0),
        (b" " * 8, 0),
        (base_256(5_000_000, 8), 5_000_000),
        (base_256(-2, 8), -2),
    ],
)
def test_C39_numbers_are_octal_in_all_their_paddings_or_base_256(field: bytes, expected: int) -> None:
    assert only_entry(header(uid=field) + END).uid == expected


@pytest.mark.parametrize("seconds", [-1, -86_400 * 365 * 100, 2**40])
def test_C39_times_before_1970_and_far_away_are_read(seconds: int) -> None:
    assert only_entry(header(mtime=base_256(seconds)) + END).mtime == seconds
    assert only_entry(pax((b"mtime", b"%d" % seconds)) + header() + END).mtime == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [(b"7.999", 7), (b"-7.25", -8), (b"-0.5", -1), (b"-7.00", -7), (b"-7.", -7), (b"7.", 7)]
)
def test_C39_parts_of_a_second_are_rounded_down_as_in_the_time_of_a_file(text: bytes, seconds: int) -> None:
    assert only_entry(pax((b"mtime", text)) + header() + END).mtime == seconds


def test_the_historic_signed_checksum_holds() -> None:
    block = header(b"\xff" * 20)
    signed = sum(byte - 256 if byte > 127 else byte for byte in block[:148] + block[156:]) + 256
    assert only_entry(header(b"\xff" * 20, checksum=b"%06o\0 " % signed) + END).type is EntryType.FILE


def test_C39_pax_records_override_the_header() -> None:
    records = pax(
        (b"path", b"a/" * 100 + b"name"), (b"uid", b"3000000"), (b"gid", b"4000000"), (b"mtime", b"1700000000.5")
    )
    entry = only_entry(records + header(b"short") + END)
    assert (entry.path, entry.uid, entry.gid, entry.mtime) == ("a/" * 100 + "name", 3_000_000, 4_000_000, 1_700_000_000)


def test_C39_a_pax_size_overrides_the_header() -> None:
    index = read(pax((b"size", b"700")) + header(b"big") + padded(b"x" * 700) + header(b"next") + END)
    assert [(entry.path, entry.size) for entry in index.entries] == [("big", 700), ("next", 0)]


def test_C39_pax_linkpath_is_the_target_of_a_link() -> None:
    entry = only_entry(pax((b"linkpath", b"t" * 200)) + header(flag=b"2", link=b"short") + END)
    assert entry.link_name == "t" * 200


def test_C39_xattrs_may_hold_any_bytes() -> None:
    capability = b"\x01\x00\x00\x02\x00\n=\xff\x00"
    entry = only_entry(pax((b"SCHILY.xattr.security.capability", capability), (b"path", b"ping")) + header() + END)
    assert entry.xattrs == {"security.capability": capability}
    assert entry.path == "ping"


def test_zeros_may_fill_up_an_extended_header() -> None:
    filled = record(b"path", b"long") + bytes(7)
    assert only_entry(member(b"x", filled, flag=b"x") + header(b"short") + END).path == "long"


def test_extended_headers_hold_for_one_member_only() -> None:
    index = read(pax((b"path", b"long"), (b"SCHILY.xattr.user.a", b"b")) + header(b"one") + header(b"two") + END)
    assert [(entry.path, entry.xattrs) for entry in index.entries] == [("long", {"user.a": b"b"}), ("two", None)]


def test_of_several_extended_headers_before_one_member_the_last_counts_as_in_runtimes() -> None:
    entry = only_entry(pax((b"path", b"long")) + pax((b"uid", b"7")) + header(b"short") + END)
    assert (entry.path, entry.uid) == ("short", 7)


def test_an_empty_pax_value_leaves_the_header_as_it_is() -> None:
    entry = only_entry(
        pax((b"path", b""), (b"size", b""), (b"mtime", b"")) + header(b"name", mtime=b"7".ljust(12)) + END
    )
    assert (entry.path, entry.mtime) == ("name", 7)


def test_global_headers_change_no_member_as_in_runtimes() -> None:
    records = pax((b"uid", b"42"), (b"mtime", b"7"), (b"SCHILY.xattr.user.a", b"b"), (b"comment", b"x"), flag=b"g")
    index = read(records + header(b"a") + header(b"b") + END)
    assert [(entry.uid, entry.mtime, entry.xattrs) for entry in index.entries] == [(0, 0, None)] * 2


def test_an_archive_may_end_after_a_global_header() -> None:
    index = read(pax((b"comment", b"an empty tree"), flag=b"g") + END)
    assert (index.error, index.entries) == (None, ())


def test_C39_gnu_long_names_and_targets_are_read() -> None:
    entry = only_entry(
        member(b"././@LongLink", b"n" * 300 + b"\0", flag=b"L")
        + member(b"././@LongLink", b"t" * 300 + b"\0", flag=b"K")
        + header(b"n" * 100, flag=b"2", link=b"t" * 100, magic=GNU)
        + END
    )
    assert (entry.path, entry.link_name) == ("n" * 300, "t" * 300)


@pytest.mark.parametrize("gnu_first", [True, False])
def test_a_gnu_name_wins_over_a_pax_name_as_in_runtimes(gnu_first: bool) -> None:
    headers = [member(b"././@LongLink", b"gnu\0", flag=b"L"), pax((b"path", b"pax"))]
    entry = only_entry(b"".join(headers if gnu_first else headers[::-1]) + header(b"short") + END)
    assert entry.path == "gnu"


@pytest.mark.parametrize("end", [b"", ZERO_BLOCK, END, END + bytes(10_000)], ids=["none", "one", "two", "many"])
@pytest.mark.parametrize("chunk_size", [1, 512, 10**6])
def test_C39_an_archive_ends_after_any_number_of_zero_blocks(end: bytes, chunk_size: int) -> None:
    archive = member(b"a", b"content") + end
    index = read(archive, chunk_size=chunk_size)
    assert (index.error, index.anomalies, index.tar_size) == (None, (), len(archive))
    assert [entry.path for entry in index.entries] == ["a"]


@pytest.mark.parametrize("chunk_size", [1, 10**6])
@pytest.mark.parametrize("padding", [0, 1, 504])
def test_an_archive_may_lack_the_padding_of_its_last_file_as_in_runtimes(padding: int, chunk_size: int) -> None:
    archive = member(b"a", b"b") + header(b"last", size=7) + b"content" + bytes(padding)
    index = read(archive, chunk_size=chunk_size)
    assert (index.error, index.tar_size) == (None, len(archive))
    assert [entry.path for entry in index.entries] == ["a", "last"]


def test_unknown_types_are_read_as_files_and_remarked() -> None:
    index = read(header(b"odd", flag=b"Z", size=3) + padded(b"abc") + header(b"next") + END)
    assert [(entry.path, entry.type, entry.size) for entry in index.entries] == [
        ("odd", EntryType.FILE, 3),
        ("next", EntryType.FILE, 0),
    ]
    assert [anomaly.message for anomaly in index.anomalies] == [
        "has the unknown type b'Z' and is read as a regular file"
    ]


def test_what_follows_the_end_is_left_where_nobody_wants_it() -> None:
    """Who hashes nothing need not wait for an end that may never come."""
    chunks = iter([member() + END, b"and on"])
    assert len(list(TarReader(chunks, reads_on=False))) == 1
    assert list(chunks) == [b"and on"]
