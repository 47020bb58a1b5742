"""Rectangles whose areas are as given sizes, as nearly square as may be, in the cells of a terminal.

The algorithm is that of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

CELL_ASPECT: Final = 2.0
"""How many times as high as it is wide a cell of a terminal is."""

Direction = Literal["left", "right", "up", "down"]


class Rectangle(NamedTuple):
    """From `left` and `top` up to, but without, `right` and `bottom`, in cells."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """How many cells it is wide."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """How many cells it is high."""
        return self.bottom - self.top

    def has(self, x: int, y: int) -> bool:
        """Tell whether the cell at `x`, `y` is in it."""
        return self.left <= x < self.right and self.top <= y < self.bottom


class _Area(NamedTuple):
    """A rectangle before it was rounded to cells. All that share an edge have the very same number for it."""

    left: float
    top: float
    right: float
    bottom: float


def squarify(sizes: Sequence[float], width: int, height: int) -> list[Rectangle]:
    """Return a rectangle for each of `sizes`, in their order, which together cover `width` times `height` cells.

    Each differs from the exact area by less than a cell at each of its sides; what is too small for that may be empty.
    It is best for `sizes` to fall, and none may be below zero.
    """
    whole = _Area(0.0, 0.0, float(width), height * CELL_ASPECT)
    scale = width * height * CELL_ASPECT / (math.fsum(sizes) or 1.0)
    areas = _areas([size * scale for size in sizes], whole)
    return [
        Rectangle(
            left=_rounded(area.left),
            top=_rounded(area.top / CELL_ASPECT),
            right=_rounded(area.right),
            bottom=_rounded(area.bottom / CELL_ASPECT),
        )
        for area in areas
    ]


def fitting(sizes: Sequence[int], width: int, height: int, *, least: tuple[int, int]) -> tuple[list[Rectangle], int]:
    """Return rectangles for the first of `sizes`, which fall, and how many of them these are.

    There is one more where the rest is not nothing: it stands for all of that. Where its part of the area is too small
    to be seen, it is a strip at the bottom. As few are left to the rest as it takes for each rectangle to have `least`
    width and height.
    """
    rests = list(itertools.accumulate(reversed(sizes), initial=0))[::-1]
    if not rests[0]:
        return [], 0
    # What has too small an area needs no trying, which would take its time for a directory of many thousand files.
    needed = least[0] * least[1] * rests[0] / (width * height)
    count = sum(size > 0 and size >= needed for size in sizes)
    while count > 0:
        for rectangles in _layouts(sizes[:count], rests[count], width, height, strip=least[1]):
            if all(each.width >= least[0] and each.height >= least[1] for each in rectangles):
                return rectangles, count
        count -= 1
    return [Rectangle(0, 0, width, height)], 0


def _layouts(sizes: Sequence[int], rest: int, width: int, height: int, *, strip: int) -> Iterator[list[Rectangle]]:
    """Yield the ways to show `sizes` and a `rest`, the best first."""
    if not rest:
        yield squarify(sizes, width, height)
        return
    yield squarify([*sizes, rest], width, height)
    if height > strip and rest / (sum(sizes) + rest) <= strip / height:
        bottom = Rectangle(0, height - strip, width, height)
        yield [*squarify(sizes, width, height - strip), bottom]


def neighbour(rectangles: Sequence[Rectangle], position: int, direction: Direction) -> int:
    """Return which rectangle is next to the one at `position`, in that direction; itself where there is none.

    Of several, it is the nearest, and then the one that stands most beside it.
    """
    here = rectangles[position]
    best: tuple[int, int, int] | None = None
    for number, other in enumerate(rectangles):
        distance = _distance(here, other, direction)
        if distance is None:
            continue
        beside = _overlap(here, other, is_vertical=direction in ("up", "down"))
        if beside > 0 and (best is None or (distance, -beside, number) < best):
            best = distance, -beside, number
    return best[2] if best is not None else position


def _distance(here: Rectangle, other: Rectangle, direction: Direction) -> int | None:
    distance = {
        "left": here.left - other.right,
        "right": other.left - here.right,
        "up": here.top - other.bottom,
        "down": other.top - here.bottom,
    }[direction]
    return distance if distance >= 0 else None


def _overlap(here: Rectangle, other: Rectangle, *, is_vertical: bool) -> int:
    if is_vertical:
        return min(here.right, other.right) - max(here.left, other.left)
    return min(here.bottom, other.bottom) - max(here.top, other.top)


def _areas(sizes: Sequence[float], space: _Area) -> Iterator[_Area]:
    position = 0
    while position < len(sizes):
        side = min(space.right - space.left, space.bottom - space.top)
        end = _end_of_row(sizes, position, side)
        row = sizes[position:end]
        is_column = space.right - space.left >= space.bottom - space.top
        strip, space = _split(space, math.fsum(row), is_column=is_column, is_last=end == len(sizes))
        yield from _row(row, strip, is_column=is_column)
        position = end


def _end_of_row(sizes: Sequence[float], position: int, side: float) -> int:
    """Return where the row ends that begins at `position`: as long as one more makes the worst of it squarer."""
    end, total = position + 1, sizes[position]
    worst = _worst(total, sizes[position], sizes[position], side)
    while end < len(sizes):
        total += sizes[end]
        following = _worst(total, sizes[position], sizes[end], side)
        if following > worst:
            break
        worst, end = following, end + 1
    return end


def _worst(total: float, largest: float, smallest: float, side: float) -> float:
    if not (total and smallest and side):
        return math.inf
    return max(side * side * largest / (total * total), total * total / (side * side * smallest))


def _split(space: _Area, size: float, *, is_column: bool, is_last: bool) -> tuple[_Area, _Area]:
    """Return a strip of `size` at the left or the top of `space`, and what is left."""
    if is_column:
        height = space.bottom - space.top
        edge = space.right if is_last or not height else min(space.left + size / height, space.right)
        return space._replace(right=edge), space._replace(left=edge)
    width = space.right - space.left
    edge = space.bottom if is_last or not width else min(space.top + size / width, space.bottom)
    return space._replace(bottom=edge), space._replace(top=edge)


def _row(sizes: Sequence[float], strip: _Area, *, is_column: bool) -> Iterator[_Area]:
    total = math.fsum(sizes) or 1.0
    begin, end = (strip.top, strip.bottom) if is_column else (strip.left, strip.right)
    edge, passed = begin, 0.0
    for number, size in enumerate(sizes):
        passed += size
        following = end if number == len(sizes) - 1 else min(begin + (end - begin) * (passed / total), end)
        yield (strip._replace(top=edge, bottom=following) if is_column else strip._replace(left=edge, right=following))
        edge = following


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)
