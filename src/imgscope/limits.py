"""How much of anything imgscope is willing to read; docs/limits.md says what happens where that is reached."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import TypeVar

_MEBIBYTE = 1024 * 1024


_Default = TypeVar("_Default", int, float)


def _limit(default: _Default, meaning: str) -> _Default:
    limit: _Default = field(default=default, metadata={"meaning": meaning})
    return limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Defaults that no honest image reaches. Sizes in bytes, durations in seconds.

    `entry_count`, `unpacked_size` and `kept_size` hold for a whole image: see `Budget`. Each but `concurrent_layers`,
    which is `--jobs`, is also a key of `[limits]` in a configuration file, written with hyphens: docs/limits.md.
    """

    document_size: int = _limit(4 * _MEBIBYTE, "a manifest, an index or a configuration")
    error_body_size: int = _limit(64 * 1024, "what a registry says together with an error")
    token_body_size: int = _limit(64 * 1024, "the answer of a token server")
    engine_answer_size: int = _limit(
        4 * _MEBIBYTE, "what Docker or Podman says of an image, its layers aside, or of which images it has"
    )
    archive_manifest_size: int = _limit(_MEBIBYTE, "`manifest.json` in a docker-archive")
    captured_file_size: int = _limit(
        64 * _MEBIBYTE, "a file of an image that is kept in memory, and what of a program is"
    )
    # In memory for a moment only.
    reduced_file_size: int = _limit(256 * _MEBIBYTE, "a file of which a part is kept, such as a package database")
    extended_header_size: int = _limit(
        _MEBIBYTE, "an extended header in a layer (pax, GNU), and the map of a sparse file"
    )
    # Four times what Linux can open.
    path_size: int = _limit(16 * 1024, "a path or the target of a link")
    entry_count: int = _limit(5_000_000, "entries of all layers of an image")
    unpacked_size: int = _limit(
        500 * 1024 * _MEBIBYTE,
        "all layers of an image, uncompressed; a gzipped archive of images, and what an engine sends of one, as well",
    )
    kept_size: int = _limit(1024 * _MEBIBYTE, "what of an image stays in memory besides its list of entries")
    zstd_window_size: int = _limit(128 * _MEBIBYTE, "the window that a zstd layer may ask for")
    concurrent_layers: int = _limit(4, "layers that are read at once")
    connections_per_host: int = _limit(8, "connections to one host at once")
    connect_timeout: float = _limit(30.0, "seconds to connect to a host")
    silence_timeout: float = _limit(60.0, "seconds for which a host may say nothing")
    engine_patience: float = _limit(
        1800.0, "seconds that Docker or Podman may take to get an image ready before it sends any of it"
    )
    slowest_rate: int = _limit(1024, "bytes a second that a registry or an engine has to send on average")
    slowness_timeout: float = _limit(300.0, "seconds that are waited beyond what that rate would take")
    attachment_patience: float = _limit(5.0, "seconds to wait for what is attached to an image, once that was read")


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
