"""Databases of rpm in every format: real ones, damaged ones, and what is kept of them."""

from __future__ import annotations

import sqlite3
import struct
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.probes import _rpm_berkeley, _rpm_database, _rpm_ndb, _sqlite
from imgscope.probes._rpm_database import kept_keys, kept_packages, read_database, reduce_database
from imgscope.probes._rpm_header import RpmPackage
from tests.support.rpm_headers import DATA, berkeley_page, header, listed, ndb_of, sqlite_of

LITTLE, BIG, NDB = (
    (DATA / name).read_bytes() for name in ("Packages.little-endian", "Packages.big-endian", "Packages.db")
)
HEADERS = tuple(_rpm_ndb.headers(NDB, lambda _: None))
SQLITE = sqlite_of(HEADERS)
MALFORMED = SQLITE.replace(b"PackagesPackages", b"\xffackagesPackages").replace(b"CREATE TABLE", b"CREATE TABEL")
CONTENTS = {"little": LITTLE, "big": BIG, "ndb": NDB, "sqlite": SQLITE}
FORMATS = pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
ENOUGH_SECONDS = 2.0
_PRAGMAS = {"trusted_schema": 0, "query_only": 1, "cell_size_check": 1}


def rows(content: bytes) -> list[tuple[str | None, ...]]:
    packages = read_database(content).packages
    return sorted(
        (each.name, each.version, each.architecture, str(each.installed_size), f"{each.source}") for each in packages
    )


@FORMATS
def test_C53_a_real_database_holds_what_rpm_lists_in_every_format_and_byte_order(content: bytes) -> None:
    assert rows(content) == listed(DATA / "packages.tsv")
    assert read_database(content).problem is None


@FORMATS
def test_C53_every_format_gives_the_same_details(content: bytes) -> None:
    packages = {each.key: each for each in read_database(content).packages}
    app = packages["app", "1:2.1-3.el9", "noarch"]
    assert list(app.paths()) == ["/opt/app/bin/app", "/opt/app/größe", "/usr/bin/app"]
    assert (app.needs, app.recommends, app.section) == (["library", "other", "base"], ["extra"], "Tests")
    assert packages["base", "1.0-1", "noarch"].provides == ["/bin/sh", "config(base)"]
    assert len(list(packages["many", "1.0-1", "noarch"].paths())) == 120


@FORMATS
def test_what_is_kept_is_far_smaller_and_is_kept_unchanged_a_second_time(content: bytes) -> None:
    kept = reduce_database(content)
    assert len(kept) < len(content) / 10
    assert reduce_database(kept) == kept
    assert kept_packages(kept) == read_database(content)
    assert list(kept_keys(kept)) == [package.key for package in read_database(content).packages]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", None),
        (b"what is this", "it is no database of rpm"),
        (NDB[:20], "it ends in its first page"),
        (b"RpmP\1\0\0\0" + bytes(40), "it has the unknown version 1"),
        (NDB[:32] + bytes(16) + NDB[48:], "its table of slots is overwritten"),
        (LITTLE[:100], "it ends in its first page"),
        (LITTLE[:20] + bytes(4) + LITTLE[24:], "its pages would have 0 bytes"),
        (LITTLE[:24] + b"\1" + LITTLE[25:], "it is encrypted or has checksums, as rpm never writes it"),
        (LITTLE[:26] + b"\1" + LITTLE[27:], "it is encrypted or has checksums, as rpm never writes it"),
        (SQLITE[:100], "SQLite says: "),
        (MALFORMED, "SQLite finds its schema malformed"),
        (sqlite_of((), table="Other"), "it has no table Packages"),
    ],
)
def test_what_is_wrong_with_a_database_is_said(content: bytes, problem: str | None) -> None:
    said = read_database(content).problem
    assert said == problem or (said or "").startswith(problem or "nothing")


def test_what_is_wrong_in_many_places_is_said_once() -> None:
    assert read_database(sqlite_of([b"none"] * 3)).problem == (
        "the header of a package is shorter than a header (and 2 more like this)"
    )


