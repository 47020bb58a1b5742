"""What is known of several images that are compared, from the first name to the last figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from imgscope import progress as events
from imgscope._version import __version__
from imgscope.analyze import Inspection
from imgscope.comparison.compare import side_by_side
from imgscope.comparison.data import (
    COMPARISON_SCHEMA_VERSION,
    ComparedImage,
    Comparison,
    ComparisonRun,
    NotCompared,
)
from imgscope.comparison.images import image_of_head, image_of_inspection
from imgscope.difference.several import DifferingPaths
from imgscope.errors import ImgscopeError
from imgscope.report import Package
from imgscope.together import ImageEvent

_INCOMPLETE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What stays of an inspected image: its figures, and what is in it as far as that is set side by side.

    `made_by` tells for each layer what made it.
    """

    image: ComparedImage
    packages: tuple[Package, ...] = ()
    made_by: tuple[str, ...] = ()


def looked_at(inspection: Inspection) -> Looked:
    """Return what is kept of an inspection."""
    image = inspection.image
    return Looked(
        image=image_of_inspection(inspection),
        packages=inspection.report.packages,
        made_by=tuple(image.instruction(number) or "(not recorded)" for number in range(len(image.origins))),
    )


class Comparing:
    """The images called `references`, the first of them the baseline. Used by one thread only.

    `looked` is by the position among these what is known of an image, `errors` why there is nothing to know, `paths`
    what differs in their files once all were read. With a `finished` comparison everything that it says is known from
    the beginning.
    """

    def __init__(self, references: Sequence[str], finished: Comparison | None = None) -> None:
        self.references = tuple(references)
        self.finished = finished
        self.looked: dict[int, Looked] = {}
        self.errors: dict[int, ImgscopeError] = {}
        self.paths: DifferingPaths | None = None
        self._read: set[int] = set()
        self._sizes: dict[int, int] = {}
        self._received: dict[int, dict[int, int]] = {}
        if finished is not None:
            self.looked = {number: Looked(image=image) for number, image in enumerate(finished.images)}
            self._read = set(self.looked)

    @classmethod
    def of(cls, comparison: Comparison) -> Comparing:
        """Return what a comparison that is finished says."""
        return cls([image.reference for image in comparison.images], comparison)

    @property
    def is_over(self) -> bool:
        """Whether every image was read, or cannot be."""
        return len(self._read) + len(self.errors) >= len(self.references)

    @property
    def is_complete(self) -> bool:
        """Whether all of every image was read."""
        if self.finished is not None:
            return self.finished.complete
        contents = [self.looked[number].image.contents for number in self._read]
        return self.is_over and not self.errors and all(each is None or each.complete for each in contents)

    @property
    def exit_code(self) -> int:
        """The exit code of docs/contract.md: that of the gravest error, or that of an image not read to its end."""
        if self.is_over and len(self.errors) == len(self.references):
            return max(error.exit_code for error in self.errors.values())
        return 0 if self.is_complete else _INCOMPLETE

    def apply(self, event: ImageEvent) -> None:
        """Take note of what happens to an image."""
        position, news = event.position, event.event
        if isinstance(news, events.ImageFound):
            self.looked.setdefault(position, Looked(image=image_of_head(news.head)))
            self._sizes[position] = news.head.manifest.compressed_size
        elif isinstance(news, events.LayerProgress):
            self._received.setdefault(position, {})[news.layer] = news.received

    def take(self, position: int, looked: Looked) -> None:
        """Take note of an image that was read."""
        self.looked[position] = looked
        self._read.add(position)

    def fail(self, position: int, error: ImgscopeError) -> None:
        """Take note of why an image is not there to be compared."""
        self.errors[position] = error

    def state_of(self, position: int) -> str:
        """Return in a word or two how far reading an image has come; empty for one that was read."""
        if position in self.errors:
            return "not compared"
        if position in self._read:
            return ""
        if position not in self.looked:
            return "looking for it …"
        received, size = sum(self._received.get(position, {}).values()), self._sizes.get(position, 0)
        return f"reading: {min(received / size, 1):.0%}" if size and received else "found"

    def comparison(self) -> Comparison | None:
        """Return the comparison of what is known, in the order of the images; None where none is."""
        if self.finished is not None:
            return self.finished
        known = sorted(self.looked.keys() - self.errors.keys())
        if not known:
            return None
        return Comparison(
            schema_version=COMPARISON_SCHEMA_VERSION,
            complete=self.is_complete,
            baseline=0,
            images=side_by_side([self.looked[position].image for position in known], 0),
            failures=tuple(
                NotCompared(reference=self.references[position], message=error.message, hint=error.hint)
                for position, error in sorted(self.errors.items())
            ),
            run=ComparisonRun(version=__version__, started_at="", duration_seconds=0, requests=0, bytes_fetched=0),
        )

    @property
    def positions(self) -> list[int]:
        """Return which of the `references` the images of `comparison` are."""
        return sorted(self.looked.keys() - self.errors.keys())
