"""One blob in, one LayerIndex out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import xxhash

from imgscope.errors import Cancelled, ImgscopeError, IntegrityError, LayerError, LimitError
from imgscope.layer.elf import MAGIC, ElfFacts, parse_elf
from imgscope.layer.index import Anomaly, EntryType, LayerEntry, LayerIndex
from imgscope.layer.stream import Decompressed, VerifiedBlob
from imgscope.layer.tar import TarMember, TarReader
from imgscope.layer.wants import Wants
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor

_MOST_ANOMALIES: Final = 1000
_HOLE: Final = bytes(1024 * 1024)
_MOST_HOLES_HASHED: Final = 4 * 1024**3

Received = Callable[[int], None]
"""Called with the bytes of the blob received so far; may raise `Cancelled`."""


def read_layer(
    chunks: Iterable[bytes],
    descriptor: Descriptor,
    *,
    diff_id: Digest | None,
    wants: Wants,
    limits: Limits = DEFAULT_LIMITS,
    received: Received = lambda _: None,
) -> LayerIndex:
    """Read the layer that `descriptor` describes from `chunks`, the bytes of its blob.

    Both digests are verified: the blob's, and the uncompressed archive's against `diff_id` where it is known.
    What goes wrong with the layer does not raise: the index holds what was read until then, and `error`
    and `hint` say what happened. Only `Cancelled` passes through.
    """
    return _Pass(chunks, descriptor, wants, limits, received).run(diff_id)


class _Pass:
    """The state of one pass; `run` once."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        descriptor: Descriptor,
        wants: Wants,
        limits: Limits,
        received: Received,
    ) -> None:
        self._descriptor = descriptor
        self._wants = wants
        self._limits = limits
        self._received = received
        self._blob = VerifiedBlob(chunks, descriptor.digest, descriptor.size, what="the blob")
        self._blob_chunks = self._reported(self._blob)
        self._decompressed = Decompressed(self._blob_chunks, limits=limits)
        self._hasher = hashlib.sha256()
        self._tar_size = 0
        self._entries: list[LayerEntry] = []
        self._captured: dict[str, bytes] = {}
        self._anomalies: list[Anomaly] = []
        self._unpacked_size = 0
        self._file_count = 0

    def run(self, diff_id: Digest | None) -> LayerIndex:
        error: ImgscopeError | None = None
        try:
            self._refuse_encrypted()
            self._walk()
            self._verify(diff_id)
        except Cancelled:
            raise
        except LayerError as malformed:
            error = self._root_cause(malformed)
        except ImgscopeError as failed:
            error = failed
        return LayerIndex(
            digest=self._descriptor.digest,
            diff_id=f"sha256:{self._hasher.hexdigest()}",
            compression=self._decompressed.compression,
            compressed_size=self._blob.received,
            tar_size=self._tar_size,
            unpacked_size=self._unpacked_size,
            file_count=self._file_count,
            entries=tuple(self._entries),
            captured=self._captured,
            anomalies=tuple(self._anomalies),
            error=error.message if error else None,
            hint=error.hint if error else None,
        )

    def _refuse_encrypted(self) -> None:
        if self._descriptor.media_type.endswith("+encrypted"):
            raise LayerError("is encrypted, so nothing but its size can be told")

    def _reported(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._received(self._blob.received)
            yield chunk

    def _archive(self) -> Iterator[bytes]:
        update, limit = self._hasher.update, self._limits.unpacked_size
        for chunk in self._decompressed:
            self._tar_size += len(chunk)
            if self._tar_size > limit:
                raise LimitError(f"unpacks to more than the {limit:,} bytes that are read of an image")
            update(chunk)
            yield chunk

    def _walk(self) -> None:
        archive = TarReader(self._archive(), limits=self._limits)
        most = self._limits.entry_count
        for member in archive:
            if len(self._entries) >= most:
                raise LimitError(f"has more than the {most:,} entries that are read of an image")
            self._add(member, archive)
        if archive.trailing:
            self._remark("", "has bytes after the end of its archive")
        if self._decompressed.trailing:
            self._remark("", f"has {self._decompressed.trailing}")

    def _add(self, member: TarMember, archive: TarReader) -> None:
        fingerprint: bytes | None = None
        elf: ElfFacts | None = None
        if member.type is EntryType.FILE:
            fingerprint, elf = self._read_content(member, archive)
            self._unpacked_size += member.size
            self._file_count += 1
        if member.remark:
            self._remark(member.path, member.remark)
        self._entries.append(
            LayerEntry(
                path=member.path,
                type=member.type,
                size=member.size,
                mode=member.mode,
                uid=member.uid,
                gid=member.gid,
                mtime=member.mtime,
                link_name=member.link_name,
                fingerprint=fingerprint,
                elf=elf,
                xattrs=member.xattrs,
                device=member.device,
            )
        )

    def _read_content(self, member: TarMember, archive: TarReader) -> tuple[bytes, ElfFacts | None]:
        is_elf = archive.peek(4) == MAGIC
        is_wanted = member.size <= self._limits.captured_file_size and self._wants.match(member.path)
        if member.parts is not None:
            return _fingerprint_sparse(member, archive), None
        if not is_elf and not is_wanted:
            return _fingerprint(archive), None
        content = self._keep(member, archive)
        if is_wanted:
            self._captured[member.path] = bytes(content.held)
        return content.fingerprint, parse_elf(content.held) if is_elf else None

    def _keep(self, member: TarMember, archive: TarReader) -> _Kept:
        hasher = xxhash.xxh3_128()
        held = bytearray()
        limit = self._limits.captured_file_size
        for piece in archive.content():
            hasher.update(piece)
            if len(held) < limit:
                held += piece[: limit - len(held)]
        return _Kept(hasher.digest(), held)

    def _verify(self, diff_id: Digest | None) -> None:
        if diff_id is None or diff_id.algorithm != "sha256":
            return
        if diff_id.encoded != self._hasher.hexdigest():
            raise IntegrityError(
                f"unpacks to sha256:{self._hasher.hexdigest()}, but the configuration promises {diff_id}",
                hint="manifest and configuration do not belong together; push the image again",
            )

    def _root_cause(self, malformed: LayerError) -> ImgscopeError:
        """A damaged blob also looks like a malformed archive: read on to learn whether its digest holds."""
        try:
            for _ in self._blob_chunks:
                pass
        except Cancelled:
            raise
        except ImgscopeError as damaged:
            return damaged
        return malformed

    def _remark(self, path: str, message: str) -> None:
        if len(self._anomalies) < _MOST_ANOMALIES:
            self._anomalies.append(Anomaly(path=path, message=message))


class _Kept:
    """A file's fingerprint, and its content as far as the limit on captured files allows."""

    __slots__ = ("fingerprint", "held")

    def __init__(self, fingerprint: bytes, held: bytearray) -> None:
        self.fingerprint = fingerprint
        self.held = held


def _fingerprint(archive: TarReader) -> bytes:
    pieces = archive.content()
    first = next(pieces, b"")
    second = next(pieces, None)
    if second is None:
        return xxhash.xxh3_128_digest(first)
    hasher = xxhash.xxh3_128(first)
    hasher.update(second)
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()


def _fingerprint_sparse(member: TarMember, archive: TarReader) -> bytes:
    """Hash a sparse file as if it were written out, so that it equals the same file stored whole.

    Holes beyond a few GiB are not worth the time: then what is stored and where are hashed instead.
    """
    hasher = xxhash.xxh3_128()
    parts = member.parts or ()
    if member.size - sum(length for _, length in parts) > _MOST_HOLES_HASHED:
        hasher.update(repr((member.size, parts)).encode())
        for piece in archive.content():
            hasher.update(piece)
        return hasher.digest()
    position = 0
    pieces = _Pieces(archive.content())
    for offset, length in (*parts, (member.size, 0)):
        _hash_hole(hasher, offset - position)
        pieces.hash(hasher, length)
        position = offset + length
    return hasher.digest()


def _hash_hole(hasher: xxhash.xxh3_128, length: int) -> None:
    while length > 0:
        hasher.update(memoryview(_HOLE)[: min(length, len(_HOLE))])
        length -= len(_HOLE)


class _Pieces:
    """Hands out content by length, whatever the sizes of the pieces it comes in."""

    def __init__(self, pieces: Iterator[memoryview]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def hash(self, hasher: xxhash.xxh3_128, length: int) -> None:
        while length:
            if not self._rest:
                self._rest = next(self._pieces)
            taken = self._rest[:length]
            hasher.update(taken)
            self._rest = self._rest[len(taken) :]
            length -= len(taken)
