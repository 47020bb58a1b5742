"""What an output format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imgscope.dockerfile.parse import Dockerfile
from imgscope.report import ImageReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a format may need to know besides the reports.

    `width` in columns and `color` are what suits the place it goes to. `several`: more than one image was asked for,
    however many could be inspected. `detailed`: lists are not cut short. `dockerfile` is what the images were built
    from, where the user named it: findings are shown where they came to be in it. Rules in `disabled` were not asked.
    """

    width: int = 80
    color: bool = False
    several: bool = False
    detailed: bool = False
    dockerfile: Dockerfile | None = None
    disabled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """A format: `render` returns the whole output, ending in a newline, for one or more reports.

    With `needs_contents` every report has to be a `ReportWithContents`.
    """

    render: Callable[[Sequence[ImageReport], RenderOptions], str]
    needs_contents: bool = False
