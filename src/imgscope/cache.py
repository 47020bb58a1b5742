"""Layers that were read before: LayerIndex by diff_id, in the user's cache directory, and configurations of images.

An entry is a file of its own (`layer.stored`). It is written to a temporary file and renamed, so that two processes
never see half of one; it is believed only when its fingerprint holds and it was made by the same format version for
the same `wants`. Damage costs time, never a result; but the fingerprint has no key, so that who can write to the
directory decides what an entry says. A document is kept as it is: its name is its digest.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import platformdirs
import xxhash

from imgscope.cache_lock import Tell, once, remove_abandoned
from imgscope.errors import UsageError
from imgscope.layer import stored
from imgscope.layer.index import LayerIndex
from imgscope.layer.wants import Wants
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.whole_files import UNFINISHED_SUFFIX, make_directory, write_whole

FORMAT_VERSION: Final = 5
"""Goes up whenever LayerIndex or what is read into it changes; older entries are then left to eviction."""

_SUFFIX: Final = ".layer"
_DOCUMENT_SUFFIX: Final = ".document"
_LOCK_SUFFIX: Final = ".lock"
_SECONDS_TO_ABANDON: Final = 24 * 60 * 60
_SECONDS_BETWEEN_LOOKS: Final = 1.0
"""After which a look at all entries finds what other processes stored."""
_LARGEST_CACHE: Final = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheInfo:
    """What the cache holds; `size` in bytes."""

    directory: Path
    layers: int
    size: int
    largest_size: int


class LayerCache:
    """Layers on disk, at most `largest_size` bytes of them.

    `problem` is the last thing that kept an entry from being stored; see `untold_problem`.
    """

    def __init__(
        self, directory: Path | None = None, *, largest_size: int = _LARGEST_CACHE, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self.directory = directory or default_directory()
        self._largest_size = largest_size
        self._purpose = _purpose(limits)
        self.problem: str | None = None
        self._told: str | None = None
        self._telling = threading.Lock()
        # Looking at all entries after each that is stored would take a step for each pair of them.
        self._room = 0
        self._looked = -_SECONDS_BETWEEN_LOOKS

    def load(self, descriptor: Descriptor, diff_id: Digest | None, wants: Wants) -> LayerIndex | None:
        """Return the index of the layer that unpacks to `diff_id`, as a layer of `descriptor`, or None."""
        if diff_id is None:
            return None
        path = self._path(diff_id, wants)
        try:
            index = stored.decode(path.read_bytes())
        except OSError:
            return None
        if index is None or index.diff_id != diff_id:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return as_stored(index, descriptor)

    def obtain(
        self,
        descriptor: Descriptor,
        diff_id: Digest | None,
        wants: Wants,
        *,
        read: Callable[[Tell], LayerIndex],
        waiting: Callable[[int], None],
    ) -> LayerIndex:
        """Return the index of a layer: the one that is kept, or what `read` returns, which is kept then.

        Of all threads and processes that share the cache only one reads a layer at a time; the others are shown by
        `waiting` how far it is, and then find the layer here. `waiting` may raise to stop that.
        """

        def find() -> LayerIndex | None:
            return self.load(descriptor, diff_id, wants)

        def make(tell: Tell) -> LayerIndex:
            index = read(tell)
            self.store(index, wants)
            return index

        index = find()
        if index is not None:
            return index
        if diff_id is None:
            return make(lambda _: None)
        return once(_lock_of(self._path(diff_id, wants)), find=find, make=make, waiting=waiting)

    def document(self, digest: Digest, fetch: Callable[[], bytes]) -> bytes:
        """Return the bytes of `digest`: those that are kept, or what `fetch` returns, which is kept then.

        As with layers, only one fetches a document at a time. What `fetch` returns is not verified for the caller.
        """
        path = self.directory / f"documents-{FORMAT_VERSION}" / f"{digest.algorithm}-{digest.encoded}{_DOCUMENT_SUFFIX}"

        def find() -> bytes | None:
            with contextlib.suppress(OSError):
                content = path.read_bytes()
                if _has_digest(content, digest):
                    os.utime(path)
                    return content
            return None

        def make(_: Tell) -> bytes:
            content = fetch()
            if _has_digest(content, digest):
                self._keep(path, content)
            return content

        kept = find()
        return once(_lock_of(path), find=find, make=make, waiting=lambda _: None) if kept is None else kept

    def store(self, index: LayerIndex, wants: Wants) -> None:
        """Keep `index`, unless it is incomplete. A cache that cannot be written to is a `problem`, not an error."""
        if index.error is not None:
            return
        self._keep(self._path(Digest(index.diff_id), wants), stored.encode(index))

    def _keep(self, path: Path, content: bytes) -> None:
        try:
            make_directory(path.parent)
            write_whole(path, content)
            self._room -= len(content)
            if self._room < 0 or time.monotonic() - self._looked > _SECONDS_BETWEEN_LOOKS:
                self._evict()
        except OSError as error:
            self.problem = f"the cache in {self.directory} cannot be written to: {error.strerror or error}"

    def untold_problem(self) -> str | None:
        """Return the `problem`, unless this returned it before: many images may share the cache."""
        with self._telling:
            told, self._told = self._told, self.problem
            return self.problem if self.problem != told else None

    def info(self) -> CacheInfo:
        """Return how much is kept and where."""
        layers = size = 0
        for entry, status in self._with_status():
            layers += entry.suffix == _SUFFIX
            size += status.st_size
        return CacheInfo(directory=self.directory, layers=layers, size=size, largest_size=self._largest_size)

    def clear(self) -> CacheInfo:
        """Remove every entry, and nothing else; return what was there. Raises `OSError`."""
        info = self.info()
        for entry in self._entries():
            entry.unlink(missing_ok=True)
        self._remove_locks(older_than=0)
        return info

    def _path(self, diff_id: Digest, wants: Wants) -> Path:
        purpose = xxhash.xxh3_64_hexdigest(f"{wants.key}{self._purpose}".encode())
        return self.directory / f"layers-{FORMAT_VERSION}" / f"{diff_id.algorithm}-{diff_id.encoded}-{purpose}{_SUFFIX}"

    def _entries(self) -> Iterator[Path]:
        yield from self.directory.glob(f"layers-*/*{_SUFFIX}")
        yield from self.directory.glob(f"documents-*/*{_DOCUMENT_SUFFIX}")

    def _with_status(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the entries that are there: other processes remove some at any time."""
        for entry in self._entries():
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            yield entry, status

    def _remove_locks(self, *, older_than: float) -> None:
        """Remove what processes that died left behind, where it was not touched for so many seconds."""
        latest = time.time() - older_than
        for lock in self.directory.glob(f"*-*/*{_LOCK_SUFFIX}"):
            with contextlib.suppress(OSError):
                if lock.stat().st_mtime <= latest:
                    remove_abandoned(lock)

    def _evict(self) -> None:
        """Remove the entries that were not used for the longest time until the rest fits."""
        self._remove_locks(older_than=_SECONDS_TO_ABANDON)
        # What killed processes were writing.
        for unfinished in self.directory.glob(f"*/.*{UNFINISHED_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - unfinished.stat().st_mtime > _SECONDS_TO_ABANDON:
                    unfinished.unlink()
        known = [(status.st_mtime, status.st_size, entry) for entry, status in self._with_status()]
        total = sum(size for _, size, _ in known)
        for _, size, entry in sorted(known):
            if total <= self._largest_size:
                break
            entry.unlink(missing_ok=True)
            total -= size
        self._room, self._looked = self._largest_size - total, time.monotonic()


def _purpose(limits: Limits) -> str:
    """Return what tells layers read within `limits` apart from others, where these change what is kept of a layer."""
    kept = (limits.captured_file_size, limits.reduced_file_size)
    usual = (DEFAULT_LIMITS.captured_file_size, DEFAULT_LIMITS.reduced_file_size)
    return "" if kept == usual else repr(kept)


def as_stored(index: LayerIndex, descriptor: Descriptor) -> LayerIndex:
    """Return `index` as that of the blob of `descriptor`, which may hold the same archive compressed in another way."""
    if index.digest == descriptor.digest:
        return index
    return msgspec.structs.replace(
        index,
        digest=str(descriptor.digest),
        compressed_size=descriptor.size,
        compression=_compression_of(descriptor.media_type),
    )


def _compression_of(media_type: str) -> str:
    return next((name for name in ("gzip", "zstd") if media_type.endswith(name)), "none")


def _has_digest(content: bytes, digest: Digest) -> bool:
    hasher = digest.hasher()
    if hasher is None:
        return False
    hasher.update(content)
    return digest.matches(hasher)


def _lock_of(path: Path) -> Path:
    """Return the lock file beside an entry, in a directory that is made if it can be."""
    # Where it cannot, keeping the entry fails for the same reason, and says so.
    with contextlib.suppress(OSError):
        make_directory(path.parent)
    return path.with_name(f"{path.name}{_LOCK_SUFFIX}")


def default_directory() -> Path:
    """Return where the cache is for this user: `$XDG_CACHE_HOME/imgscope` and its equivalents on other systems.

    Raises `UsageError` for a user without a home.
    """
    # Versions of platformdirs tell in different ways that there is no home.
    with contextlib.suppress(RuntimeError):
        directory = Path(platformdirs.user_cache_dir("imgscope", appauthor=False))
        if directory.parts[:1] != ("~",):
            return directory
    raise UsageError(
        "there is no home directory to keep the cache in", hint="set HOME or XDG_CACHE_HOME to a directory"
    )


def cache_of_user(limits: Limits = DEFAULT_LIMITS) -> LayerCache | None:
    """Return the cache of this user for layers read within `limits`; None for a user without a home."""
    try:
        return LayerCache(limits=limits)
    except UsageError:
        return None
