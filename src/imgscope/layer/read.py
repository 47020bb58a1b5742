"""One blob in, one LayerIndex out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import xxhash

from imgscope.errors import Cancelled, ImgscopeError, IntegrityError, LayerError, LimitError, SourceError
from imgscope.layer import _sparse
from imgscope.layer._content import LastBytes, fingerprint
from imgscope.layer._elf_content import MAGIC, ElfContent
from imgscope.layer.elf import ElfFacts, parse_elf
from imgscope.layer.hashing import HashingThread
from imgscope.layer.index import MOST_ANOMALIES, Anomaly, EntryType, LayerEntry, LayerIndex
from imgscope.layer.linked import Held, is_object, linked_path, most_held, wanted_size
from imgscope.layer.stream import Decompressed, VerifiedBlob
from imgscope.layer.tar import TarMember, TarReader
from imgscope.layer.wants import Wants
from imgscope.layer.whiteout import is_marker
from imgscope.limits import DEFAULT_LIMITS, Budget, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor

# Files that are looked for by their beginning, such as private keys, are small.
_LARGEST_BY_CONTENT: Final = 64 * 1024

Received = Callable[[int], None]
"""Called with the bytes of the blob received so far; may raise `Cancelled`."""


def read_layer(
    chunks: Iterable[bytes],
    descriptor: Descriptor,
    *,
    diff_id: Digest | None,
    wants: Wants,
    limits: Limits = DEFAULT_LIMITS,
    budget: Budget | None = None,
    received: Received = lambda _: None,
    has_spare_core: Callable[[], bool] = lambda: False,
) -> LayerIndex:
    """Read the layer that `descriptor` describes from `chunks`, the bytes of its blob.

    Both digests are verified: the blob's, and the uncompressed archive's against `diff_id` where it is known.
    What goes wrong with the layer does not raise: the index holds what was read until then, and `error`
    and `hint` say what happened. Only `Cancelled` passes through. `budget` is what the layers of one image share;
    without it, the layer has all of `limits` for itself. While `has_spare_core` says so, hashing is done by
    another thread.
    """
    hashing = HashingThread(has_spare_core)
    try:
        return _Pass(
            chunks,
            descriptor,
            wants=wants,
            limits=limits,
            budget=budget or Budget(limits),
            received=received,
            hashing=hashing,
            diff_id=diff_id,
        ).run()
    finally:
        hashing.settle()


class _Pass:
    """The state of one pass; `run` once."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        descriptor: Descriptor,
        *,
        wants: Wants,
        limits: Limits,
        budget: Budget,
        received: Received,
        hashing: HashingThread,
        diff_id: Digest | None,
    ) -> None:
        self._descriptor = descriptor
        self._diff_id = diff_id
        self._wants = wants
        self._limits = limits
        self._budget = budget
        self._received = received
        self._hashing = hashing
        self._blob = VerifiedBlob(chunks, descriptor.digest, descriptor.size, hashing=hashing)
        self._blob_chunks = self._reported(self._blob)
        self._decompressed = Decompressed(self._blob_chunks, limits=limits)
        promised = diff_id.hasher() if diff_id else None
        self._algorithm = diff_id.algorithm if diff_id and promised else "sha256"
        self._hasher = promised or hashlib.sha256()
        self._tar_size = 0
        self._entries: list[LayerEntry] = []
        self._captured: dict[str, bytes] = {}
        self._held: Held | None = None
        self._anomalies: list[Anomaly] = []
        self._unpacked_size = 0
        self._file_count = 0
        self._is_walked = False

    def run(self) -> LayerIndex:
        error: ImgscopeError | None = None
        try:
            self._refuse_encrypted()
            self._walk()
            self._verify()
        except Cancelled:
            raise
        except LayerError as malformed:
            error = self._root_cause(malformed)
        except ImgscopeError as failed:
            error = failed
        return LayerIndex(
            digest=str(self._descriptor.digest),
            diff_id=self._unpacked_digest() if self._is_walked else str(self._diff_id or ""),
            compression=self._decompressed.compression,
            compressed_size=self._blob.received,
            tar_size=self._tar_size,
            unpacked_size=self._unpacked_size,
            file_count=self._file_count,
            entries=tuple(self._entries),
            captured=self._captured,
            anomalies=tuple(self._anomalies),
            error=_sentence(error) if error else None,
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
        update, hasher = self._hashing.update, self._hasher
        for chunk in self._decompressed:
            self._take_unpacked(len(chunk))
            self._tar_size += len(chunk)
            update(hasher, chunk)
            yield chunk
        self._hashing.settle()

    def _walk(self) -> None:
        archive = TarReader(self._archive(), limits=self._limits, budget=self._budget)
        for member in archive:
            if not self._budget.take_entry():
                most = self._limits.entry_count
                raise LimitError(
                    f"brings the image to more than the {most:,} entries that are read", setting="entry-count"
                )
            self._add(member, archive)
        self._is_walked = True
        if archive.trailing:
            self._remark("", "has bytes after the end of its archive")
        if self._decompressed.trailing:
            self._remark("", f"has {self._decompressed.trailing}")

    def _add(self, member: TarMember, archive: TarReader) -> None:
        fingerprint: bytes | None = None
        elf: ElfFacts | None = None
        if member.type is EntryType.FILE:
            fingerprint, elf = self._read_content(member, archive)
            if not is_marker(member.path):
                self._unpacked_size += member.size
                self._file_count += 1
        elif member.type is EntryType.HARD_LINK and self._held is not None:
            self._keep_linked(member, self._held)
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
        self._held = None
        head = archive.peek(self._wants.head_size)
        if member.parts is not None:
            # What is stored first may come after a hole.
            head = head[: next((length for offset, length in member.parts if offset == 0 < length), 0)]
        is_elf = head.startswith(MAGIC)
        wanted_size = self._wanted_size(member, head)
        is_held = is_object(member.path) and not is_elf
        held_size = most_held(member.size, self._limits) if is_held else wanted_size
        if member.parts is None and not held_size and not is_elf:
            whole = archive.whole()
            # Most files are small and lie in one chunk.
            return xxhash.xxh3_128_digest(whole) if whole is not None else fingerprint(archive.content()), None
        pieces = archive.content()
        if member.parts is not None:
            if _sparse.is_hashed_by_map(member.size, member.parts):
                return _sparse.fingerprint_of_map(member.size, member.parts, pieces), None
            self._take_unpacked(_sparse.hole_size(member.size, member.parts))
            pieces = _sparse.expanded(member.size, member.parts, pieces)
        held, elf = LastBytes(held_size), ElfContent(self._limits.captured_file_size)
        onlookers = [held.add] * bool(held_size) + [elf.add] * is_elf
        digest = fingerprint(pieces, *onlookers)
        if wanted_size:
            self._keep(member.path, member.path, held.content()[-wanted_size:])
        self._held = Held(member.path, member.size, held) if is_held else None
        return digest, self._elf(elf) if is_elf else None

    def _wanted_size(self, member: TarMember, head: bytes) -> int:
        """Return how many bytes at most are wanted of the content, the last ones; 0 for nearly every file."""
        if self._wants.match(member.path):
            return self._wanted_as(member.path, member.size)
        is_wanted = member.size <= _LARGEST_BY_CONTENT and self._wants.match_content(member.path, head)
        return self._limits.captured_file_size if is_wanted else 0

    def _wanted_as(self, path: str, size: int) -> int:
        wanted, remark = wanted_size(path, size, self._wants, self._limits)
        if remark:
            self._remark(path, remark)
        return wanted

    def _keep_linked(self, link: TarMember, held: Held) -> None:
        """Keep the content that is `held` if it is wanted by the name that `link` gives it."""
        if linked_path(link.link_name) == held.path and self._wants.match(link.path):
            size = self._wanted_as(link.path, held.size)
            if size:
                self._keep(held.path, link.path, held.content.content()[-size:])
            self._held = None

    def _keep(self, path: str, wanted_as: str, content: bytes) -> None:
        kept = self._wants.reduced(wanted_as, content)
        self._take_kept(len(kept))
        self._captured[path] = kept

    def _elf(self, held: ElfContent) -> ElfFacts | None:
        facts = parse_elf(held)
        if facts is not None:
            self._take_kept(facts.text_size)
        return facts

    def _take_unpacked(self, size: int) -> None:
        if not self._budget.take_unpacked(size):
            most = self._limits.unpacked_size
            raise LimitError(
                f"unpacks the image to more than the {most:,} bytes that are read", setting="unpacked-size"
            )

    def _take_kept(self, size: int) -> None:
        if not self._budget.take_kept(size):
            most = self._limits.kept_size
            raise LimitError(f"has files that need more than the {most:,} bytes kept of an image", setting="kept-size")

    def _unpacked_digest(self) -> str:
        return f"{self._algorithm}:{self._hasher.hexdigest()}"

    def _verify(self) -> None:
        if self._diff_id is None or self._diff_id.algorithm != self._algorithm:
            return
        if self._diff_id != self._unpacked_digest():
            raise IntegrityError(
                f"unpacks to {self._unpacked_digest()}, but the configuration promises {self._diff_id}",
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
        if len(self._anomalies) < MOST_ANOMALIES:
            self._anomalies.append(Anomaly(path=path, message=message))


def _sentence(error: ImgscopeError) -> str:
    """Return what happened as what the layer did or does, which is how all other errors put it already."""
    if isinstance(error, SourceError):
        return f"could not be fetched to its end: {error.message}"
    return error.message