@FORMATS
def test_C65_a_database_that_was_cut_gives_what_is_left_of_it(content: bytes) -> None:
    found = read_database(content[: len(content) * 3 // 4])
    assert found.problem is not None
    whole = {each.key for each in read_database(content).packages}
    assert {each.key for each in found.packages} < whole


@pytest.mark.parametrize("order", ["<", ">"])
def test_C65_pages_of_berkeley_db_that_lead_in_a_circle_end(order: str) -> None:
    loop = berkeley_page(order, kind=7, next=2, used=4000)
    content = berkeley_page(order, meta_last_page=2) + berkeley_page(order, value_at=2, size=2**31) + loop
    assert read_database(content).problem == "a package on page 1 cannot be read to its end"


def test_C65_values_of_berkeley_db_do_not_share_pages() -> None:
    shared = berkeley_page("<", kind=7, next=0, used=100)
    pages = [berkeley_page("<", value_at=3, size=100), berkeley_page("<", value_at=3, size=100), shared]
    remarks: list[str] = []
    found = list(_rpm_berkeley.headers(b"".join([berkeley_page("<", meta_last_page=3), *pages]), remarks.append))
    assert (len(found), remarks) == (1, ["a package on page 2 cannot be read to its end"])


@pytest.mark.parametrize(
    ("offset", "written"),
    [
        (26, struct.pack("<HH", 4095, 4096)),
        (26, struct.pack("<HH", 4000, 4050)),
        (26, struct.pack("<HH", 4000, 10)),
        (26, struct.pack("<HH", 4091, 4085)),
        (4079, b"\4"),
        (4083, struct.pack("<I", 7)),
    ],
    ids=["after the page", "no length", "in the head", "cut short", "of an unknown kind", "on a page beyond the end"],
)
def test_C65_values_of_berkeley_db_that_are_nowhere_are_said(offset: int, written: bytes) -> None:
    page = bytearray(berkeley_page("<", value_at=2, size=100))
    page[offset : offset + len(written)] = written
    found = read_database(berkeley_page("<", meta_last_page=1) + page)
    assert found.problem == "a package on page 1 cannot be read to its end"


@pytest.mark.parametrize(
    ("block", "blocks", "length"),
    [(2**32 - 1, 4, 10), (256, 2**32 - 1, 10), (256, 8, 2**32 - 1), (256, 1, 0), (0, 8, 10)],
)
def test_C65_lengths_of_ndb_are_held_to_the_file(block: int, blocks: int, length: int) -> None:
    content = ndb_of(HEADERS[0], block=block, blocks=blocks, length=length)
    found = read_database(content)
    assert (found.packages, found.problem) == ([], "package number 1 is not where its slot says")


def test_C65_ndb_with_more_slots_than_bytes_ends_with_the_file() -> None:
    content = NDB[:12] + struct.pack("<I", 2**32 - 1) + NDB[16:]
    found = read_database(content)
    assert [each.key for each in found.packages] == [each.key for each in read_database(NDB).packages]
    assert found.problem is not None


def test_packages_that_overlap_are_read_no_further_than_the_file_is_long() -> None:
    big = header({1000: "many", 1001: "1"}, padding=3000)
    one = ndb_of(big)
    slots = b"".join(struct.pack("<4sIII", b"Slot", 1, 256, len(one) // 16 - 256) for _ in range(250))
    found = read_database(one[:32] + slots + one[32 + len(slots) :])
    assert found.problem == "packages overlap in it"
    assert len(found.packages) <= len(one) // len(big)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW Packages AS SELECT zeroblob(100000000) AS blob",
        "CREATE TABLE Packages (hnum, blob AS (zeroblob(1000000))); INSERT INTO Packages (hnum) VALUES (1)",
        "CREATE VIRTUAL TABLE Packages USING fts5(blob)",
    ],
)
def test_C66_what_only_looks_like_the_table_of_packages_is_not_run(statement: str) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(statement)
        content = connection.serialize()
    connection.close()
    found = read_database(content)
    assert not found.packages
    assert "no table" in str(found.problem) or "SQLite says" in str(found.problem)


def test_C66_sqlite_is_told_to_write_nothing_and_to_trust_no_schema() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        _sqlite._open(connection, SQLITE, "Packages")
        # What the authorizer refuses anyway is asked without it.
        connection.set_authorizer(None)
        told = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS}
        assert told == _PRAGMAS
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM Packages")
    finally:
        connection.close()


def test_C66_sqlite_has_a_limited_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite, "_MOST_INSTRUCTIONS", 1000)
    monkeypatch.setattr(_sqlite, "_INSTRUCTIONS_BETWEEN", 100)
    found = read_database(sqlite_of(list(HEADERS) * 200))
    assert found.problem == "SQLite says: interrupted"
    assert found.packages


