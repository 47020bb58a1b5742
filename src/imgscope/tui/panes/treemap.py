"""A picture of where the bytes of the image are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.worker import get_current_worker

from imgscope.analyze import Inspection
from imgscope.text import format_size
from imgscope.tui.messages import GoToPath
from imgscope.tui.model.session import Session
from imgscope.tui.model.tiles import VIEWS, Tile, view_of, with_inside
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.pane import Pane, PaneKind
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.tile_list import TileList
from imgscope.tui.widgets.treemap import Treemap


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """What the reader went into, what is in it, and where the cursor was there."""

    tile: Tile
    tiles: Sequence[Tile]
    cursor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """A tile that is looked into, told from others by what it is; it may be all of the image, the top."""

    tile: Tile
    is_top: bool


class _LookedInto(Message):
    """What is in the tile that was `asked` for is there."""

    def __init__(self, asked: _Asked, level: _Level) -> None:
        super().__init__()
        self.asked = asked
        self.level = level


class _LookedInside(Message):
    """What is inside the largest tiles of `level` is there: these are its tiles with that."""

    def __init__(self, level: _Level, tiles: Sequence[Tile]) -> None:
        super().__init__()
        self.level = level
        self.tiles = tiles


class TreemapPane(Pane):
    """The treemap, one view of the image at a time; with the list of its tiles where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "next_view(1)", "View", tooltip="by directory, by package, by layer"),
        Binding("V", "next_view(-1)", "View back", show=False, tooltip="the view before"),
        Binding("f", "go_to_files", "Files", tooltip="to the tile among the files"),
    ]

    def __init__(self, session: Session) -> None:
        self._map = Treemap(id="treemap")
        self._map.placeholder = "a picture follows when all layers are read …"
        self._list = TileList(id="tile-list")
        super().__init__(session, self._map)
        self._inspection: Inspection | None = None
        self._levels: list[_Level] = []
        self._asked: _Asked | None = None
        self._view = 0
        self._is_begun = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        with Horizontal(id="treemap-and-list"):
            yield self._map
            yield self._list
        yield self.detail

    def show_inspection(self, inspection: Inspection) -> None:
        """Show where the bytes are of an image that was read, at once if somebody looks at it."""
        self._inspection = inspection
        self._map.placeholder = "there is nothing in it"
        if self.has_class("-in-sight"):
            self._begin()

    def on_show(self) -> None:
        """Begin with the first view."""
        self._begin()

    def action_next_view(self, views: int) -> None:
        """Look at the image by what comes `views` after what it is looked at by, around the end."""
        if self._inspection is not None:
            self._view = (self._view + views) % len(VIEWS)
            self._look_into(view_of(self._inspection, VIEWS[self._view]), is_top=True)

    def action_go_to_files(self) -> None:
        """Go to the tile under the cursor among the files."""
        tile = self._map.current
        if tile is not None and tile.place is not None:
            self.post_message(GoToPath(tile.place.path, tile.place.layer))

    def _begin(self) -> None:
        if self._inspection is not None and not self._is_begun:
            self._is_begun = True
            self._look_into(view_of(self._inspection, VIEWS[self._view]), is_top=True)

    def _look_into(self, tile: Tile, *, is_top: bool = False) -> None:
        if tile.below is not None:
            self._asked = _Asked(tile=tile, is_top=is_top)
            self._work_out(self._asked, tile.below)

    @in_thread(exclusive=True)
    def _work_out(self, asked: _Asked, below: Callable[[], Sequence[Tile]]) -> None:
        level = _Level(tile=asked.tile, tiles=below())
        self.post_message(_LookedInto(asked, level))
        if not get_current_worker().is_cancelled:
            self.post_message(_LookedInside(level, with_inside(level.tiles)))

    @on(_LookedInto)
    def _show_level(self, event: _LookedInto) -> None:
        event.stop()
        if event.asked is not self._asked:
            return
        self._asked = None
        if event.asked.is_top:
            self._levels = []
        elif self._levels:
            self._levels[-1] = replace(self._levels[-1], cursor=self._map.cursor)
        self._levels.append(event.level)
        self._show()

    @on(_LookedInside)
    def _show_inside(self, event: _LookedInside) -> None:
        event.stop()
        for number, level in enumerate(self._levels):
            if level.tiles is event.level.tiles:
                self._levels[number] = replace(level, tiles=event.tiles)
                if number == len(self._levels) - 1:
                    self._map.show(event.tiles, cursor=self._map.cursor)

    @on(Treemap.Chosen)
    def _choose(self) -> None:
        if self._map.current is not None:
            self._go_into(self._map.current)

    def _go_into(self, tile: Tile) -> None:
        if tile.below is not None and tile.size:
            self._look_into(tile)
        elif tile.place is not None:
            self.post_message(GoToPath(tile.place.path, tile.place.layer))

    @on(Treemap.Left)
    def _leave(self) -> None:
        if self._asked is not None:
            # Who goes back from where they are not yet stays where they are.
            self._asked = self._asked if self._asked.is_top else None
        elif len(self._levels) > 1:
            self._levels.pop()
            self._show()

    @on(Treemap.Highlighted)
    def _tell_more(self) -> None:
        tile = self._map.current
        if tile is not None:
            self.detail.show(tile.detail())
            with self._list.prevent(RowList.Highlighted):
                self._list.cursor = self._map.cursor

    @on(RowList.Highlighted, "#tile-list")
    def _follow_list(self, event: RowList.Highlighted) -> None:
        """Tell of the tile that was clicked; the cursor goes there, or to what stands for all that are as small."""
        event.stop()
        if self._levels and event.position < len(self._levels[-1].tiles):
            self.detail.show(self._levels[-1].tiles[event.position].detail())
            with self._map.prevent(Treemap.Highlighted):
                self._map.cursor = event.position

    @on(RowList.Chosen, "#tile-list")
    def _choose_in_list(self, event: RowList.Chosen) -> None:
        event.stop()
        if self._levels and event.position < len(self._levels[-1].tiles):
            self._go_into(self._levels[-1].tiles[event.position])

    def _show(self) -> None:
        level = self._levels[-1]
        names = [each.tile.name for each in self._levels]
        total = self._levels[0].tile.size
        share = f" ({level.tile.size / total:.0%} of the image)" if total and len(self._levels) > 1 else ""
        self.entitle(f"{' › '.join(names)} · {format_size(level.tile.size)}{share}")
        self._map.show(level.tiles, cursor=level.cursor)
        with self._list.prevent(RowList.Highlighted):
            self._list.show(level.tiles)
            self._list.cursor = self._map.cursor


PANE: Final = PaneKind(
    name="treemap", title="Treemap", short_title="Map", key="9", order=90, build=TreemapPane, stands_alone=True
)
