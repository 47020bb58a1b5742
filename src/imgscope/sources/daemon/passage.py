"""One pass over the archive that an engine saves an image as: layers are handed on as they come, documents kept.

The order is the engine's. Podman writes layers by their diff_ids, lowest first, then the rest. Docker sorts by name:
since 25 `blobs/sha256/…`, before that directories called by IDs. All say last which layer is which.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from imgscope.errors import ImgscopeError, LayerError, LimitError, SourceError
from imgscope.layer.index import EntryType
from imgscope.layer.tar import TarMember, TarReader
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.secrets import redact
from imgscope.sources._archive import link_target
from imgscope.sources.base import SAVE_IT, PassingBlob
from imgscope.sources.daemon import legacy
from imgscope.sources.daemon.inspected import LAYER_TYPE
from imgscope.sources.daemon.passed import START_SIZE, PassedFiles

_BLOB: Final = re.compile(r"blobs/sha256/([0-9a-f]{64})")
_NAMED_LAYER: Final = re.compile(r"([0-9a-f]{64})\.tar")
_DOCUMENT: Final = re.compile(r"manifest\.json|index\.json|oci-layout|[0-9a-f]{64}\.json")
_COMPRESSED: Final = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd")
_MAGIC_OFFSET: Final = 257
_TAIL_SIZE: Final = 4096
_LONGEST_REST: Final = 256 * 1024
"""How much is read of what follows after an archive, or after what of it cannot be understood."""
_MOST_MEMBERS: Final = 100_000
_LONGEST_COMPLAINT: Final = 300
_UNNAMED: Final = "passing:{position}"
"""A digest of no algorithm that can be verified, for a layer whose digest is not known before it was read."""


class Passage:
    """Walks the archive in `chunks`, of the image with the layers `diff_ids`; those in `known` need not be read.

    `files` is filled on the way. `label` is what people call the image, `title` the engine.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        files: PassedFiles,
        *,
        diff_ids: Sequence[Digest],
        known: Collection[Digest],
        limits: Limits,
        title: str,
    ) -> None:
        self._tail = _Tail(chunks, title=title, limit=limits.unpacked_size)
        self._archive = TarReader(self._tail, limits=limits, reads_on=False)
        self._files = files
        self._layer_count = len(diff_ids)
        self._diff_ids = frozenset(diff_ids)
        self._largest_document = max(limits.document_size, limits.archive_manifest_size)
        self._done = set(known)
        self._missing = self._diff_ids - self._done
        self._title = title
        self._recognizer = legacy.Recognizer(diff_ids)
        self._legacy: dict[str, Digest] = {}
        self._unnamed = 0

    def layers(self) -> Iterator[PassingBlob]:
        """Yield each layer that is not known and did not pass before; what of one is not read is skipped.

        Raises `SourceError` where the archive breaks off, and `LimitError`.
        """
        try:
            for number, member in enumerate(self._archive):
                if number >= _MOST_MEMBERS:
                    raise LimitError(
                        f"{self._title} sent more than the {_MOST_MEMBERS:,} files that are read of an image's archive",
                        hint="no image needs so many",
                    )
                if member.type in (EntryType.SYMLINK, EntryType.HARD_LINK):
                    self._files.add_link(member.path, link_target(member))
                elif member.type is EntryType.FILE:
                    yield from self._layer(member)
        except LayerError as error:
            raise self._broken(error) from None
        self._tail.finish()

    def _layer(self, member: TarMember) -> Iterator[PassingBlob]:
        """Yield the layer in `member`, if it is one that is wanted; keep of it what is needed later."""
        name, size = member.path, member.stored_size
        start = self._archive.peek(_MAGIC_OFFSET + 5)
        named = _NAMED_LAYER.fullmatch(name) or _BLOB.fullmatch(name)
        digest = Digest(f"sha256:{named[1]}") if named else None
        is_small = size <= self._largest_document
        if digest not in self._diff_ids and is_small and _is_document(name, start):
            content = b"".join(bytes(piece) for piece in self._archive.content())
            if directory := legacy.DOCUMENT.fullmatch(name):
                self._recognize(directory[1], content)
            else:
                self._files.add(name, size, content)
            return
        if in_directory := legacy.LAYER.fullmatch(name):
            digest = self._legacy.get(in_directory[1])
        elif digest is None:
            if _DOCUMENT.fullmatch(name):
                # Too large to be kept; who needs it is told so by its size.
                self._files.add(name, size, b"")
            return
        self._files.add(name, size, start[:START_SIZE])
        diff_id = digest if digest in self._diff_ids else None
        if digest in self._done or not self._missing:
            return
        if digest is not None:
            self._done.add(digest)
            self._missing -= {digest}
        yield PassingBlob(
            descriptor=Descriptor(digest=digest or self._no_digest(), size=size, media_type=LAYER_TYPE),
            diff_id=diff_id,
            chunks=self._content(name, is_hashed=digest is None and start.startswith(_COMPRESSED)),
        )

    def _recognize(self, identifier: str, document: bytes) -> None:
        diff_id = self._recognizer.layer_of(identifier, document)
        if diff_id is not None:
            self._legacy[identifier] = diff_id

    def _content(self, name: str, *, is_hashed: bool) -> Iterator[bytes]:
        hasher = hashlib.sha256() if is_hashed else None
        try:
            for view in self._archive.content():
                piece = bytes(view)
                if hasher is not None:
                    hasher.update(piece)
                yield piece
        except LayerError as error:
            raise self._broken(error) from None
        if hasher is not None:
            self._files.add_digest(name, Digest(f"sha256:{hasher.hexdigest()}"))

    def _no_digest(self) -> Digest:
        self._unnamed += 1
        if self._unnamed > self._layer_count:
            raise SourceError(
                f"{self._title} sent more layers than the {self._layer_count:,} that it told of",
                hint=SAVE_IT,
            )
        return Digest(_UNNAMED.format(position=self._unnamed))

    def _broken(self, error: LayerError) -> ImgscopeError:
        if self._tail.failure is not None:
            # Told already to whoever was reading a layer, and the archive ended there for everybody.
            return self._tail.failure
        said = self._tail.complaint()
        reason = f": {said}" if said else f", as its archive {error.message}"
        return SourceError(
            f"{self._title} stopped in the middle of the image{reason}", hint=f"the log of {self._title} may say why"
        )


