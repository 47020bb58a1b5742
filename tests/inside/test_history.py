"""Every layer that had to do with a path."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.errors import LayerError, UsageError
from imgscope.inside.history import PathHistory, history_of_path
from tests.support.images import (
    BuiltLayer,
    Entry,
    directory,
    file,
    hard_link,
    layer,
    opaque,
    symlink,
    whiteout,
)
from tests.support.memory import inspect


def history(path: str, *layers: BuiltLayer | tuple[Entry, ...], lost: int | None = None) -> PathHistory:
    built = [each if isinstance(each, BuiltLayer) else layer(*each) for each in layers]
    replaced = {built[lost].digest: None} if lost is not None else None
    return history_of_path(inspect(*built, replaced=replaced).image, path)


def told(path: str, *layers: BuiltLayer | tuple[Entry, ...]) -> list[tuple[Any, ...]]:
    """What each event says in short."""
    return [(event.layer, event.change, *event.aspects) for event in history(path, *layers).events]


def test_a_file_s_way_from_where_it_came_to_where_it_went() -> None:
    found = history(
        "etc/app.conf",
        layer(file("etc/app.conf", "one"), created_by="COPY app.conf /etc/ # buildkit"),
        layer(file("other"), created_by="RUN /bin/sh -c other # buildkit"),
        layer(file("etc/app.conf", "three"), created_by="RUN /bin/sh -c edit # buildkit"),
        layer(file("etc/app.conf", "three", mode=0o600, uid=5, gid=6, mtime=7), created_by="RUN /bin/sh -c chown"),
        layer(whiteout("etc/app.conf"), created_by="RUN /bin/sh -c rm # buildkit"),
    )
    assert [(event.layer, event.change, *event.aspects) for event in found.events] == [
        (0, "added"),
        (2, "modified", "content"),
        (3, "metadata", "mode", "owner", "time"),
        (4, "removed"),
    ]
    assert [event.instruction for event in found.events] == ["COPY app.conf /etc/", "RUN edit", "RUN chown", "RUN rm"]
    states = [(event.before and event.before.size, event.after and event.after.size) for event in found.events]
    assert states == [(None, 3), (3, 5), (5, 5), (5, None)]
    changed = found.events[2].after
    assert changed is not None
    assert (changed.mode, changed.uid, changed.gid, changed.modified) == ("0600", 5, 6, "1970-01-01T00:00:07Z")
    assert (found.exists, found.shipped_bytes, found.visible_bytes) == (False, 13, 0)
    assert [event.shipped_bytes for event in found.events] == [3, 5, 5, 0]


def test_a_file_that_ships_again_just_as_it_was_is_told_as_such() -> None:
    assert told("a", (file("a", "x"),), (file("a", "x"),)) == [(0, "added"), (1, "unchanged")]


def test_a_touched_file_differs_in_its_time() -> None:
    assert told("a", (file("a", "x"),), (file("a", "x", mtime=1),)) == [(0, "added"), (1, "metadata", "time")]


def test_content_that_was_there_before_is_known_again() -> None:
    found = history("a", (file("a", "x"),), (whiteout("a"),), (file("a", "x"),), (file("a", "y"),), (file("a", "x"),))
    assert [event.same_content_as for event in found.events] == [None, None, 0, None, 0]


def test_what_becomes_something_else_has_changed_in_type() -> None:
    assert told("a", (file("a", "x"),), (symlink("a", "b"),), (symlink("a", "c"),), (directory("a"),)) == [
        (0, "added"),
        (1, "modified", "type", "mode"),
        (2, "modified", "target"),
        (3, "modified", "type", "mode"),
    ]


def test_extended_attributes_are_metadata() -> None:
    assert told("a", (file("a", "x"),), (file("a", "x", xattrs={"user.a": "1"}),))[1] == (1, "metadata", "xattrs")


def test_C43_what_goes_with_the_directory_above_it_was_removed_by_that_layer() -> None:
    base = (directory("d"), file("d/a", "x"))
    assert told("d/a", base, (whiteout("d"),)) == [(0, "added"), (1, "removed")]
    assert told("d/a", base, (opaque("d"),)) == [(0, "added"), (1, "removed")]
    assert told("d/a", base, (file("d"),)) == [(0, "added"), (1, "removed")]


def test_a_directory_tells_how_much_is_in_it_and_not_each_of_its_times() -> None:
    found = history(
        "d",
        (directory("d"), file("d/a", "12")),
        (directory("d", mtime=5), file("d/b", "345")),
        (directory("d", mtime=6),),
        (directory("d", mode=0o700, mtime=6),),
        (whiteout("d/a"),),
    )
    assert [(event.layer, event.change, *event.aspects) for event in found.events] == [
        (0, "added"),
        (1, "contents"),
        (3, "metadata", "mode"),
        (4, "contents"),
    ]
    grown = found.events[1].after
    assert grown is not None
    assert (grown.size, grown.files) == (5, 2)
    assert found.shipped_bytes == 0


def test_the_root_has_a_history_too() -> None:
    assert told("/", (file("a", "x"),), (file("b", "x"),)) == [(0, "added"), (1, "contents")]


@pytest.mark.parametrize("path", ["lib/a", "/usr/lib/a", "lib/../lib/./a", "lib//a/"])
def test_links_above_the_path_are_followed_and_entries_below_links_are_found(path: str) -> None:
    found = history(
        path, (symlink("lib", "usr/lib"), directory("usr/lib"), file("usr/lib/a", "x")), (file("lib/a", "y"),)
    )
    assert found.path == "usr/lib/a"
    assert [event.change for event in found.events] == ["added", "modified"]


def test_a_link_is_told_of_itself_and_where_it_leads_in_the_end() -> None:
    found = history("sh", (symlink("sh", "bin/sh"), symlink("bin/sh", "dash"), file("bin/dash", "x")))
    assert (found.path, found.leads_to, found.visible_bytes) == ("sh", "bin/dash", 0)
    assert history("sh", (symlink("sh", "nowhere"),)).leads_to is None


def test_C45_other_names_of_a_file_are_listed_and_a_link_ships_no_bytes() -> None:
    layers = (file("a", "12345"), hard_link("b", "a"), hard_link("c", "a"))
    assert history("a", layers).names == ("b", "c")
    found = history("b", layers)
    assert (found.names, found.shipped_bytes) == (("a", "c"), 0)


def test_the_package_is_named_for_files_that_are_gone_as_well() -> None:
    database = (
        file("var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 2\n\n"),
        file("var/lib/dpkg/info/tool.list", "/.\n/usr\n/bin/tool\n/usr/share/doc\n/usr/share/doc/tool\n"),
        symlink("bin", "usr/bin"),
        file("usr/bin/tool", "x"),
        file("usr/share/doc/tool", "x"),
    )
    for path in ("bin/tool", "usr/share/doc/tool"):
        found = history(path, database, (whiteout("usr/share/doc/tool"),))
        assert (found.package, found.package_version) == ("tool", "2")
    assert history("usr", database).package is None
    assert history("var/lib/dpkg/status", database).package is None


def test_a_path_that_no_layer_ever_had_is_a_usage_error_with_what_comes_close() -> None:
    with pytest.raises(UsageError, match="there is no /nowhere in the image"):
        history("nowhere", (file("a"),))
    with pytest.raises(UsageError) as raised:
        history("etc/hosst", (file("etc/hosts"),))
    assert raised.value.hint == "did you mean /etc/hosts?"


def test_where_a_layer_is_missing_nothing_is_said_never_to_have_been_there() -> None:
    with pytest.raises(LayerError):
        history("nowhere", (file("a"),), lost=0)


def test_C40_names_that_are_no_UTF_8_are_found() -> None:
    assert history("caf\udce9", (file("caf\udce9", "x"),)).path == "caf\udce9"


def test_times_that_no_calendar_has_are_left_out() -> None:
    (event,) = history("a", (file("a", "x", mtime=2**40),)).events
    assert event.after is not None
    assert event.after.modified is None
