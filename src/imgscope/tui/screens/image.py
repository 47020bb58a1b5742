"""The one screen of an image: its summary, and the panes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Mount
from textual.screen import Screen
from textual.widgets import Footer

from imgscope.analyze import Inspection
from imgscope.oci.platform import Platform
from imgscope.tui.keys import Key, KeySection, section
from imgscope.tui.messages import GoToPane, GoToPath, LayerHighlighted, OpenFile
from imgscope.tui.model.session import Session
from imgscope.tui.model.summary import summary_of
from imgscope.tui.panes import pane_kinds
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.platforms import PlatformScreen
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.pane import Pane
from imgscope.tui.widgets.pane_stack import WIDE, PaneStack
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.summary_header import SummaryHeader
from imgscope.tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from imgscope.tui.app import InspectApp

_SEVERAL: Final = 2
_SHORTEST_PAUSE: Final = 0.1
"""Seconds between two drawings of progress."""
_FILES: Final = "files"


class ImageScreen(Screen[None]):
    """Shows one pane at a time, or, where there is room, the layers with one of the others beside them."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - textual declares it as if each screen had its own
    BINDINGS: ClassVar[list[BindingType]] = [
        # What changes who has the keys comes before all else: the next key may have come along with this one.
        *(Binding(str(key), f"pane_with_key('{key}')", "", show=False, priority=True) for key in range(1, 10)),
        Binding("tab", "next_pane(1)", "Next pane", show=False, tooltip="next pane", priority=True),
        Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False, tooltip="previous pane", priority=True),
        Binding("p", "platform", "Platform", tooltip="show the image for another platform"),
        Binding("r", "retry", "Retry", tooltip="read again what could not be read"),
        Binding("o", "app.start", "Open", tooltip="open another image"),
    ]

    def __init__(self, session: Session, *, pane: str | None = None) -> None:
        super().__init__()
        self.session = session
        self.kinds = pane_kinds()
        self._header = SummaryHeader()
        self._panes = PaneStack(self.kinds, session)
        self._tabs = TabBar(self.kinds)
        # The app tells of news from when the screen is made, which is before there is anything to show it in.
        self._is_laid_out = False
        self._first_pane = pane or session.settings.start_pane
        self._shown = -_SHORTEST_PAUSE
        self._is_due = False

    @property
    def pane_name(self) -> str:
        """What the pane is called that the reader is in."""
        return self._tabs.active

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._header
        yield self._tabs
        yield self._panes
        yield Footer(show_command_palette=False)

    @on(Mount)
    async def _begin(self) -> None:
        """Begin with what is known before anything was asked."""
        self._is_laid_out = True
        self._header.summary = summary_of(self.session)
        await self.go_to_pane(self._first_pane)
        if self.session.inspection is not None:
            self._tell_counts()

    @property
    def is_up_to_date(self) -> bool:
        """Whether all that the session was told of is shown."""
        return not self._is_due

    def show_progress_soon(self) -> None:
        """Show what the session knows, now or a tenth of a second after the last time: layers may come by thousands."""
        wait = self._shown + _SHORTEST_PAUSE - time.monotonic()
        if wait <= 0:
            self.show_progress()
        elif not self._is_due:
            self._is_due = True
            self.set_timer(wait, self.show_progress)

    def show_progress(self) -> None:
        """Show what the session knows by now."""
        self._shown, self._is_due = time.monotonic(), False
        if not self._is_laid_out:
            return
        self._header.summary = summary_of(self.session)
        self._panes.show_progress()

    def show_inspection(self, inspection: Inspection) -> None:
        """Show an image that was read to its end."""
        if not self._is_laid_out:
            return
        self._header.summary = summary_of(self.session)
        self._panes.show_inspection(inspection)
        self._tell_counts()
        self.refresh_bindings()

    def _tell_counts(self) -> None:
        for kind in self.kinds:
            self._tabs.count(kind.name, kind.count(self.session))

    @on(TabBar.Clicked)
    async def _follow_tab(self, event: TabBar.Clicked) -> None:
        await self.go_to_pane(event.name)

    @on(GoToPane)
    async def _follow_jump(self, event: GoToPane) -> None:
        await self.go_to_pane(event.name)

    @on(GoToPath)
    async def _show_path(self, event: GoToPath) -> None:
        await self.go_to_pane(_FILES)
        self._panes.pane(_FILES).go_to_path(event.path, event.layer)

    @on(OpenFile)
    def _open_file(self, event: OpenFile) -> None:
        if self.session.inspection is not None:
            self.app.push_screen(FileScreen(self.session, event.path, event.layer))

    @on(LayerHighlighted)
    def _follow_layer(self, event: LayerHighlighted) -> None:
        self._panes.follow_layer(event.number)

    async def go_to_pane(self, name: str) -> None:
        """Show the pane called `name` and let it have the keys."""
        self._tabs.activate(name)
        pane = await self._panes.show(name)
        # Not `focus`, which takes its time: the next key may be there already.
        self.set_focus(pane.rows)

    async def action_pane_with_key(self, key: str) -> None:
        """Go to the pane that has `key`; nothing happens where none has it."""
        for kind in self.kinds:
            if kind.key == key:
                await self.go_to_pane(kind.name)

    async def action_next_pane(self, panes: int) -> None:
        """Go `panes` on, around the end."""
        names = [kind.name for kind in self.kinds]
        await self.go_to_pane(names[(names.index(self._tabs.active) + panes) % len(names)])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with the image as it is."""
        if action == "retry":
            return self.session.inspection is not None and not self.session.is_complete
        return True

    def action_retry(self) -> None:
        """Read the image again; what was read already is not fetched again."""
        self.inspect_app.open(self.session.opened, self.session.platform)
        what = "looking for the image again" if self.session.is_complete else "reading again what could not be read"
        self.notify(f"{what} …", timeout=3)

    def action_platform(self) -> None:
        """Ask for another platform and show the image for it."""
        head = self.session.head
        if head is None or len(head.available_platforms) < _SEVERAL:
            self.notify("this image is for one platform only" if head else "the image was not found yet", timeout=3)
            return
        self.app.push_screen(PlatformScreen(head.available_platforms, head.platform), self._open_platform)

    def _open_platform(self, platform: Platform | None) -> None:
        if platform is not None and self.session.head is not None and platform != self.session.head.platform:
            self.inspect_app.open(self.session.opened, platform)

    @property
    def inspect_app(self) -> InspectApp:
        """The app, which opens images."""
        return cast("InspectApp", self.app)

    def key_sections(self) -> Iterator[KeySection]:
        """Yield the keys, those of the pane that the reader is in first."""
        kinds = sorted(self.kinds, key=lambda kind: kind.name != self._tabs.active)
        panes = _joined(
            section(kind.title, type(pane), type(pane.rows), without=(Pane, RowList))
            for kind in kinds
            for pane in (self._panes.pane(kind.name),)
        )
        yield panes[0]
        yield section("Lists", RowList, Pane, FilterBar)
        yield KeySection(
            title="Panes",
            keys=(
                *(Key(keys=(kind.key,), meaning=kind.title) for kind in self.kinds),
                *section("", type(self)).keys,
            ),
        )
        yield from panes[1:]


def _joined(sections: Iterable[KeySection]) -> list[KeySection]:
    """Return `sections` in their order, those that have the same keys as one."""
    titles: dict[tuple[Key, ...], list[str]] = {}
    for each in sections:
        titles.setdefault(each.keys, []).append(each.title)
    return [
        KeySection(title=named[0] if len(named) == 1 else f"{named[0]}, and alike", keys=keys)
        for keys, named in titles.items()
    ]
