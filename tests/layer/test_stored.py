"""What is kept of a layer comes back as it was, whatever bytes its names are made of."""

from __future__ import annotations

import sys

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer import stored
from imgscope.layer.elf import ElfFacts
from imgscope.layer.index import Anomaly, EntryType, LayerEntry, LayerIndex

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

names = st.binary(max_size=12).map(lambda name: name.decode("utf-8", "surrogateescape"))
elf_facts = st.builds(
    ElfFacts,
    bits=st.sampled_from([32, 64]),
    machine=names,
    kind=names,
    interpreter=st.none() | names,
    needed=st.lists(names, max_size=2).map(tuple),
)
entries = st.builds(
    LayerEntry,
    path=names,
    type=st.sampled_from(EntryType),
    size=st.integers(0, 2**63 - 1),
    mtime=st.integers(-(2**63), 2**63 - 1),
    link_name=names,
    fingerprint=st.none() | st.binary(min_size=16, max_size=16),
    elf=st.none() | elf_facts,
    xattrs=st.none() | st.dictionaries(names, st.binary(max_size=4), max_size=2),
    device=st.none() | st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)),
)
indexes = st.builds(
    LayerIndex,
    digest=st.text(max_size=4),
    diff_id=st.text(max_size=4),
    compression=st.just("gzip"),
    compressed_size=st.integers(0, 2**40),
    tar_size=st.integers(0, 2**40),
    unpacked_size=st.integers(0, 2**40),
    file_count=st.integers(0, 2**32),
    entries=st.lists(entries, max_size=3).map(tuple),
    captured=st.dictionaries(names, st.binary(max_size=8), max_size=2),
    anomalies=st.lists(st.builds(Anomaly, path=names, message=names), max_size=2).map(tuple),
    error=st.none() | names,
)


@given(indexes)
def test_C40_an_index_comes_back_as_it_was_stored(index: LayerIndex) -> None:
    assert stored.decode(stored.encode(index)) == index


@given(indexes, st.data())
def test_C59_a_single_changed_byte_makes_an_entry_nobodys(index: LayerIndex, data: st.DataObject) -> None:
    content = bytearray(stored.encode(index))
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    assert stored.decode(bytes(content)) is None


@given(st.binary(max_size=64))
def test_C59_what_nobody_stored_is_no_entry(content: bytes) -> None:
    assert stored.decode(content) is None


@pytest.mark.parametrize("packed", [b"\x91" * 100_000 + b"\xc0", b"\x81\x90\xc0", b"\xc1", b"\x92\xa1a\xa1"])
@pytest.mark.parametrize("magic", [b"imgscope layer\n", b"imgscope bytes\n"])
def test_C59_what_has_a_fitting_fingerprint_and_is_no_layer_is_no_entry(magic: bytes, packed: bytes) -> None:
    payload = zstd.compress(packed)
    assert stored.decode(magic + xxhash.xxh3_128_digest(payload) + payload) is None
