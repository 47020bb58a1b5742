"""A treemap: tiles whose areas are as the sizes of what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from imgscope.tui.model.squarify import Direction, Rectangle, fitting, neighbour
from imgscope.tui.model.tiles import Tile, TileKind, rest_of
from imgscope.tui.widgets.drawing import fit
from imgscope.tui.widgets.tile_lines import tile_lines
from imgscope.tui.widgets.tile_preview import LABEL_HEIGHT, LEAST, preview_lines, tile_label

_KINDS: Final[tuple[TileKind, ...]] = ("directory", "file", "package", "unowned", "layer", "base", "rest")


class Treemap(Widget, can_focus=True):
    """Tiles with lines between them and what they are inside; thick lines are around the one under the cursor.

    What is too small to be told apart is one tile at the end. `tiles` has those on show, that one included. Where there
    is room in a tile, what is inside it is drawn, too; it is not for the cursor, which goes into the tile for that.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move('left')", "Left", show=False, tooltip="the tile on the left"),
        Binding("right,l", "move('right')", "Right", show=False, tooltip="the tile on the right"),
        Binding("up,k", "move('up')", "Up", show=False, tooltip="the tile above"),
        Binding("down,j", "move('down')", "Down", show=False, tooltip="the tile below"),
        Binding("home,g", "go(0)", "Largest", show=False, tooltip="the largest tile"),
        Binding("end,G", "go(-1)", "Smallest", show=False, tooltip="the smallest tile, or what stands for all smaller"),
        Binding("enter", "choose", "Into", tooltip="into what the tile stands for; of a file, to it among the files"),
        Binding("space", "choose", "Into", show=False),
        Binding("backspace,escape,u", "leave", "Out", tooltip="out to what this is in"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "treemap--line",
        "treemap--cursor",
        "treemap--inside",
        *(f"treemap--{kind}" for kind in _KINDS),
    }
    cursor = reactive(0)
    placeholder = reactive("")

    class Highlighted(Message):
        """The cursor stands on another tile, or there are other tiles."""

    class Chosen(Message):
        """The reader wants to look into the tile under the cursor."""

    class Left(Message):
        """The reader wants to go back to what these tiles are in."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.tiles: Sequence[Tile] = ()
        self._all: Sequence[Tile] = ()
        self._rectangles: list[Rectangle] = []
        self._lines: list[str] = []
        self._previews: list[list[str]] = []
        self._total = 0

    @property
    def current(self) -> Tile | None:
        """The tile under the cursor."""
        return self.tiles[self.cursor] if self.cursor < len(self.tiles) else None

    def show(self, tiles: Sequence[Tile], *, cursor: int = 0) -> None:
        """Show `tiles`, which are sorted by their size."""
        self._all = tiles
        self._total = sum(tile.size for tile in tiles)
        self.set_reactive(Treemap.cursor, cursor)
        self._lay_out()

    def on_resize(self) -> None:
        """Fill the room there is."""
        self._lay_out()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a tile."""
        return min(max(cursor, 0), max(len(self.tiles) - 1, 0))

    def watch_cursor(self) -> None:
        """Show where the cursor is."""
        self._draw()
        self.post_message(self.Highlighted())

    def _lay_out(self) -> None:
        # Lines stand on the left and above, and one more closes the right and the bottom.
        width, height = self.size.width - 1, self.size.height - 1
        if width < LEAST[0] or height < LEAST[1]:
            self._rectangles, self.tiles = [], ()
        else:
            self._rectangles, count = fitting([tile.size for tile in self._all], width, height, least=LEAST)
            rest = [rest_of(self._all, count)] if len(self._rectangles) > count else []
            self.tiles = [*self._all[:count], *rest]
        self._previews = [
            preview_lines(tile.inside, rectangle.width - 1, rectangle.height - 1 - LABEL_HEIGHT)
            for rectangle, tile in zip(self._rectangles, self.tiles, strict=True)
        ]
        self.set_reactive(Treemap.cursor, self.validate_cursor(self.cursor))
        self._draw()
        self.post_message(self.Highlighted())

    def _draw(self) -> None:
        self._lines = tile_lines(self._rectangles, self.cursor, self.size.width, self.size.height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the lines at the height `y`, and what stands between them."""
        width = self.size.width
        if not self.tiles or y >= len(self._lines):
            text = self.placeholder if y == 0 and not self.tiles else ""
            return Strip([Segment(fit(f"  {text}", width), self.rich_style)], width)
        crossed = [
            (rectangle.left, number)
            for number, rectangle in enumerate(self._rectangles)
            if rectangle.top < y < rectangle.bottom
        ]
        line, position = self._lines[y], 0
        segments: list[Segment] = []
        for left, number in sorted(crossed):
            rectangle = self._rectangles[number]
            if left + 1 > position:
                segments.append(Segment(line[position : left + 1], self._line_style))
            segments.append(self._inner(number, y - rectangle.top - 1, rectangle))
            position = rectangle.right
        segments.append(Segment(line[position:], self._line_style))
        return Strip(segments).adjust_cell_length(width)

    def _inner(self, number: int, line: int, rectangle: Rectangle) -> Segment:
        style, preview = self._tile_style(number), self._previews[number]
        if preview and line >= LABEL_HEIGHT:
            if number != self.cursor:
                style += self.get_component_rich_style("treemap--inside", partial=True)
            return Segment(preview[line - LABEL_HEIGHT], style)
        width, height = rectangle.width - 1, rectangle.height - 1
        return Segment(tile_label(self.tiles[number], line, width=width, height=height, total=self._total), style)

    def _tile_style(self, number: int) -> Style:
        style = self.get_component_rich_style(f"treemap--{self.tiles[number].kind}")
        return (
            style + self.get_component_rich_style("treemap--cursor", partial=True) if number == self.cursor else style
        )

    @property
    def _line_style(self) -> Style:
        return self.get_component_rich_style("treemap--line")

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the tile that was clicked; look into it if it was there already."""
        for number, rectangle in enumerate(self._rectangles):
            if rectangle.has(event.x, event.y):
                if number == self.cursor:
                    self.action_choose()
                self.cursor = number
                return

    def action_move(self, direction: str) -> None:
        """Move the cursor to the tile that is next in that direction."""
        if self._rectangles:
            self.cursor = neighbour(self._rectangles, self.cursor, cast("Direction", direction))

    def action_go(self, position: int) -> None:
        """Move the cursor to the tile at `position`, below zero from the end."""
        self.cursor = position if position >= 0 else len(self.tiles) + position

    def action_choose(self) -> None:
        """Tell that the reader wants to look into the tile under the cursor."""
        if self.tiles:
            self.post_message(self.Chosen())

    def action_leave(self) -> None:
        """Tell that the reader wants to go back."""
        self.post_message(self.Left())
