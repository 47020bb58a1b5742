"""The content of one member of a layer; what files hold and where they are found is in tests/inside."""

from __future__ import annotations

import pytest

from imgscope.errors import IntegrityError, LayerError
from imgscope.layer.contents import member_content
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.support.images import file, layer

BUILT = layer(file("a", "first"), file("b", "second"), file("a", "third"))
DESCRIPTOR = Descriptor(digest=Digest(BUILT.digest), size=len(BUILT.blob))
ENTRIES = read_layer([BUILT.blob], DESCRIPTOR, diff_id=None, wants=Wants([])).entries


def content(blob: bytes, position: int, expected: LayerEntry, *, digest: str = BUILT.digest) -> bytes:
    descriptor = Descriptor(digest=Digest(digest), size=len(blob))
    pieces = member_content([blob], descriptor, position=position, expected=expected)
    return b"".join(map(bytes, pieces))


def test_it_is_that_of_the_member_at_the_position_whatever_others_are_called() -> None:
    contents = [content(BUILT.blob, position, entry) for position, entry in enumerate(ENTRIES)]
    assert contents == [b"first", b"second", b"third"]


def test_another_member_than_expected_is_an_error() -> None:
    for position, entry in ((0, ENTRIES[1]), (2, ENTRIES[0]), (1, LayerEntry(path="b", type=EntryType.DIRECTORY))):
        with pytest.raises(IntegrityError, match="does not hold the /"):
            content(BUILT.blob, position, entry)


def test_an_archive_that_ends_before_the_position_is_an_error_where_no_digest_tells() -> None:
    with pytest.raises(IntegrityError, match="does not hold the /a"):
        content(BUILT.blob, 3, ENTRIES[2], digest="passing:1")


def test_a_layer_that_breaks_off_within_the_member_is_an_error() -> None:
    with pytest.raises(LayerError):
        content(BUILT.tar[:1539], 1, ENTRIES[1], digest="passing:1")
    with pytest.raises(IntegrityError, match="does not match its digest"):
        content(BUILT.tar[:1539], 1, ENTRIES[1])
