"""What the build left in the image, by kind, the most bytes first, and how not to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imgscope.analyze import Inspection
from imgscope.facts import InstalledPackage
from imgscope.report import Confidence, LeftoverGroup
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone, paragraphs
from imgscope.tui.model.outline import Clip, OutlineRow
from imgscope.tui.model.places import file_rows, layer_lines, layer_numbers, rows_at

_TONES: Final[dict[Confidence, Tone]] = {"high": "warning", "medium": "info", "low": "dim"}
_RANKS: Final[dict[Confidence, int]] = {"low": 0, "medium": 1, "high": 2}

ORDERS: Final = ("bytes", "kind", "confidence")
"""What the rows can be sorted by, in the order of their ranks."""


def leftovers_title(inspection: Inspection) -> str:
    """Return how much is left over, and how much of the image that is."""
    leftovers, size = inspection.report.leftovers, inspection.report.image.unpacked_size
    if not leftovers.groups:
        return "nothing left over by the build"
    share = f", {leftovers.bytes / size:.1%} of the image" if size else ""
    return f"{format_size(leftovers.bytes)} left over by the build{share}"


def leftover_rows(inspection: Inspection) -> Sequence[OutlineRow]:
    """Return a row for each group, with its packages and paths in it.

    Its cells are bytes, confidence, layers, and what it is.
    """
    return tuple(_group(inspection, group) for group in inspection.report.leftovers.groups)


def _group(inspection: Inspection, group: LeftoverGroup) -> OutlineRow:
    return OutlineRow(
        key=group.kind,
        cells=(
            Line(format_size(group.bytes)),
            Line(group.confidence, _TONES[group.confidence]),
            Line(layer_numbers(group.layers), "dim"),
            Line(f"{_title(group.kind)} · {_counts(group)}", "strong"),
        ),
        detail=lambda: _detail(inspection, group),
        below=lambda: _below(inspection, group),
        clip=Clip(text=group.fix, what="the fix", has_lines=True),
        searched=" ".join((group.kind, _title(group.kind), group.confidence, group.fix, *group.packages, *group.paths)),
        ranks=(group.bytes, group.kind, _RANKS[group.confidence]),
    )


def _title(kind: str) -> str:
    return kind.replace("-", " ")


def _counts(group: LeftoverGroup) -> str:
    counts = ((len(group.packages), "package"), (len(group.paths), "path"))
    return ", ".join(format_count(count, name) for count, name in counts if count)


def _detail(inspection: Inspection, group: LeftoverGroup) -> list[Line]:
    return [
        Line(f"{_title(group.kind)}: {format_size(group.bytes)} in {_counts(group)}", "strong"),
        Line(f"confidence: {group.confidence}"),
        *paragraphs(f"fix: {group.fix}", "good"),
        *layer_lines(inspection, group.layers),
    ]


def _below(inspection: Inspection, group: LeftoverGroup) -> Sequence[OutlineRow]:
    named: dict[str, InstalledPackage] = {}
    for package in inspection.image.distribution_packages:
        named.setdefault(package.name, package)
    packages = [_package(inspection, named[name]) for name in group.packages if name in named]
    return (*packages, *rows_at(inspection, group.paths, _cells))


def _package(inspection: Inspection, package: InstalledPackage) -> OutlineRow:
    size = inspection.image.size_of_package(package)
    return OutlineRow(
        key=f"package {package.name}",
        cells=(
            Line(format_size(size)),
            Line(""),
            Line(str(package.layer), "dim"),
            Line(f"package {package.name} {package.version}"),
        ),
        detail=lambda: [
            Line(f"package {package.name} {package.version}", "strong"),
            Line(f"{format_size(size)} in {format_count(len(inspection.image.files_of(package)), 'file')}"),
            *layer_lines(inspection, [package.layer]),
        ],
        below=lambda: file_rows(inspection, inspection.image.files_of(package), _cells),
    )


def _cells(size: Line, layer: Line, path: Line) -> tuple[Line, ...]:
    return (size, Line(""), layer, path)
