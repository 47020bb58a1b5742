"""What an image source is. A source finds an image and hands out raw bytes; the core verifies and reads them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.config import ImageConfig
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Manifest
from imgscope.oci.platform import Platform


class DocumentCache(Protocol):
    """Keeps small documents by their digest."""

    def document(self, digest: Digest, fetch: Callable[[], bytes]) -> bytes:
        """Return the bytes of `digest`: those that are kept, or else what `fetch` returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """How sources may connect. `insecure_registries` are hosts, with port if any, that plain HTTP is allowed for.

    Configurations that `cache` knows are not fetched.
    """

    insecure_registries: frozenset[str] = frozenset()
    cache: DocumentCache | None = None
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHead:
    """An image before any of its layers is read.

    `reference` is how people call it, `source` the kind of place it is in. `digest` is the manifest's; where the
    source has none (a docker-archive), the configuration's. `attestations` are the manifests beside it in its index
    that hold statements about it. `notes` are sentences that the user should see. `is_remote` says that layers come
    over a network, where more of them can be under way than there are cores.
    """

    reference: str
    source: str
    digest: Digest
    media_type: str
    manifest: Manifest
    config: ImageConfig
    platform: Platform
    index_digest: Digest | None = None
    available_platforms: tuple[Platform, ...] = ()
    attestations: tuple[Descriptor, ...] = ()
    notes: tuple[str, ...] = ()
    is_remote: bool = False

    @property
    def diff_ids(self) -> tuple[Digest | None, ...]:
        """What each layer unpacks to; None for all of them where the configuration has not one for each."""
        promised = self.config.rootfs.diff_ids or ()
        count = len(self.manifest.layers)
        return promised if len(promised) == count else (None,) * count


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What a source has done so far. `rate_limit` is what a registry said of it, in its own words."""

    requests: int = 0
    bytes_fetched: int = 0
    rate_limit: str | None = None


class ImageSource(Protocol):
    """One image in one place. Safe to use from several threads once resolved."""

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image for `platform` (this machine's, for None), its manifest and configuration verified.

        Raises `SourceError` and its children, `DocumentError`, `IntegrityError` or `LimitError`.
        """
        ...

    def open_blob(
        self, descriptor: Descriptor, start: int = 0, length: int | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Give the raw bytes of a blob from `start` on, `length` of them or all, not verified.

        Raises `SourceError`, on entry or while iterating.
        """
        ...

    def traffic(self) -> Traffic:
        """Tell what was fetched so far."""
        ...

    def close(self) -> None:
        """Let go of connections and files; a blob that is being read from another thread ends with an error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingBlob:
    """A layer that passes by in a stream: `chunks` are its bytes as stored, there until the next one is asked for.

    Where its digest is not known yet, that of `descriptor` is of an algorithm that cannot be verified; where it is
    not known which layer it is, `diff_id` is None. Either then follows from reading it.
    """

    descriptor: Descriptor
    diff_id: Digest | None
    chunks: Iterator[bytes]


SAVE_IT: Final = "run again; if it stays so, write the image to a file (docker save, podman save), and inspect that"
"""What to do where a stream is not what it should be."""


@runtime_checkable
class StreamedSource(ImageSource, Protocol):
    """An image that comes as one stream, each layer once and in the order of the stream: what an engine saves.

    The head that `resolve` returns has what can be told before: its layers are those of the image, but digests,
    sizes and history may be others.
    """

    def passing_layers(self, known: Collection[Digest]) -> Generator[PassingBlob, None, None]:
        """Yield the layers of the image as they pass by, except those whose diff_id is in `known`.

        Other layers may be among them, and some may be missing. Close it when not all are taken. Raises `SourceError`.
        """
        ...

    def settled(self) -> ImageHead:
        """Return the head as it is known after all layers passed by; where the stream broke off, that of `resolve`.

        Raises what `resolve` does.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How a kind of source is found: by a scheme before a colon, or by a path on this machine that it recognises
    within limits.
    """

    schemes: tuple[str, ...]
    open: Callable[[str, SourceOptions], ImageSource]
    recognizes: Callable[[Path, Limits], bool] = field(default=lambda *_: False)
