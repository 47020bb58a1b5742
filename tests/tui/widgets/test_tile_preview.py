"""Tiles inside a tile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from imgscope.tui.model.tiles import Tile
from imgscope.tui.widgets.tile_preview import preview_lines


def tile(name: str, size: int) -> Tile:
    return Tile(name=name, size=size, kind="file", detail=tuple)


def test_tiles_are_boxes_with_their_names_sizes_and_shares() -> None:
    assert preview_lines([tile("lib/", 600), tile("bin/", 400)], 33, 6) == [
        " ┌─────────────────┬───────────┐ ",
        " │ lib/            │ bin/      │ ",
        " │ 600 B  60%      │ 400 B     │ ",
        " │                 │           │ ",
        " │                 │           │ ",
        " └─────────────────┴───────────┘ ",
    ]


def test_what_is_too_small_for_a_box_is_one() -> None:
    lines = preview_lines([tile("large", 990), *(tile(f"small{number}", 1) for number in range(10))], 40, 8)
    assert "large" in lines[1]
    assert "… 10 more" in lines[-2]


def test_where_there_is_no_room_nothing_is_drawn() -> None:
    tiles = [tile("a", 1)]
    assert preview_lines(tiles, 19, 20) == []
    assert preview_lines(tiles, 80, 3) == []
    assert preview_lines([], 80, 20) == []
    assert preview_lines([tile("empty", 0)], 80, 20) == []


@given(
    st.lists(st.tuples(st.text(max_size=12), st.integers(0, 1000)), max_size=12).map(
        lambda named: [tile(name, size) for name, size in sorted(named, key=lambda pair: -pair[1])]
    ),
    st.integers(0, 60),
    st.integers(0, 20),
)
def test_every_line_is_as_wide_as_the_tile_whatever_is_in_it(tiles: list[Tile], width: int, height: int) -> None:
    lines = preview_lines(tiles, width, height)
    assert len(lines) in (0, height)
    assert {cell_len(line) for line in lines} <= {width}
