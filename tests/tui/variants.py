"""Variants of the example, compared by their manifests, and what reads two of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from imgscope import analyze
from imgscope import progress as events
from imgscope.comparison.compare import side_by_side
from imgscope.comparison.data import COMPARISON_SCHEMA_VERSION, Comparison, ComparisonRun, Variants
from imgscope.comparison.images import image_of_head
from imgscope.difference.several import SeveralTrees
from imgscope.together import ImageEvent
from imgscope.tui.comparison_worker import ComparisonThread, FilesCompared, ImageEnded, ImageNews, Post
from imgscope.tui.model.comparing import Comparing, looked_at
from tests.support.images import BuiltImage
from tests.support.memory import MemorySource
from tests.tui.example import example, smaller, smallest

_REPOSITORY: Final = "ghcr.io/team/app"
_BUILDS: Final[Mapping[str, Callable[[], BuiltImage]]] = {
    f"{_REPOSITORY}:1-base": smallest,
    f"{_REPOSITORY}:1-slim": smaller,
    f"{_REPOSITORY}:1": example,
}


def variants() -> Comparing:
    """Three variants, the smallest first, compared by their manifests."""
    images = [
        msgspec.structs.replace(image_of_head(MemorySource(build()).resolve(None)), reference=reference)
        for reference, build in _BUILDS.items()
    ]
    comparison = Comparison(
        schema_version=COMPARISON_SCHEMA_VERSION,
        complete=True,
        baseline=2,
        images=side_by_side(images, 2),
        failures=(),
        variants=Variants(repository=_REPOSITORY, tag="1", tag_count=3, more_count=0, more=()),
        run=ComparisonRun(version="", started_at="", duration_seconds=0, requests=4, bytes_fetched=0),
    )
    return Comparing.of(comparison)


class ReadAtOnce(ComparisonThread):
    """Knows all of variants as soon as it is started."""

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__(references, analyze.Options())

    def start(self, post: Post) -> None:
        """Post what there is to know."""
        trees = SeveralTrees()
        for position, reference in enumerate(self._references):
            inspection = analyze.inspect_source(MemorySource(_BUILDS[reference]()))
            looked = looked_at(inspection)
            named = msgspec.structs.replace(looked.image, reference=reference)
            trees.take(position, inspection.image.tree)
            post(ImageEnded(position, dataclasses.replace(looked, image=named)))
        post(FilesCompared(trees.finish()))


class HalfRead(ReadAtOnce):
    """Finds variants, and reads half of each."""

    def start(self, post: Post) -> None:
        """Post that much."""
        for position, reference in enumerate(self._references):
            head = dataclasses.replace(MemorySource(_BUILDS[reference]()).resolve(None), reference=reference)
            half = events.LayerProgress(layer=0, received=head.manifest.compressed_size // 2)
            for event in (events.ImageFound(head=head, origins=()), half):
                post(ImageNews(ImageEvent(position=position, reference=reference, event=event)))
