"""Reading a gzip file from any position, by checkpoints: copies of the decompressor made on a first pass."""

from __future__ import annotations

import bisect
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

from imgscope.errors import LayerError, LimitError

# A checkpoint costs about 40 KiB of memory; finding a position costs at most this much decompression.
_SPACING: Final = 32 * 1024 * 1024
# Input comes in pieces so small that even a bomb (1:1030) gives bounded output.
_INPUT_SIZE: Final = 16 * 1024
_MAGIC: Final = b"\x1f\x8b\x08"
_GZIP_FORMAT: Final = 31


def is_gzip(start: bytes) -> bool:
    """Tell whether a file that starts like this is gzipped (RFC 1952, section 2.3.1)."""
    return start.startswith(_MAGIC)


class _Decoder(Protocol):
    """The decompressor of zlib, which has no public name."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...

    def copy(self) -> Self: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checkpoint:
    """`decoder` is ready for the compressed byte at `compressed`, which gives the uncompressed one at `position`."""

    position: int
    compressed: int
    decoder: _Decoder


class SeekableGzip:
    """A gzip file of one or several members, which unpacks to at most `limit` bytes.

    Once `first_pass` was read to its end, `read` may be called from several threads. Both raise `LayerError`,
    a sentence without its subject, where the data are broken or end too early.
    """

    def __init__(self, path: Path, *, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._checkpoints = [_Checkpoint(position=0, compressed=0, decoder=zlib.decompressobj(_GZIP_FORMAT))]

    def first_pass(self) -> Iterator[bytes]:
        """Yield all uncompressed bytes, and leave checkpoints behind."""
        return self._decompress(self._checkpoints[0], record=True)

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """Yield `length` uncompressed bytes from `start` on."""
        following = bisect.bisect_right(self._checkpoints, start, key=lambda checkpoint: checkpoint.position)
        nearest = self._checkpoints[following - 1]
        skipped, remaining = start - nearest.position, length
        for piece in self._decompress(nearest):
            taken = piece[skipped : skipped + remaining]
            skipped = max(skipped - len(piece), 0)
            remaining -= len(taken)
            if taken:
                yield taken
            if not remaining:
                return

    def _decompress(self, origin: _Checkpoint, *, record: bool = False) -> Iterator[bytes]:
        decoder, position = origin.decoder.copy(), origin.position
        with self._path.open("rb") as handle:
            handle.seek(origin.compressed)
            while data := handle.read(_INPUT_SIZE):
                while data:
                    if decoder.eof:
                        data = data.lstrip(b"\0")
                        if not is_gzip(data[:1] + _MAGIC[1:]):
                            break
                        decoder = zlib.decompressobj(_GZIP_FORMAT)
                    piece, data = _next_piece(decoder, data)
                    position += len(piece)
                    if position > self._limit:
                        raise LimitError(
                            f"unpacks to more than the {self._limit:,} bytes that are read of an image",
                            setting="unpacked-size",
                        )
                    if piece:
                        yield piece
                if record and position - self._checkpoints[-1].position >= _SPACING:
                    checkpoint = _Checkpoint(position=position, compressed=handle.tell(), decoder=decoder.copy())
                    self._checkpoints.append(checkpoint)
        if not decoder.eof:
            raise LayerError("ends in the middle of its gzip data")


def _next_piece(decoder: _Decoder, data: bytes) -> tuple[bytes, bytes]:
    """Return what `data` unpacks to, and what of it belongs to the next member."""
    try:
        return decoder.decompress(data), decoder.unused_data
    except zlib.error as error:
        raise LayerError(f"has broken gzip data: {error}") from None
