"""What stands in a tile of a treemap: its name and size, and, where it is large, what is inside it as smaller tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imgscope.text import format_size
from imgscope.tui.model.squarify import fitting
from imgscope.tui.model.tiles import Tile, rest_of
from imgscope.tui.widgets.drawing import fit
from imgscope.tui.widgets.tile_lines import tile_lines

LEAST: Final = (9, 2)
"""The width and height, lines on two sides included, below which a tile says nothing."""

LABEL_HEIGHT: Final = 2
_LEAST_PREVIEW: Final = (20, 4)


def tile_label(tile: Tile, line: int, *, width: int, height: int, total: int) -> str:
    """Return what stands in `line` of a tile that has `width` cells in `height` lines, one of a `total` size."""
    size, room = format_size(tile.size), width - 2
    if height == 1 and line == 0:
        beside = room - len(size) - 1
        text = f"{fit(tile.name, beside)} {size}" if beside >= 4 else tile.name
    elif line == 0:
        text = tile.name
    elif line == 1:
        share = f"  {tile.size / total:.0%}" if total else ""
        text = size + share if len(size + share) <= room else size
    else:
        text = ""
    return fit(f" {text}" if width > LEAST[0] or len(text) < width else text, width)


def preview_lines(tiles: Sequence[Tile], width: int, height: int) -> list[str]:
    """Return `height` lines of `width` cells with `tiles` in them, which fall by size; none where there is no room."""
    if width < _LEAST_PREVIEW[0] or height < _LEAST_PREVIEW[1]:
        return []
    # A cell stays free on both sides, and the last line closes the right and the bottom.
    rectangles, count = fitting([tile.size for tile in tiles], width - 3, height - 1, least=LEAST)
    if not count:
        return []
    shown = [*tiles[:count], *([rest_of(tiles, count)] if len(rectangles) > count else [])]
    total = sum(tile.size for tile in tiles)
    lines = tile_lines(rectangles, len(rectangles), width - 2, height)
    drawn = []
    for y, line in enumerate(lines):
        parts, position = [" "], 0
        for rectangle, tile in sorted(zip(rectangles, shown, strict=True), key=lambda pair: pair[0].left):
            if rectangle.top < y < rectangle.bottom:
                inner = rectangle.width - 1
                parts.append(line[position : rectangle.left + 1])
                parts.append(
                    tile_label(tile, y - rectangle.top - 1, width=inner, height=rectangle.height - 1, total=total)
                )
                position = rectangle.right
        drawn.append("".join([*parts, line[position:], " "]))
    return drawn
