"""Treemaps: rectangles that cover the whole, none over another, with areas as they should be."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.squarify import Rectangle, fitting, neighbour, squarify

SIZES = st.lists(st.integers(min_value=1, max_value=10**12), min_size=1, max_size=40).map(
    lambda sizes: sorted(sizes, reverse=True)
)
WIDTH = st.integers(min_value=1, max_value=160)
HEIGHT = st.integers(min_value=1, max_value=48)


def cells(rectangles: list[Rectangle]) -> Counter[tuple[int, int]]:
    """How many rectangles each cell is in."""
    return Counter(
        (x, y)
        for rectangle in rectangles
        for x in range(rectangle.left, rectangle.right)
        for y in range(rectangle.top, rectangle.bottom)
    )


@given(SIZES, WIDTH, HEIGHT)
def test_every_cell_is_in_one_rectangle(sizes: list[int], width: int, height: int) -> None:
    covered = cells(squarify(sizes, width, height))
    assert set(covered) == {(x, y) for x in range(width) for y in range(height)}
    assert set(covered.values()) == {1}


@given(SIZES, WIDTH, HEIGHT)
def test_areas_are_as_sizes_but_for_rounding_at_each_side(sizes: list[int], width: int, height: int) -> None:
    for size, rectangle in zip(sizes, squarify(sizes, width, height), strict=True):
        exact = size / sum(sizes) * width * height
        # Each side is off by less than a cell, wherever the exact one is.
        assert (rectangle.width - 1) * (rectangle.height - 1) <= exact * (1 + 1e-6) + 1e-6 or 0 in (
            rectangle.width,
            rectangle.height,
        )
        assert exact <= (rectangle.width + 1) * (rectangle.height + 1) * (1 + 1e-6)


def test_the_example_of_the_paper_is_laid_out_as_there() -> None:
    # 6 by 4 in squares; a cell is twice as high as it is wide.
    areas = [(each.width, each.height * 2) for each in squarify([6, 6, 4, 3, 2, 2, 1], 600, 200)]
    assert areas[:2] == [(300, 200), (300, 200)]
    assert [round(width * height / 10_000) for width, height in areas] == [6, 6, 4, 3, 2, 2, 1]


def test_nothing_has_no_rectangle_and_no_size_an_empty_one() -> None:
    assert squarify([], 80, 24) == []
    rectangles = squarify([5, 0], 80, 24)
    assert rectangles[0] == Rectangle(0, 0, 80, 24)
    assert rectangles[1].width * rectangles[1].height == 0


@given(SIZES, st.integers(min_value=8, max_value=160), st.integers(min_value=2, max_value=48))
def test_what_is_shown_has_room_for_its_name_and_all_of_it_is_there(sizes: list[int], width: int, height: int) -> None:
    rectangles, count = fitting(sizes, width, height, least=(8, 2))
    assert len(rectangles) in (count, count + 1)
    assert all(each.width >= 8 and each.height >= 2 for each in rectangles)
    assert (len(rectangles) == count) == (count == len(sizes))
    assert len(cells(rectangles)) == width * height


def test_what_has_no_size_is_not_shown() -> None:
    assert fitting([], 80, 24, least=(8, 2)) == ([], 0)
    assert fitting([0, 0], 80, 24, least=(8, 2)) == ([], 0)
    assert fitting([7, 0], 80, 24, least=(8, 2)) == ([Rectangle(0, 0, 80, 24)], 1)


def test_the_many_small_ones_are_one_rectangle_as_large_as_they_are_together() -> None:
    rectangles, count = fitting([1000, *[5] * 100], 90, 24, least=(8, 2))
    assert (rectangles, count) == ([Rectangle(0, 0, 60, 24), Rectangle(60, 0, 90, 24)], 1)


def test_what_is_too_small_to_be_seen_is_a_strip_at_the_bottom() -> None:
    rectangles, count = fitting([600, 400, 1, 1], 80, 24, least=(8, 2))
    assert count == 2
    assert rectangles == [Rectangle(0, 0, 48, 22), Rectangle(48, 0, 80, 22), Rectangle(0, 22, 80, 24)]


def test_the_arrows_lead_to_what_stands_there() -> None:
    left, upper, lower = Rectangle(0, 0, 10, 10), Rectangle(10, 0, 20, 6), Rectangle(10, 6, 20, 10)
    tiles = [left, upper, lower]
    assert neighbour(tiles, 0, "right") == 1, "more of it stands beside"
    assert neighbour(tiles, 1, "left") == neighbour(tiles, 2, "left") == 0
    assert neighbour(tiles, 1, "down") == 2
    assert neighbour(tiles, 2, "up") == 1
    assert neighbour(tiles, 0, "left") == neighbour(tiles, 0, "up") == 0


@given(SIZES, st.integers(min_value=8, max_value=120), st.integers(min_value=2, max_value=40))
def test_the_arrows_lead_to_every_tile(sizes: list[int], width: int, height: int) -> None:
    rectangles, _ = fitting(sizes, width, height, least=(8, 2))
    reached, waiting = set[int](), [0]
    while waiting:
        position = waiting.pop()
        if position not in reached:
            reached.add(position)
            waiting += [neighbour(rectangles, position, direction) for direction in ("left", "right", "up", "down")]
    # Of several beside one tile only the one that stands most beside it is next to it, but that one has neighbours.
    assert reached == set(range(len(rectangles)))
