"""The files that differ between images, as rows that open down to each file."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from imgscope.difference.document import FileChange
from imgscope.difference.several import DifferingPath, DifferingPaths, PathSide
from imgscope.text import format_count, format_size
from imgscope.tui.model.comparing import Comparing
from imgscope.tui.model.files.row import SIGNS, TONES
from imgscope.tui.model.lines import Line
from imgscope.tui.model.outline import OutlineRow

_WORDS: Final[dict[FileChange, str]] = {
    "added": "added",
    "removed": "removed",
    "modified": "modified",
    "metadata": "other metadata only",
}
_FEW: Final = 500


def files_section(comparing: Comparing) -> OutlineRow | None:
    """Return the section of all files that not all images have alike, None where there are none, or none yet."""
    paths = comparing.paths
    if paths is None or not any(paths.counts.values()):
        return None
    positions = comparing.positions
    names = [comparing.references[position] for position in positions]
    rows = _Rows(positions=positions, names=names)
    return OutlineRow(
        key="files",
        cells=(Line("files", "strong"), Line(""), *(_count_cell(paths, position) for position in positions[1:])),
        detail=lambda: [
            Line("files", "strong"),
            *(_count_line(paths, name, position) for name, position in zip(names[1:], positions[1:], strict=True)),
        ],
        below=lambda: rows.below(paths.root, "/"),
        narrowed=lambda words: rows.narrowed(paths.root, words),
        is_section=True,
    )


def _count_cell(paths: DifferingPaths, position: int) -> Line:
    counts = paths.counts.get(position, {})
    return Line(" ".join(f"{SIGNS[change]}{counts[change]:,}" for change in _WORDS if counts.get(change)), "dim")


def _count_line(paths: DifferingPaths, name: str, position: int) -> Line:
    counts = paths.counts.get(position, {})
    told = [f"{counts[change]:,} {_WORDS[change]}" for change in _WORDS if counts.get(change)]
    return Line(f"{name}: {', '.join(told) or 'the same files'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Makes rows of what differs between the images called `names`; with `kept`, only of these paths."""

    positions: Sequence[int]
    names: Sequence[str]
    kept: Container[DifferingPath] | None = None
    begins_open: bool = False

    def narrowed(self, root: DifferingPath, words: Sequence[str]) -> list[OutlineRow]:
        """Return rows of what has all of `words`; where that is little, all of it is on show."""
        kept = root.matching(words)
        return replace(self, kept=kept, begins_open=len(kept) <= _FEW).below(root, "/")

    def below(self, directory: DifferingPath, above: str) -> list[OutlineRow]:
        """Return what is in `directory`, whose path ends with a slash and is `above`."""
        kept = self.kept
        return [self._row(path, f"{above}{path.name}") for path in directory.below() if kept is None or path in kept]

    def _row(self, path: DifferingPath, full: str) -> OutlineRow:
        sides = [path.side(position) for position in self.positions]
        changes = {side.change for side in sides[1:] if side.change is not None}
        # The name is of the tone of what happened, if that is the same for all images.
        tone = TONES[changes.pop()] if len(changes) == 1 else "plain"
        end = "/" if path.is_directory else ""
        return OutlineRow(
            key=full,
            cells=(Line(f"{path.name}{end}", tone), *_cells(sides)),
            detail=lambda: [Line(f"{full}{end}", "strong"), *_side_lines(self.names, sides)],
            below=partial(self.below, path, f"{full}/") if any(path.inside()) else None,
            begins_open=self.begins_open,
            searched=full,
        )


def _cells(sides: Sequence[PathSide]) -> list[Line]:
    first, *others = sides
    return [Line(_size(first)) if first.size is not None else Line("-", "dim"), *map(_cell, others)]


def _size(side: PathSide) -> str:
    return format_size(side.size) if side.size is not None else "gone"


def _cell(side: PathSide) -> Line:
    if side.size is None and side.change is None:
        return Line("-", "dim")
    change = _difference(side.delta) if side.delta and side.change != "added" else ""
    tone = TONES[side.change]
    if side.change is None and side.delta:
        tone = "warning" if side.delta > 0 else "good"
    return Line(f"{SIGNS[side.change]} {_size(side)} {change}".rstrip(), tone)


def _difference(delta: int) -> str:
    return f"{'+' if delta > 0 else '-'}{format_size(abs(delta))}"


def _side_lines(names: Sequence[str], sides: Sequence[PathSide]) -> Iterator[Line]:
    for number, (name, side) in enumerate(zip(names, sides, strict=True)):
        has = format_count(side.size, "byte") if side.size is not None else "nothing"
        how = _WORDS[side.change] if side.change is not None else "other files in it" if side.delta else ""
        aspects = f" ({', '.join(side.aspects)})" if side.aspects else ""
        delta = f"{side.delta:+,}" if side.delta else ""
        told = (has, delta, f"{how}{aspects}") if number else (has,)
        yield Line(f"{name}: {' · '.join(filter(None, told))}")
