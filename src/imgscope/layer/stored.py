"""A LayerIndex as bytes on disk: a magic line, the fingerprint of the rest, and zstd-compressed msgpack.

msgpack knows text only as UTF-8, but a name in a layer may be any bytes (conformance C40). A layer that has such names
is written with every text as the bytes it stands for, one character a byte, under a magic line of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import msgspec
import xxhash

from imgscope.layer.index import LayerIndex

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Made once and before any thread: msgspec crashes where two threads are the first to decode a type.
_DECODER: Final = msgspec.msgpack.Decoder(LayerIndex)
_MAGIC: Final = b"imgscope layer\n"
_MAGIC_FOR_BYTES: Final = b"imgscope bytes\n"
_FINGERPRINT_SIZE: Final = 16
_PREFIX_SIZE: Final = len(_MAGIC) + _FINGERPRINT_SIZE


def encode(index: LayerIndex) -> bytes:
    """Return `index` as bytes that `decode` understands."""
    try:
        magic, packed = _MAGIC, msgspec.msgpack.encode(index)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(index, builtin_types=(bytes,))
        magic, packed = _MAGIC_FOR_BYTES, msgspec.msgpack.encode(_each_text(plain, _as_bytes))
    payload = zstd.compress(packed, level=1)
    return magic + xxhash.xxh3_128_digest(payload) + payload


def decode(content: bytes) -> LayerIndex | None:
    """Return the index in what `encode` made, or None if it is damaged or somebody else's."""
    magic, payload = content[: len(_MAGIC)], content[_PREFIX_SIZE:]
    if magic not in (_MAGIC, _MAGIC_FOR_BYTES):
        return None
    if xxhash.xxh3_128_digest(payload) != content[len(_MAGIC) : _PREFIX_SIZE]:
        return None
    try:
        packed = zstd.decompress(payload)
        if magic == _MAGIC:
            return _DECODER.decode(packed)
        return msgspec.convert(_each_text(msgspec.msgpack.decode(packed), _from_bytes), LayerIndex)
    except (zstd.ZstdError, msgspec.MsgspecError, MemoryError, RecursionError, TypeError, UnicodeError):
        # A list is no key of a dict in Python, though one in msgpack.
        return None


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return `value`, made of lists, dicts and scalars, with `change` applied to every text in it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {_each_text(key, change): _each_text(item, change) for key, item in value.items()}
    return value


def _as_bytes(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _from_bytes(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")
