"""The rows of a comparison, with a column for each image that there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.style import Style
from textual.strip import Strip

from imgscope.comparison_names import fitted
from imgscope.tui.model.outline import OutlineRow
from imgscope.tui.widgets.outline_list import OutlineColumn, OutlineList
from imgscope.tui.widgets.row_list import Cell, Column

_TITLE_WIDTH: Final = 28
_NARROW_TITLE_WIDTH: Final = 20
_NARROW: Final = 80
_LEAST_WIDTH: Final = 18
_GOOD_WIDTH: Final = 32
_MOST_WIDTH: Final = 44
_GOOD_TITLE_WIDTH: Final = 40
_MOST_TITLE_WIDTH: Final = 60


class ComparisonList(OutlineList):
    """The first image stays in sight, whichever of the others are; where only one has room, it is any of them."""

    def __init__(self, *, id: str) -> None:
        super().__init__((), id=id)
        self._titles: tuple[str, ...] = ()
        self._wanted = 0

    def show_images(self, titles: Sequence[str], rows: Sequence[OutlineRow]) -> None:
        """Show `rows`, whose cells are a title and one for each of the images called `titles`."""
        self._titles = tuple(titles)
        self.show(rows)

    def shift(self, columns: int) -> None:
        """Show other images beside the first one."""
        self._wanted = self._first(self.scrollable_content_region.width) + columns
        self._wanted = self._first(self.scrollable_content_region.width)
        self.refresh()

    def open_section(self, key: str) -> None:
        """Show what is in the section called `key`, from its title on; nothing happens where there is none."""
        position = self.outline.position_of(key)
        if position is None:
            return
        self.outline.set_open(position, is_open=True)
        self.reload()
        self.cursor = position
        self.scroll_to(y=position, animate=False, force=True)

    def columns(self, width: int) -> Sequence[OutlineColumn]:
        """Return the title, and the images by the numbers that open them; a sign tells that there are more."""
        shown = self._shown(width)
        each = self._column_width(width)
        # Before each name stand its number and a space.
        titles = fitted(self._titles, each - len(f"{len(self._titles)} "))
        more_before = "‹ " if self._first(width) > self._least(width) else ""
        more_after = " ›" if shown and shown[-1] < len(self._titles) - 1 else ""
        return (
            OutlineColumn(title=f"{more_before}compared{more_after}", width=self._title_width(width)),
            *(OutlineColumn(title=f"{number + 1} {titles[number]}", width=each) for number in shown[:-1]),
            *(OutlineColumn(title=f"{number + 1} {titles[number]}") for number in shown[-1:]),
        )

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return the title, set in by the depth of the row, and the cells of the images in sight."""
        row = self.outline.row(position)
        cells = [Cell(*cell) for cell in row.cells if isinstance(cell[0], str)]
        lead = self.lead(position, deepest=self._title_width(width) // 4)
        title = Cell(f"{lead}{cells[0].text}", cells[0].tone)
        return (title, *(cells[number + 1] if number + 1 < len(cells) else Cell("") for number in self._shown(width)))

    def _strip(self, columns: Sequence[Column], cells: Sequence[Cell], width: int, style: Style, *, mark: str) -> Strip:
        # A title with nothing beside it, such as the name of an image that is not there, has all the room.
        if not any(cell.text for cell in cells[1:]):
            columns, cells = (Column(title=""),), cells[:1]
        return super()._strip(columns, cells, width, style, mark=mark)

    def _shown(self, width: int) -> list[int]:
        if not self._titles:
            return []
        first, room = self._first(width), self._room(width)
        if room == 1:
            return [first]
        return [0, *range(first, min(first + room - 1, len(self._titles)))]

    def _least(self, width: int) -> int:
        """Return the first of the images that can be moved aside."""
        return min(self._room(width) - 1, 1)

    def _first(self, width: int) -> int:
        """Return the first of them in sight: there may be other room, or others, than when that was wanted."""
        least, room = self._least(width), self._room(width)
        return max(min(self._wanted, len(self._titles) - max(room - 1, 1)), least)

    def _room(self, width: int) -> int:
        return max((width - _least_title_width(width)) // (_LEAST_WIDTH + 1), 1)

    def _column_width(self, width: int) -> int:
        count = max(len(self._shown(width)), 1)
        return min(max((width - self._title_width(width)) // count - 1, _LEAST_WIDTH), _MOST_WIDTH)

    def _title_width(self, width: int) -> int:
        """Return what titles have when the columns have enough: names of files are long, and set in by their depth."""
        least, count = _least_title_width(width), max(len(self._shown(width)), 1)
        beside_good, beside_most = (width - count * (each + 1) for each in (_GOOD_WIDTH, _MOST_WIDTH))
        return max(least, min(beside_good, _GOOD_TITLE_WIDTH), min(beside_most, _MOST_TITLE_WIDTH))


def _least_title_width(width: int) -> int:
    return _TITLE_WIDTH if width >= _NARROW else _NARROW_TITLE_WIDTH
