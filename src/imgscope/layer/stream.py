"""The bytes of a blob on their way: counted and hashed as they come, then decompressed by what they are.

The media type of a layer is not trusted to tell its compression; the first bytes are (conformance C35).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, cast

from isal import igzip_lib

from imgscope.errors import IntegrityError, LayerError
from imgscope.layer._gzip_header import is_gzip_header_complete
from imgscope.layer._zstd_header import MAGIC, is_zstd_header_complete, zstd_content_size, zstd_header_size
from imgscope.layer.hashing import HashingThread
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import Digest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# isal's stub declares an instance where there is a class.
_GZIP_ERROR: Final = cast("type[Exception]", igzip_lib.IsalError)
# Threads wait for each other between pieces, so that these are not small.
_OUTPUT_SIZE: Final = 2 * 1024 * 1024
_LONGEST_HEADER: Final = 128 * 1024
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_XZ: Final = re.compile(rb"\xfd7zXZ\x00")
_LZ4: Final = re.compile(rb"\x04\x22\x4d\x18")
_FOREIGN: Final = {"bzip2": _BZIP2, "xz": _XZ, "lz4": _LZ4}
_LONGEST_MAGIC: Final = 10


class VerifiedBlob:
    """Iterates over the chunks of a blob and, at their end, raises `IntegrityError` unless size and digest hold.

    More bytes than `size` end it at once. `received` counts bytes so far. The errors begin with a verb: their
    subject is the blob. Hashing happens in `hashing`, which is settled at the end.
    """

    def __init__(
        self, chunks: Iterable[bytes], digest: Digest, size: int, *, hashing: HashingThread | None = None
    ) -> None:
        self._chunks = chunks
        self._digest = digest
        self._size = size
        self._hashing = hashing or HashingThread(lambda: False)
        self.received = 0

    def __iter__(self) -> Iterator[bytes]:
        hasher = self._digest.hasher()
        for chunk in self._chunks:
            self.received += len(chunk)
            if self.received > self._size:
                raise IntegrityError(
                    f"is longer than the {self._size:,} bytes its manifest promises",
                    hint="the registry or a proxy altered it, or the manifest is wrong: make or push the image again",
                )
            if hasher is not None:
                self._hashing.update(hasher, chunk)
            yield chunk
        self._hashing.settle()
        if self.received != self._size:
            raise IntegrityError(
                f"ends after {self.received:,} of {self._size:,} bytes",
                hint="run again; if it stays so, the stored copy is damaged: make or push the image again",
            )
        if hasher is not None and not self._digest.matches(hasher):
            raise IntegrityError(
                f"does not match its digest {self._digest}: "
                f"the bytes received have {self._digest.algorithm}:{hasher.hexdigest()}",
                hint="the stored copy is damaged or was tampered with: make or push the image again",
            )


class _Decoder(Protocol):
    """What igzip and zstd have in common: one gzip member or one zstd frame, with bounded output."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes | memoryview, max_length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Format:
    """`is_header_complete` tells whether a member or frame that starts like this can be given to its decoder.

    `first_size` is how many bytes the decoder gets of it before all others, 0 where that does not matter, and
    `content_size` what its header promises that it unpacks to, None where it does not say.
    """

    name: str
    starts: Callable[[bytes], bool]
    is_header_complete: Callable[[bytes], bool]
    first_size: Callable[[bytes], int]
    decoder: Callable[[Limits], _Decoder]
    content_size: Callable[[bytes], int | None]
    failures: tuple[type[Exception], ...]