def _is_document(name: str, start: bytes) -> bool:
    if _DOCUMENT.fullmatch(name) or legacy.DOCUMENT.fullmatch(name):
        return True
    return bool(_BLOB.fullmatch(name)) and start[:1] in (b"{", b"[") and start[_MAGIC_OFFSET:] != b"ustar"


class _Tail:
    """Iterates over `chunks` and remembers the last bytes: Docker writes there what went wrong while it saved.

    `failure` is what `chunks` ended with, if they did not come to their end; more than `limit` bytes is one.
    """

    def __init__(self, chunks: Iterable[bytes], *, title: str, limit: int) -> None:
        self._chunks = iter(chunks)
        self._title = title
        self._limit = limit
        self._passed = 0
        self._last = b""
        self.failure: ImgscopeError | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._chunks:
                self._last = chunk if len(chunk) >= _TAIL_SIZE else (self._last + chunk)[-_TAIL_SIZE:]
                self._passed += len(chunk)
                if self._passed > self._limit:
                    raise LimitError(
                        f"{self._title} sent more than the {self._limit:,} bytes that are read of an image",
                        setting="unpacked-size",
                    )
                yield chunk
        except (SourceError, LimitError) as error:
            self.failure = error
            raise

    def finish(self) -> None:
        """Let the engine come to its end, if that is near; whatever goes wrong there is of no matter."""
        end = self._passed + _LONGEST_REST
        with suppress(ImgscopeError):
            for _ in self:
                if self._passed > end:
                    return

    def complaint(self) -> str:
        """Return what the engine says at the end of the stream, or nothing."""
        self.finish()
        _, mark, rest = self._last[-_TAIL_SIZE:].partition(b'{"errorDetail"')
        try:
            return redact(str(json.loads(mark + rest)["error"]))[:_LONGEST_COMPLAINT]
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
