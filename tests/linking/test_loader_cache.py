"""What ldconfig wrote, beside ldconfig itself on the machine that runs the tests, and damaged."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.linking.loader_cache import parse_loader_cache

MAGIC = b"glibc-ld.so.cache1.1"
OF_THIS_MACHINE = Path("/etc/ld.so.cache")


def written(*entries: tuple[str, str], order: str = "<", claimed: int | None = None, before: bytes = b"") -> bytes:
    """A cache of names and paths, `before` being what is in front of it."""
    strings, records = bytearray(), b""
    start = 48 + 24 * len(entries)
    for name, path in entries:
        offsets = []
        for text in (name, path):
            offsets.append(start + len(strings))
            strings += text.encode() + b"\0"
        records += struct.pack(f"{order}iIIIQ", 3, *offsets, 0, 0)
    count = len(entries) if claimed is None else claimed
    flags = 3 if order == ">" else 2
    header = MAGIC + struct.pack(f"{order}IIB3xI12x", count, len(strings), flags, 0)
    return before + header + records + bytes(strings)


TWO: Sequence[tuple[str, str]] = (("liba.so.1", "/lib/liba.so.1"), ("libb.so.2", "/opt/libb.so.2"))
READ = {name: (path,) for name, path in TWO}


@pytest.mark.parametrize("order", ["<", ">"])
def test_names_lead_to_paths_in_both_byte_orders(order: str) -> None:
    assert parse_loader_cache(written(*TWO, order=order)) == READ


def test_a_name_has_its_paths_in_the_order_of_the_cache() -> None:
    content = written(("liba.so.1", "/b/liba.so.1"), ("liba.so.1", "/a/liba.so.1"), ("liba.so.1", "/b/liba.so.1"))
    assert parse_loader_cache(content) == {"liba.so.1": ("/b/liba.so.1", "/a/liba.so.1")}


def test_a_cache_behind_one_in_the_old_format_is_read() -> None:
    old = b"ld.so-1.7.0\0" + struct.pack("<I", 0)
    assert parse_loader_cache(written(*TWO, before=old)) == READ
    assert parse_loader_cache(old.ljust(200, b"\0")) is None


def test_C67_a_count_beyond_the_end_of_the_file_reads_what_is_there() -> None:
    found = parse_loader_cache(written(*TWO, claimed=0xFFFFFFFF))
    assert found is not None
    assert READ.items() <= found.items()


@pytest.mark.parametrize("content", [b"", MAGIC, b"ld.so-1.7.0", b"#!/bin/sh\n" * 100])
def test_what_is_no_cache_is_none(content: bytes) -> None:
    assert parse_loader_cache(content) is None


@given(st.lists(st.tuples(st.integers(0, 250), st.integers(0, 255)), max_size=12), st.integers(0, 250))
def test_C67_a_damaged_cache_never_raises(damage: list[tuple[int, int]], length: int) -> None:
    content = bytearray(written(*TWO))
    for position, value in damage:
        content[position % len(content)] = value
    found = parse_loader_cache(bytes(content[:length]))
    assert found is None or all(path for paths in found.values() for path in paths)


@pytest.mark.skipif(
    not OF_THIS_MACHINE.is_file() or shutil.which("ldconfig", path="/sbin:/usr/sbin") is None,
    reason="this machine has no ldconfig or no cache of it",
)
def test_the_cache_of_this_machine_is_read_as_ldconfig_prints_it() -> None:
    ldconfig = shutil.which("ldconfig", path="/sbin:/usr/sbin")
    printed = subprocess.run([str(ldconfig), "-p"], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^\t(\S+) \(.*\) => (\S+)$", printed, re.MULTILINE)
    found = parse_loader_cache(OF_THIS_MACHINE.read_bytes())
    assert found is not None
    assert {(name, path) for name, paths in found.items() for path in paths} == set(listed)


def test_names_that_overlap_take_no_more_memory_than_a_few_times_the_file() -> None:
    count = 5000
    records = b"".join(struct.pack("<iIIIQ", 3, *[48 + 24 * count + each] * 2, 0, 0) for each in range(count))
    content = MAGIC + struct.pack("<IIB3xI12x", count, count, 2, 0) + records + b"n" * count + b"\0"
    found = parse_loader_cache(content)
    assert found
    assert sum(len(name) + sum(map(len, paths)) for name, paths in found.items()) <= 8 * len(content)
