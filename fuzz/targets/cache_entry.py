"""What the cache keeps of a layer, damaged so that its fingerprint holds."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

import msgspec
import xxhash

from imgscope.filesystem.stack import stack
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.stored import decode, encode
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.support import elf
from tests.support.images import file, symlink, tar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MAGICS: Final = (b"imgscope layer\n", b"imgscope bytes\n")


def target(data: bytes) -> None:
    """An entry is a layer that can be stacked and kept again, or none."""
    decode(data)
    payload = zstd.compress(data[1:], level=1)
    magic = _MAGICS[data[0] % 2 if data else 0]
    index = decode(magic + xxhash.xxh3_128_digest(payload) + payload)
    if index is not None:
        assert decode(encode(index)) == index
        stack([index])


def seeds() -> Mapping[str, bytes]:
    """A layer whose names are UTF-8, and one with a name that is not."""
    entries = [
        file("etc/app", "x", xattrs={"a": "b"}),
        symlink("link", "etc/app"),
        file("bin/app", elf.glibc_program()),
    ]
    plain = _read(tar(entries))
    odd = _read(tar([file("name")]).replace(b"name", b"n\xffme", 1))
    return {"plain": b"\0" + msgspec.msgpack.encode(plain), "whole": encode(odd)}


def _read(archive: bytes) -> LayerIndex:
    descriptor = Descriptor(digest=Digest.of(archive), size=len(archive))
    return read_layer([archive], descriptor, diff_id=None, wants=Wants(["etc/*"]))
