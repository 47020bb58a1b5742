"""The variants of an image that its repository has under other tags."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from imgscope.comparison.data import Variants
from imgscope.comparison.siblings import siblings_of
from imgscope.errors import UsageError
from imgscope.oci.reference import Reference
from imgscope.sources import open_source
from imgscope.sources.abilities import ListsTags
from imgscope.sources.base import SourceOptions, Traffic

_MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVariants:
    """The image that was named and its variants: `references` are those to compare, that image first.

    `more` are the tags that there was no room for. `notes` are what the registry wants users to know.
    """

    reference: Reference
    references: tuple[str, ...]
    tag_count: int
    more: tuple[str, ...]
    traffic: Traffic
    notes: tuple[str, ...]

    def told(self) -> Variants:
        """Return what the comparison says of the search."""
        return Variants(
            repository=replace(self.reference, tag=None).familiar,
            tag=self.reference.tag or "",
            tag_count=self.tag_count,
            more_count=len(self.more),
            more=self.more[:_MOST_NAMED],
        )


def find_variants(
    image: str, options: SourceOptions, *, limit: int, progress: Callable[[int], object] = lambda _: None
) -> FoundVariants:
    """Return the variants of `image`, a tag in a registry, at most `limit` besides itself, the most useful first.

    `progress` is told how many tags were listed so far. Raises `UsageError` for an image that has no tag, and what
    `ListsTags.tags` raises.
    """
    hint = "name one by its tag, such as python:3.12"
    with closing(open_source(image, options)) as source:
        if not isinstance(source, ListsTags):
            raise UsageError(f"{image!r} has no variants: it is not in a registry", hint=hint)
        reference = Reference.parse(image.removeprefix("docker://"))
        if reference.tag is None or reference.digest is not None:
            raise UsageError(f"{image!r} has no variants: it is named by its digest", hint=hint)
        tags = source.tags(progress)
        notes, traffic = source.warnings, source.traffic()
    siblings = siblings_of(reference.tag, tags, reference.repository)
    named = (replace(reference, tag=tag).familiar for tag in (reference.tag, *siblings[:limit]))
    return FoundVariants(
        reference=reference,
        references=tuple(named),
        tag_count=len(tags),
        more=tuple(siblings[limit:]),
        traffic=traffic,
        notes=notes,
    )