class Decompressed:
    """Iterates over the uncompressed bytes of `chunks`, at most `output_size` at a time where they are compressed.

    Several gzip members or zstd frames are one stream (conformance C36). `compression` is `gzip`, `zstd` or
    `none`, and `unknown` until the first bytes came. `trailing` says what followed the compressed data, if
    anything but zeros did. Raises `LayerError` where the compressed data are broken or cut short.
    """

    def __init__(
        self, chunks: Iterable[bytes], *, limits: Limits = DEFAULT_LIMITS, output_size: int = _OUTPUT_SIZE
    ) -> None:
        self._chunks = filter(None, chunks)
        self._limits = limits
        self._output_size = output_size
        self._fed = 0
        self.compression = "unknown"
        self.trailing: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        first = self._at_least(b"", _LONGEST_MAGIC)
        for name, magic in _FOREIGN.items():
            if magic.match(first):
                raise LayerError(
                    f"is compressed with {name}, which image layers may not be",
                    hint="push the image again with gzip or zstd layers",
                )
        for known in _FORMATS:
            if known.starts(first):
                self.compression = known.name
                return self._decoded(known, first)
        self.compression = "none"
        return self._plain(first)

    def _plain(self, first: bytes) -> Iterator[bytes]:
        if first:
            yield first
        yield from self._chunks

    def _decoded(self, known: _Format, data: bytes) -> Iterator[bytes]:
        while data:
            data = self._with_header(known, data)
            promised, unpacked = known.content_size(data), 0
            decoder = known.decoder(self._limits)
            first_size = known.first_size(data)
            given: bytes | memoryview = data[:first_size] or data
            waiting: bytes | memoryview = memoryview(data)[first_size:] if first_size else b""
            while not decoder.eof:
                try:
                    output = decoder.decompress(given, self._output_size)
                except known.failures as error:
                    raise self._broken(known, str(error)) from None
                given, waiting = waiting, b""
                if output:
                    unpacked += len(output)
                    yield output
                if decoder.needs_input and not given and not decoder.eof:
                    given = self._next_chunk()
                    if not given:
                        raise self._cut_short(known)
            if promised not in (None, unpacked):
                raise self._broken(known, f"a frame of {unpacked:,} bytes promises {promised:,}")
            data = self._next_frame(known, decoder.unused_data)

    def _with_header(self, known: _Format, data: bytes) -> bytes:
        """Return `data` with as many chunks added as make a header that the decoder can be given in one piece."""
        while not known.is_header_complete(data):
            chunk = self._next_chunk()
            if not chunk:
                raise self._cut_short(known)
            data += chunk
            if len(data) > _LONGEST_HEADER + len(chunk):
                raise LayerError(f"has a {known.name} header that does not end before byte {self._fed:,} of its blob")
        return data

    def _next_frame(self, known: _Format, rest: bytes) -> bytes:
        """Return the bytes from the next member or frame on, empty at the end; anything else is drained."""
        rest = self._at_least(rest, _LONGEST_MAGIC, skipped=b"\0")
        if not rest or known.starts(rest):
            return rest
        self.trailing = f"bytes after the end of the {known.name} data"
        for _ in self._chunks:
            pass
        return b""

    def _at_least(self, data: bytes, length: int, *, skipped: bytes = b"") -> bytes:
        """Return `data` with as many chunks added as make `length` bytes, leading `skipped` bytes dropped."""
        data = data.lstrip(skipped) if skipped else data
        while len(data) < length and (chunk := self._next_chunk()):
            data = (data + chunk).lstrip(skipped) if skipped else data + chunk
        return data

    def _next_chunk(self) -> bytes:
        """Return the next chunk, empty only at the end."""
        chunk = next(self._chunks, b"")
        self._fed += len(chunk)
        return chunk

    def _broken(self, known: _Format, what: str) -> LayerError:
        return LayerError(f"has broken {known.name} data before byte {self._fed:,} of its blob: {what}")

    def _cut_short(self, known: _Format) -> LayerError:
        return LayerError(f"ends in the middle of its {known.name} data, after {self._fed:,} bytes")


def _starts_zstd(data: bytes) -> bool:
    is_skippable = len(data) >= 4 and 0x50 <= data[0] <= 0x5F and data[1:4] == b"\x2a\x4d\x18"
    return is_skippable or data.startswith(MAGIC)


def _zstd_decoder(limits: Limits) -> _Decoder:
    smallest, largest = zstd.DecompressionParameter.window_log_max.bounds()
    window_log = min(max(limits.zstd_window_size.bit_length() - 1, smallest), largest)
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: window_log})


_FORMATS: Final = (
    _Format(
        "gzip",
        lambda data: data.startswith(b"\x1f\x8b\x08"),
        is_gzip_header_complete,
        lambda _: 0,
        lambda _: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP),
        lambda _: None,
        (_GZIP_ERROR, EOFError),
    ),
    _Format(
        "zstd",
        _starts_zstd,
        is_zstd_header_complete,
        zstd_header_size,
        _zstd_decoder,
        zstd_content_size,
        (zstd.ZstdError, EOFError),
    ),
)
