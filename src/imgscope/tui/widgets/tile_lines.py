"""The lines between the tiles of a treemap, in box-drawing characters (Unicode, U+2500 to U+257F)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from imgscope.tui.model.squarify import Rectangle

_UP, _RIGHT, _DOWN, _LEFT = range(4)
_NONE, _LIGHT, _HEAVY = range(3)
_WEIGHTS: Final = {"LIGHT": _LIGHT, "HEAVY": _HEAVY}
_ARMS: Final = {
    "UP": (_UP,),
    "RIGHT": (_RIGHT,),
    "DOWN": (_DOWN,),
    "LEFT": (_LEFT,),
    "VERTICAL": (_UP, _DOWN),
    "HORIZONTAL": (_LEFT, _RIGHT),
}


def tile_lines(rectangles: Sequence[Rectangle], cursor: int, width: int, height: int) -> list[str]:
    """Return `height` lines of `width` characters: those around `rectangles`, heavy around the one at `cursor`.

    A rectangle's lines are at its left and its top, and at its right and bottom those of what is beside it.
    """
    # For each cell, how heavy the line is that leaves it in each direction.
    arms = [[[_NONE] * 4 for _ in range(width)] for _ in range(height)]
    for number, rectangle in enumerate(rectangles):
        if number != cursor:
            _outline(arms, rectangle, _LIGHT)
    if cursor < len(rectangles):
        _outline(arms, rectangles[cursor], _HEAVY)
    return ["".join(_CHARACTERS[tuple(cell)] for cell in row) for row in arms]


def _outline(arms: list[list[list[int]]], rectangle: Rectangle, weight: int) -> None:
    left, top, right, bottom = rectangle
    for x in range(left, right):
        for y in (top, bottom):
            arms[y][x][_RIGHT] = arms[y][x + 1][_LEFT] = weight
    for y in range(top, bottom):
        for x in (left, right):
            arms[y][x][_DOWN] = arms[y + 1][x][_UP] = weight


def _read_characters() -> dict[tuple[int, ...], str]:
    """Return the characters by how heavy a line leaves each of them up, to the right, down and to the left.

    Their names in Unicode say so: `LIGHT DOWN AND LEFT`, `VERTICAL HEAVY AND RIGHT LIGHT`.
    """
    found: dict[tuple[int, ...], str] = {(_NONE,) * 4: " "}
    for character in map(chr, range(0x2500, 0x254C)):
        name = unicodedata.name(character).removeprefix("BOX DRAWINGS ")
        if "DASH" in name:
            continue
        arms = [_NONE] * 4
        first, _, rest = name.partition(" ")
        parts = name.split(" AND ") if first not in _WEIGHTS else [f"{rest} {first}"]
        for part in parts:
            *directions, weight = part.split()
            for direction in directions:
                for arm in _ARMS.get(direction, ()):
                    arms[arm] = _WEIGHTS[weight]
        found[tuple(arms)] = character
    return found


_CHARACTERS: Final = _read_characters()
