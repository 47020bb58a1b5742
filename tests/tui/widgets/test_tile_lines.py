"""Lines between tiles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.squarify import Rectangle, fitting
from imgscope.tui.widgets.tile_lines import tile_lines


def test_lines_meet_and_those_of_the_cursor_are_heavy() -> None:
    tiles = [Rectangle(0, 0, 4, 4), Rectangle(4, 0, 8, 2), Rectangle(4, 2, 8, 4)]
    assert tile_lines(tiles, 1, 9, 5) == [
        "┌───┲━━━┓",
        "│   ┃   ┃",
        "│   ┡━━━┩",
        "│   │   │",
        "└───┴───┘",
    ]


def test_without_a_cursor_all_are_light() -> None:
    assert tile_lines([Rectangle(0, 0, 2, 2)], 7, 3, 3) == ["┌─┐", "│ │", "└─┘"]


@given(
    st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=30).map(lambda sizes: sorted(sizes)[::-1]),
    st.integers(min_value=0, max_value=30),
)
def test_there_is_a_character_wherever_lines_meet(sizes: list[int], cursor: int) -> None:
    rectangles, _ = fitting(sizes, 79, 20, least=(8, 2))
    lines = tile_lines(rectangles, cursor, 80, 21)
    assert {len(line) for line in lines} == {80}
    assert all(lines[each.top][each.left] not in " ─━" for each in rectangles)
