"""Which rpms somebody asked for: as dnf 4, dnf 5 and zypper record it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.probes._rpm_reasons import reduce_history
from imgscope.probes.rpm import PROBE
from tests.support.images import Entry, file
from tests.support.memory import tree_of
from tests.support.rpm_headers import header, sqlite_of

DNF_4, DNF_5 = "var/lib/dnf/history.sqlite", "usr/lib/sysimage/libdnf5/packages.toml"
ZYPPER = "var/lib/zypp/AutoInstalled"
TABLES = """
    CREATE TABLE rpm (item_id INTEGER UNIQUE NOT NULL, name TEXT NOT NULL, epoch INTEGER, arch TEXT NOT NULL);
    CREATE TABLE trans_item (id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER, reason INTEGER NOT NULL);
    INSERT INTO rpm VALUES (1, 'app', 0, 'x86_64'), (2, 'library', 0, 'x86_64'), (3, 'extra', 0, 'x86_64'),
        (4, 'adopted', 0, 'x86_64'), (5, 'adopted', 0, 'x86_64');
    INSERT INTO trans_item (item_id, reason) VALUES (1, 2), (2, 1), (3, 4), (4, 1), (5, 2), (9, 1);
"""
"""What libdnf's swdb/sql/create_tables.sql makes, reduced to what tells the reason of a package."""


def history() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    content = connection.serialize()
    connection.close()
    return content


def requested(*records: Entry) -> dict[str, bool | None]:
    names = ("app", "library", "extra", "adopted", "unrecorded")
    database = sqlite_of(header({1000: name, 1001: "1", 1022: "x86_64"}) for name in names)
    tree = tree_of((file("var/lib/rpm/rpmdb.sqlite", database), *records))
    return {fact.name: fact.is_requested for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)}


KNOWN = {"app": True, "library": False, "extra": False, "adopted": True, "unrecorded": True}
STATE = """\
version = "1.0"
[packages]
"app.x86_64" = {reason = "User"}
"library.x86_64" = {reason = "Dependency"}
"extra.x86_64" = {reason = "Weak Dependency"}
"adopted.i686" = {reason = "Dependency"}
"odd" = "Dependency"
"""


@pytest.mark.parametrize(
    "record",
    [
        file(DNF_4, history()),
        file(DNF_5, STATE),
        file(ZYPPER, "# a comment\nlibrary\n extra \n\nnot-installed\n"),
    ],
    ids=["dnf 4", "dnf 5", "zypper"],
)
def test_what_only_came_along_was_not_asked_for(record: Entry) -> None:
    assert requested(record) == KNOWN


@pytest.mark.parametrize(
    "records",
    [
        (),
        (file(DNF_4, b"garbage"),),
        (file(DNF_4, reduce_history(b"")[:-1] + b"\xff"),),
        (file(DNF_5, "["),),
        (file(DNF_5, "packages = 1"),),
        (file(DNF_5, "a = " + "[" * 100_000),),
        (file(DNF_5, "#" * (4 * 1024 * 1024 + 1)),),
    ],
    ids=["nothing", "garbage", "only looks kept", "no TOML", "no table", "deep", "large"],
)
def test_where_nothing_is_recorded_nothing_is_known(records: tuple[Entry, ...]) -> None:
    assert set(requested(*records).values()) == {None}


def test_dnf_5_took_over_from_dnf_4() -> None:
    assert requested(file(DNF_4, history()), file(DNF_5, '[packages]\n"app.x86_64".reason = "Dependency"\n')) == {
        **dict.fromkeys(KNOWN, True),
        "app": False,
    }


@given(st.binary(max_size=200))
def test_what_is_kept_of_a_history_is_kept_unchanged_a_second_time(content: bytes) -> None:
    for begin in (b"", history()[:100], reduce_history(b"")):
        kept = reduce_history(begin + content)
        assert reduce_history(kept) == kept
