"""How much of anything imgscope is willing to read; reaching a limit is always said, never silent."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Defaults that no honest image reaches. Sizes in bytes, durations in seconds.

    `entry_count`, `unpacked_size` and `kept_size` hold for a whole image: see `Budget`. `path_size` is four
    times what Linux can open. `captured_file_size` is for a file that is kept, `reduced_file_size` for one of which a
    part is, such as a package database: it is in memory for a moment only. `kept_size` is for what of an image stays
    in memory besides its list of entries. `attachment_patience` is how long what is attached to an image is waited
    for once the image was read.
    """

    error_body_size: int = 64 * 1024
    token_body_size: int = 64 * 1024
    archive_manifest_size: int = _MEBIBYTE
    captured_file_size: int = 64 * _MEBIBYTE
    reduced_file_size: int = 256 * _MEBIBYTE
    extended_header_size: int = _MEBIBYTE
    path_size: int = 16 * 1024
    entry_count: int = 5_000_000
    unpacked_size: int = 500 * 1024 * _MEBIBYTE
    kept_size: int = 1024 * _MEBIBYTE
    zstd_window_size: int = 128 * _MEBIBYTE
    concurrent_layers: int = 4
    connections_per_host: int = 8
    connect_timeout: float = 30.0
    silence_timeout: float = 60.0
    attachment_patience: float = 5.0


DEFAULT_LIMITS = Limits()


class Budget:
    """What may still be read of one image, shared by its layers, which are read at the same time.

    Each method takes from what is left and tells whether that was enough; once it was not, nothing is any more.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._entry_count = limits.entry_count
        # Counting on is atomic and far cheaper than a lock, which matters once for each entry.
        self._entries = itertools.count(1)
        self._lock = threading.Lock()
        self._unpacked = limits.unpacked_size
        self._kept = limits.kept_size

    def take_entry(self) -> bool:
        """Take one entry of a layer."""
        return next(self._entries) <= self._entry_count

    def take_layer(self, *, entry_count: int, unpacked_size: int, kept_size: int) -> bool:
        """Take all that a layer brings which was read before."""
        last = next(itertools.islice(self._entries, entry_count - 1, None)) if entry_count else 0
        is_unpacked, is_kept = self.take_unpacked(unpacked_size), self.take_kept(kept_size)
        return last <= self._entry_count and is_unpacked and is_kept

    def take_unpacked(self, size: int) -> bool:
        """Take `size` bytes of an uncompressed archive, or of the holes in its sparse files."""
        with self._lock:
            self._unpacked -= size
            return self._unpacked >= 0

    def take_kept(self, size: int) -> bool:
        """Take `size` bytes that stay in memory."""
        with self._lock:
            self._kept -= size
            return self._kept >= 0