def test_C66_a_database_that_still_says_it_has_a_write_ahead_log_is_read() -> None:
    assert read_database(SQLITE[:18] + b"\2\2" + SQLITE[20:]) == read_database(SQLITE)


def test_rows_of_sqlite_that_are_no_blobs_are_no_packages() -> None:
    assert read_database(sqlite_of(["text", None, 7, HEADERS[0]])).packages == [
        package for package in read_database(NDB).packages if package.name == "base"
    ]


def test_more_paths_than_an_image_can_hold_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = reduce_database(NDB)
    monkeypatch.setattr(_rpm_database, "_LARGEST_PATHS", 1000)
    found = kept_packages(kept)
    assert found.problem == "it lists more files than can be in an image"
    assert [(each.key, each.files) for each in found.packages] == [(key, []) for key in kept_keys(kept)]


@pytest.mark.parametrize("limit", ["_MOST_PACKAGES", "_MOST_DEPENDENCIES"])
def test_C65_a_database_lists_no_more_packages_and_dependencies_than_an_image_can_hold(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rpm_database, limit, 3)
    found = read_database(NDB)
    assert found.problem == "it lists more than can be in an image"
    assert 0 < len(found.packages) <= 3


def test_what_is_kept_is_read_up_to_a_size_that_memory_can_take(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = reduce_database(NDB)
    monkeypatch.setattr(_rpm_database, "_LARGEST_KEPT", len(kept) - 1)
    assert kept_packages(kept).problem == "it lists more than can be in an image"
    assert list(kept_keys(kept)) == []


@FORMATS
def test_a_database_that_is_kept_whole_gives_the_same_packages(content: bytes) -> None:
    assert kept_packages(content) == kept_packages(reduce_database(content))
    assert list(kept_keys(content)) == list(kept_keys(reduce_database(content)))


@pytest.mark.parametrize("read", [lambda kept: list(kept_keys(kept)), lambda kept: kept_packages(kept).packages])
def test_what_only_looks_as_if_it_had_been_kept_holds_nothing(read: Callable[[bytes], list[object]]) -> None:
    begun = reduce_database(b"")[:-3]
    for garbage in (begun, begun + b"\xff" * 20, begun + b"\x92\x01\x02"):
        assert reduce_database(garbage) == garbage
        assert not read(garbage)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    for begin in (b"", NDB[:32], LITTLE[:512], BIG[:512], SQLITE[:100], reduce_database(b"")[:-3]):
        kept = reduce_database(begin + content)
        assert reduce_database(kept) == kept
        found = kept_packages(kept)
        assert found.problem is not None or [package.key for package in found.packages] == list(kept_keys(kept))


_CHANGES = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


@pytest.mark.parametrize("format", CONTENTS)
@given(changes=_CHANGES)
def test_a_real_database_with_bytes_overwritten_is_read_without_an_error_in_little_time(
    format: str, changes: list[tuple[float, bytes]]
) -> None:
    content = CONTENTS[format]
    damaged = bytearray(content)
    for where, new in changes:
        start = int(where * (len(damaged) - len(new)))
        damaged[start : start + len(new)] = new
    started = time.process_time()
    found = read_database(bytes(damaged))
    assert time.process_time() - started < ENOUGH_SECONDS
    assert sum(package.paths_size for package in found.packages) < 1000 * len(content)
    assert all(isinstance(package, RpmPackage) for package in found.packages)
    reduce_database(bytes(damaged))
