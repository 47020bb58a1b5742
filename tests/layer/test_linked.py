"""Content that is wanted by the name of a hard link, while the archive has it under another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import Cancelled, ImgscopeError, NotFoundError
from imgscope.layer.index import Anomaly, EntryType, LayerIndex
from imgscope.layer.linked import lacks_linked_content, with_linked_content
from imgscope.layer.wants import Want, Wants
from imgscope.limits import DEFAULT_LIMITS, Budget, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.layer.reading import pieces, read
from tests.support import elf
from tests.support.images import Entry, file, hard_link, tar

STORE = "sysroot/ostree/repo/objects"
OBJECT = f"{STORE}/ab/cdef.file"
RELEASE = "usr/lib/os-release"
CHUNK = 4096


def stored(content: bytes | str, *names: str, path: str = OBJECT) -> tuple[Entry, ...]:
    """A file as tools for ostree write it: into the object store, and right after it its `names`."""
    return (file(path, content), *(hard_link(name, path) for name in names))


class Blob:
    """The blob of a layer that is not read for the first time; `opened` and `received` tell how it was read."""

    def __init__(self, *entries: Entry, instead: bytes | ImgscopeError | None = None) -> None:
        self.content = tar(entries)
        self.opened = 0
        self.received: list[int] = []
        self._instead = instead

    @contextmanager
    def open(self) -> Iterator[Iterator[bytes]]:
        self.opened += 1
        if isinstance(self._instead, ImgscopeError):
            raise self._instead
        yield pieces(self._instead or self.content, CHUNK)

    def index(
        self, wants: Sequence[str | Want], *, limits: Limits = DEFAULT_LIMITS, budget: Budget | None = None
    ) -> LayerIndex:
        """The index of the layer as it was read once, and then with what hard links lead to."""
        return with_linked_content(
            read(self.content, wants=wants, limits=limits, budget=budget),
            Descriptor(digest=Digest.of(self.content), size=len(self.content)),
            self.open,
            wants=Wants(wants),
            limits=limits,
            budget=budget or Budget(limits),
            received=self.received.append,
        )


@pytest.mark.parametrize("chunk_size", [1, 700, 100_000])
def test_an_object_of_ostree_is_kept_while_it_streams_by_if_one_of_its_names_is_wanted(chunk_size: int) -> None:
    archive = tar([*stored("ID=a\n", "usr/share/other", RELEASE), *stored("b", "usr/b", path=f"{STORE}/ab/b.file")])
    index = read(archive, chunk_size=chunk_size, wants=[RELEASE])
    assert index.captured == {OBJECT: b"ID=a\n"}
    assert (index.error, index.anomalies) == (None, ())


def test_of_an_object_is_kept_what_is_asked_for_by_its_name() -> None:
    wants = [Want(glob="**/*.jar", reduce=lambda content: content[-3:], tail=4), Want(beginning=b"#!", reduce=bytes)]
    assert read(tar(stored(b"0123456789", "a.jar")), wants=wants).captured == {OBJECT: b"789"}
    assert read(tar(stored(b"#!/bin/sh\n", "a.jar")), wants=wants).captured == {OBJECT: b"sh\n"}
    small = Limits(captured_file_size=5, reduced_file_size=6)
    assert read(tar(stored(b"0123456789", "a.jar")), wants=wants, limits=small).captured == {OBJECT: b"789"}


def test_an_object_that_is_too_large_is_remarked_by_the_name_that_is_wanted() -> None:
    index = read(tar(stored("ID=a\n", RELEASE)), wants=[RELEASE], limits=Limits(captured_file_size=4))
    assert index.captured == {}
    assert index.anomalies == (
        Anomaly(path=RELEASE, message="is larger than the 4 bytes that are read of such a file"),
    )


def test_programs_in_the_object_store_are_read_as_everywhere() -> None:
    program, link = read(tar(stored(elf.glibc_program(), "usr/bin/app")), wants=["usr/bin/app"]).entries
    assert program.elf is not None
    assert link.type is EntryType.HARD_LINK


def test_links_to_another_file_than_the_object_before_them_do_not_get_its_content() -> None:
    other = file("other", "x")
    assert read(tar([*stored("ID=a\n"), hard_link(RELEASE, "other")]), wants=[RELEASE]).captured == {}
    assert read(tar([*stored("ID=a\n"), other, hard_link(RELEASE, OBJECT)]), wants=[RELEASE]).captured == {}
    assert read(tar([file("a.file", "x"), hard_link(RELEASE, "a.file")]), wants=[RELEASE]).captured == {}


def test_objects_that_are_kept_count_towards_what_may_be_kept_of_an_image() -> None:
    index = read(tar(stored("ID=a\n", RELEASE)), wants=[RELEASE], limits=Limits(kept_size=4))
    assert index.error == "has files that need more than the 4 bytes kept of an image"


def test_a_layer_is_read_once_where_every_content_that_is_wanted_was_kept() -> None:
    wants = [RELEASE, "etc/a", "etc/b"]
    blob = Blob(file("etc/a", "x"), hard_link("etc/b", "etc/a"), *stored("ID=a\n", RELEASE), hard_link("z", OBJECT))
    assert blob.index(wants).captured == {"etc/a": b"x", OBJECT: b"ID=a\n"}
    assert blob.opened == 0


def test_what_links_far_from_their_file_lead_to_is_read_a_second_time_and_no_further_than_that() -> None:
    blob = Blob(
        file("store/a", "1"),
        file("store/b", "2"),
        file("large", b"x" * 10 * CHUNK),
        hard_link("etc/b", "./store/b"),
        hard_link("etc/c", "/etc/b"),
    )
    first = read(blob.content, wants=["etc/*"])
    index = blob.index(["etc/*"])
    assert index.captured == {"store/b": b"2"}
    assert (index.error, index.anomalies, index.entries) == (None, (), first.entries)
    assert (blob.opened, blob.received) == (1, [CHUNK])


def test_of_a_path_that_is_listed_twice_a_link_has_the_one_before_it() -> None:
    blob = Blob(file("store/a", "1"), hard_link("etc/a", "store/a"), file("store/a", "22"))
    assert blob.index(["etc/*"]).captured == {"store/a": b"1"}


def test_of_what_is_read_a_second_time_is_kept_what_is_asked_for_by_the_name_of_the_link() -> None:
    wants = [Want(glob="**/*.jar", reduce=lambda content: content[-3:])]
    blob = Blob(file("store/a", "0123456789"), hard_link("a.jar", "store/a"))
    assert blob.index(wants).captured == {"store/a": b"789"}


def test_empty_files_and_those_that_are_too_large_need_no_second_reading() -> None:
    blob = Blob(file("store/a"), file("store/b", "12345"), hard_link("etc/a", "store/a"), hard_link("etc/b", "store/b"))
    index = blob.index(["etc/*"], limits=Limits(captured_file_size=4))
    assert (index.captured, blob.opened) == ({"store/a": b""}, 0)
    assert [(each.path, each.message) for each in index.anomalies] == [
        ("etc/b", "is larger than the 4 bytes that are read of such a file")
    ]


def test_links_that_lead_nowhere_in_the_layer_need_no_second_reading() -> None:
    blob = Blob(file("store/a", "1"), hard_link("etc/a", "store/other"), hard_link("etc/b", "etc/b"))
    assert (blob.index(["etc/*"]).captured, blob.opened) == ({}, 0)


FAR = (file("store/a", "1"), file("other", "x"), hard_link("etc/a", "store/a"))


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        (NotFoundError("example.com has no such blob any more", hint="push it"), "example.com has no such blob any mo"),
        (tar([file("store/a", "2"), *FAR[1:]]), "it does not hold the /store/a that it held when it was read before"),
        (tar([file("store/b", "1"), *FAR[1:]]), "it does not hold the /store/a that it held when it was read before"),
        (tar([file("store/a", "1")])[:512], "it ends after 512 of 10,240 bytes"),
    ],
    ids=["gone", "another content", "another name", "cut short"],
)
def test_a_second_reading_that_fails_is_an_error_of_the_layer_and_keeps_its_entries(
    instead: bytes | ImgscopeError, error: str
) -> None:
    index = Blob(*FAR, instead=instead).index(["etc/*"])
    assert index.error is not None
    assert index.error.startswith(f"could not be read a second time, for files that hard links lead to: {error}")
    assert (len(index.entries), index.captured) == (3, {})
    assert index.hint is not None


def test_C60_a_second_reading_that_sends_ever_more_is_ended() -> None:
    bomb = tar([file("padding", bytes(100 * CHUNK)), *FAR])
    blob = Blob(*FAR, instead=bomb)
    assert "it does not hold the /store/a" in (blob.index(["etc/*"]).error or "")
    assert sum(blob.received[-1:]) <= len(blob.content) + CHUNK


def test_what_is_read_a_second_time_counts_towards_what_may_be_kept_of_an_image() -> None:
    files = [file(f"store/{number}", "x" * 1000) for number in range(9)]
    blob = Blob(*files, *(hard_link(f"etc/{number}", f"store/{number}") for number in range(9)))
    error = blob.index(["etc/*"], limits=Limits(kept_size=3500)).error
    assert error is not None
    assert error.endswith("lead to: it has files that need more than the 3,500 bytes kept of an image")


def test_a_layer_that_could_not_be_read_to_its_end_is_not_read_again() -> None:
    blob = Blob(*FAR)
    assert blob.index(["etc/*"], limits=Limits(entry_count=3), budget=Budget(Limits(entry_count=2))).error is not None
    assert blob.opened == 0


def test_stopping_passes_through_a_second_reading() -> None:
    with pytest.raises(Cancelled):
        Blob(*FAR, instead=Cancelled("stopped")).index(["etc/*"])


def test_what_is_lacking_is_told_of_a_layer_that_can_be_read_only_once() -> None:
    wants = Wants(["etc/*"])
    assert lacks_linked_content(read(tar(FAR), wants=["etc/*"]), wants)
    assert not lacks_linked_content(Blob(*FAR).index(["etc/*"]), wants)
    assert not lacks_linked_content(read(tar(FAR)), Wants([]))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.binary(max_size=3)), max_size=12))
def test_every_link_that_is_wanted_has_the_content_that_a_container_sees(
    made: list[tuple[str, str, bytes]],
) -> None:
    """Files and links in any order, each name at most once: a tree of names and contents is the oracle."""
    seen: dict[str, bytes] = {}
    entries: list[Entry] = []
    for number, (name, target, content) in enumerate(made):
        path = f"etc/{number}-{name}"
        matching = [each for each in seen if each.endswith(target)]
        if matching:
            entries.append(hard_link(path, matching[0]))
            seen[path] = seen[matching[0]]
        else:
            stored_at = f"store/{number}-{name}"
            entries.append(file(stored_at, content))
            seen[stored_at] = content
    index = Blob(*entries).index(["etc/*"])
    assert index.error is None
    wanted = {seen[entry.path] for entry in index.entries if entry.path.startswith("etc/")}
    assert set(index.captured.values()) == wanted
