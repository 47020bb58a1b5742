"""What ships in vain, by why, and which paths that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.waste import Cause
from imgscope.report import WastedPath
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone
from imgscope.tui.model.outline import Bar, OutlineRow, Place
from imgscope.tui.model.places import exact_size, layer_lines, layer_numbers

_TITLES: Final[dict[Cause, str]] = {
    "deleted": "deleted by a later layer",
    "overwritten": "overwritten by a later layer",
    "metadataOnly": "only owner, mode or time changed",
    "duplicateContent": "same content at other paths",
}
_ADVICE: Final[dict[Cause, str]] = {
    "deleted": "Delete in the same RUN that made it: what another layer removes still ships in the one below.",
    "overwritten": "Write it once: every version that layers have ships, and only the last can be seen.",
    "metadataOnly": "Set owner and mode when the file is made (COPY --chown, --chmod): a chown or chmod in a later "
    "layer ships the whole file again.",
    "duplicateContent": "Link the copies to one file, or leave them out.",
}
_TONES: Final[dict[Cause, Tone]] = {
    "deleted": "bad",
    "overwritten": "warning",
    "metadataOnly": "warning",
    "duplicateContent": "info",
}


@dataclass(frozen=True, slots=True)
class _Sum:
    """Bytes in vain, and how many of them base layers ship."""

    size: int = 0
    base_size: int = 0


def waste_title(inspection: Inspection) -> str:
    """Return how much is wasted, how much of it is for this image's Dockerfile to save, and how well layers are used.

    dive counts otherwise: of a path in several layers it holds all bytes for wasted, the copy that is kept as well.
    """
    waste, shipped = inspection.report.waste, inspection.report.image.unpacked_size
    needed = 1 - waste.wasted_bytes / shipped if shipped else 1.0
    said = [f"{format_size(waste.wasted_bytes)} wasted" if waste.wasted_bytes else "nothing wasted"]
    if waste.wasted_bytes:
        said.append(f"{format_size(waste.reclaimable_bytes)} reclaimable")
    said.append(f"efficiency {needed:.1%} (dive: {waste.efficiency:.1%})")
    return " · ".join(said)


def waste_rows(inspection: Inspection) -> Sequence[OutlineRow]:
    """Return a row for each cause with its paths in it; its cells are bytes, share, copies, layers, and what it is."""
    sums, by_path = _sums(inspection)
    paths: dict[Cause, list[WastedPath]] = {cause: [] for cause in _TITLES}
    for path in inspection.report.waste.paths:
        paths[path.cause].append(path)
    total = inspection.report.waste.wasted_bytes
    causes = sorted((cause for cause in _TITLES if sums[cause].size), key=lambda cause: -sums[cause].size)
    return tuple(_cause(inspection, cause, sums[cause], total, paths[cause], by_path) for cause in causes)


def _sums(inspection: Inspection) -> tuple[dict[Cause, _Sum], dict[tuple[str, Cause], _Sum]]:
    by_cause: dict[Cause, _Sum] = dict.fromkeys(_TITLES, _Sum())
    by_path: dict[tuple[str, Cause], _Sum] = {}
    origins = inspection.image.origins
    for copy in inspection.image.wasted:
        base_size = copy.size if origins[copy.layer].from_base else 0
        by_cause[copy.cause] = _added(by_cause[copy.cause], copy.size, base_size)
        key = copy.told_as, copy.cause
        by_path[key] = _added(by_path.get(key, _Sum()), copy.size, base_size)
    return by_cause, by_path


def _added(summed: _Sum, size: int, base_size: int) -> _Sum:
    return _Sum(summed.size + size, summed.base_size + base_size)


def _cause(
    inspection: Inspection,
    cause: Cause,
    summed: _Sum,
    total: int,
    paths: Sequence[WastedPath],
    by_path: Mapping[tuple[str, Cause], _Sum],
) -> OutlineRow:
    base = f", {format_size(summed.base_size)} of it in the base image" if summed.base_size else ""
    return OutlineRow(
        key=cause,
        cells=(
            Line(format_size(summed.size)),
            Bar(summed.size / total if total else 0.0, _TONES[cause]),
            Line(""),
            Line(""),
            Line(f"{_TITLES[cause]}{base}", "strong"),
        ),
        detail=lambda: [
            Line(f"{_TITLES[cause]}: {exact_size(summed.size)}{base}", "strong"),
            Line(_ADVICE[cause], "good"),
        ],
        below=lambda: _below(inspection, summed, paths, by_path),
        begins_open=True,
        is_section=True,
    )


def _below(
    inspection: Inspection, summed: _Sum, paths: Sequence[WastedPath], by_path: Mapping[tuple[str, Cause], _Sum]
) -> Sequence[OutlineRow]:
    rows = [_path(inspection, path, by_path.get((path.path, path.cause), _Sum())) for path in paths]
    rest = summed.size - sum(path.bytes for path in paths)
    if rest > 0:
        cells = (Line(format_size(rest), "dim"), Line(""), Line(""), Line(""), Line("all other paths", "dim"))
        rows.append(OutlineRow(key="…", cells=cells))
    return tuple(rows)


def _path(inspection: Inspection, path: WastedPath, summed: _Sum) -> OutlineRow:
    whose = " (base)" if summed.base_size and summed.base_size == summed.size else ""
    is_directory = path.path.endswith("/")
    copies = format_count(path.copies, "file") if is_directory else f"{path.copies}×"
    gone = path.cause == "deleted"
    return OutlineRow(
        key=f"{path.cause} {path.path}",
        cells=(
            Line(format_size(path.bytes)),
            Line(""),
            Line(copies, "dim"),
            Line(layer_numbers(path.layers), "dim"),
            Line(f"/{path.path}{whose}"),
        ),
        detail=lambda: _detail(inspection, path, summed),
        place=Place(path=path.path.rstrip("/"), layer=path.layers[-1] if gone and path.layers else None),
        searched=f"/{path.path}{whose} {path.cause} {_TITLES[path.cause]}",
    )


def _detail(inspection: Inspection, path: WastedPath, summed: _Sum) -> list[Line]:
    counted = "file" if path.path.endswith("/") else "copy"
    copies = format_count(path.copies, counted, None if counted == "file" else "copies")
    lines = [
        Line(f"/{path.path}", "strong"),
        Line(f"{exact_size(path.bytes)} in vain: {_TITLES[path.cause]}; {copies} shipped", _TONES[path.cause]),
    ]
    if summed.base_size:
        lines.append(Line(f"{format_size(summed.base_size)} of it in layers of the base image"))
    return [*lines, *layer_lines(inspection, path.layers)]
