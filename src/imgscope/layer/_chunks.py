"""A stream of chunks read as if it were one buffer, without joining what need not be joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imgscope.layer._malformed import too_short

_BLOCK_SIZE: Final = 512


class ChunkReader:
    """Takes bytes off the front of `chunks`; `LayerError` where they end too early."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._data = b""
        self._position = 0
        self._before = 0

    @property
    def offset(self) -> int:
        """Bytes taken so far."""
        return self._before + self._position

    def block(self) -> bytes:
        """Return the next 512 bytes, or nothing at the end of the stream."""
        position = self._position
        end = position + _BLOCK_SIZE
        if end <= len(self._data):
            self._position = end
            return self._data[position:end]
        if position == len(self._data) and not self._advance():
            return b""
        return self.take(_BLOCK_SIZE)

    def take(self, length: int) -> bytes:
        """Return exactly `length` bytes."""
        taken = self._data[self._position : self._position + length]
        self._position += len(taken)
        if len(taken) == length:
            return taken
        pieces = [taken]
        missing = length - len(taken)
        while missing:
            piece = bytes(self.piece(missing))
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def piece(self, most: int) -> memoryview:
        """Return between 1 and `most` of the next bytes, without copying them."""
        if self._position == len(self._data) and not self._advance():
            raise too_short(self.offset, most)
        view = memoryview(self._data)[self._position : self._position + most]
        self._position += len(view)
        return view

    def whole(self, length: int) -> memoryview | None:
        """Return exactly the next `length` bytes without copying them, if the present chunk has them all."""
        position = self._position
        end = position + length
        if end > len(self._data):
            return None
        self._position = end
        return memoryview(self._data)[position:end]

    def peek(self, length: int) -> bytes:
        """Return up to `length` of the next bytes without taking them; fewer only at the end of the stream."""
        while len(self._data) - self._position < length:
            rest = self._data[self._position :]
            following = next(self._chunks, None)
            if following is None:
                break
            self._before += self._position
            self._data, self._position = rest + following, 0
        return self._data[self._position : self._position + length]

    def skip(self, length: int, dispensable: int = 0) -> None:
        """Take `length` bytes and forget them; the stream may end before the last `dispensable` of them."""
        while length > len(self._data) - self._position:
            length -= len(self._data) - self._position
            self._position = len(self._data)
            if not self._advance():
                if length <= dispensable:
                    return
                raise too_short(self.offset, length)
        self._position += length

    def drain(self) -> bool:
        """Take everything that is left; tell whether any of it was not zero."""
        found = bool(self._data[self._position :].strip(b"\0"))
        self._position = len(self._data)
        while self._advance():
            found = found or bool(self._data.strip(b"\0"))
            self._position = len(self._data)
        return found

    def _advance(self) -> bool:
        """Move on to the next chunk that has any bytes, once the present one is used up."""
        for chunk in self._chunks:
            if chunk:
                self._before += len(self._data)
                self._data, self._position = chunk, 0
                return True
        return False
