"""What only some sources can do: tell what is attached to an image, which platforms there are, and which tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.report import Attachment
from imgscope.sources.base import ImageHead, ImageSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What is attached to an image, in a stable order. `notes` are sentences on what could not be looked up."""

    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


@runtime_checkable
class FindsAttachments(Protocol):
    """A source that keeps signatures, SBOMs and attestations beside its images."""

    def find_attachments(self, head: ImageHead) -> Attached:
        """Look up what is attached to the image that was resolved to `head`; none of it is fetched or verified.

        Called from another thread while layers are read. What goes wrong is among the notes.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One image of several under one name. `compressed_size` is None where `problem` kept it from being told."""

    platform: Platform
    digest: Digest
    compressed_size: int | None
    problem: str | None = None


@runtime_checkable
class ListsVariants(Protocol):
    """A source whose names may stand for images for several platforms."""

    def variants(self) -> tuple[Variant, ...]:
        """Return the images for all platforms in the order of their index, attestations left out; reads no layer.

        Raises what `ImageSource.resolve` raises.
        """
        ...


@runtime_checkable
class ListsTags(Protocol):
    """A source whose images are in a repository with others."""

    def tags(self, progress: Callable[[int], object]) -> tuple[str, ...]:
        """Return all tags of the repository, each once; `progress` is told how many there are so far.

        Raises `SourceError` and its children, `DocumentError` or `LimitError`.
        """
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever serves the repository wants users to know, as far as it said so yet."""
        ...


def variants_of(source: ImageSource) -> tuple[Variant, ...]:
    """Return the images for all platforms; a source that knows of no others has one."""
    if isinstance(source, ListsVariants):
        return source.variants()
    return only_variant(source.resolve(None))


def only_variant(head: ImageHead) -> tuple[Variant]:
    """Return the image of `head` as the only one that there is."""
    size = head.manifest.compressed_size
    return (Variant(platform=head.platform, digest=head.digest, compressed_size=size),)
