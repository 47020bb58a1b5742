"""The content of one member of a layer's archive, without reading the layer any further than that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import xxhash

from imgscope.errors import IntegrityError
from imgscope.layer import _sparse
from imgscope.layer.index import LayerEntry
from imgscope.layer.stream import Decompressed, VerifiedBlob
from imgscope.layer.tar import TarMember, TarReader
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.manifest import Descriptor


def member_content(
    chunks: Iterable[bytes],
    descriptor: Descriptor,
    *,
    position: int,
    expected: LayerEntry,
    limits: Limits = DEFAULT_LIMITS,
    to_the_end: bool = False,
) -> Iterator[memoryview]:
    """Yield the content of member number `position` of the layer that `descriptor` describes, holes as zeros.

    `chunks` are the bytes of the layer's blob; they are taken as far as needed, or `to_the_end`, which verifies size
    and digest. `expected` is what the member was when the layer was read before: anything else is an `IntegrityError`,
    raised at the end where only the content differs. Raises what reading a layer does as well: `LayerError`,
    `LimitError`, and what `chunks` raises. Messages begin with a verb: their subject is the layer.
    """
    blob = VerifiedBlob(chunks, descriptor.digest, descriptor.size)
    archive = TarReader(Decompressed(blob, limits=limits), limits=limits)
    is_found = False
    for number, member in enumerate(archive):
        if number == position:
            is_found = True
            yield from _content(member, archive, expected)
            if not to_the_end:
                return
    if not is_found:
        raise _changed(expected)


def member_contents(
    chunks: Iterable[bytes],
    descriptor: Descriptor,
    *,
    expected: Mapping[int, LayerEntry],
    limits: Limits = DEFAULT_LIMITS,
    most_unpacked: int,
) -> Iterator[tuple[int, Iterator[memoryview]]]:
    """Yield the number and the content of each member in `expected`, as `member_content` does, in one reading.

    Each content has to be taken to its end before the next one is asked for. No more is read than the last one takes,
    and no more than `most_unpacked` bytes of the archive, which it had when it was read before.
    """
    blob = VerifiedBlob(chunks, descriptor.digest, descriptor.size)
    some = next(iter(expected.values()))
    archive = TarReader(_no_longer(Decompressed(blob, limits=limits), most_unpacked, some), limits=limits)
    left = dict(expected)
    for number, member in enumerate(archive):
        entry = left.pop(number, None)
        if entry is not None:
            yield number, _content(member, archive, entry)
        if not left:
            return
    raise _changed(next(iter(left.values())))


def _no_longer(archive: Iterable[bytes], most: int, expected: LayerEntry) -> Iterator[bytes]:
    size = 0
    for chunk in archive:
        size += len(chunk)
        if size > most:
            raise _changed(expected)
        yield chunk


def _content(member: TarMember, archive: TarReader, expected: LayerEntry) -> Iterator[memoryview]:
    if (member.path, member.type, member.size) != (expected.path, expected.type, expected.size):
        raise _changed(expected)
    hasher = xxhash.xxh3_128()
    if member.parts is None:
        yield from _updating(hasher, archive.content())
    elif _sparse.is_hashed_by_map(member.size, member.parts):
        hasher = _sparse.map_hasher(member.size, member.parts)
        yield from _sparse.expanded(member.size, member.parts, _updating(hasher, archive.content()))
    else:
        yield from _updating(hasher, _sparse.expanded(member.size, member.parts, archive.content()))
    if hasher.digest() != expected.fingerprint:
        raise _changed(expected)


def _updating(hasher: xxhash.xxh3_128, pieces: Iterator[memoryview]) -> Iterator[memoryview]:
    for piece in pieces:
        hasher.update(piece)
        yield piece


def _changed(expected: LayerEntry) -> IntegrityError:
    return IntegrityError(
        f"does not hold the /{expected.path} that it held when it was read before",
        hint="the stored copy was altered since: imgscope cache clear, and inspect the image again",
    )
