"""Images side by side, while they are read and after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from imgscope.tui.comparison_worker import (
    ComparisonFailed,
    ComparisonThread,
    FilesCompared,
    ImageEnded,
    ImageNews,
)
from imgscope.tui.keys import KeySection, section
from imgscope.tui.messages import OpenImage
from imgscope.tui.model.comparing import Comparing, Looked
from imgscope.tui.model.comparison_rows import column_titles, comparison_rows, comparison_title
from imgscope.tui.model.lines import Line
from imgscope.tui.screens.two_images import TwoImagesScreen
from imgscope.tui.widgets.comparison_list import ComparisonList
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.outline_list import OutlineList
from imgscope.tui.widgets.row_list import RowList

_WAITING: Final = "looking for the images …"
_PAIR: Final = 2
Compare = Callable[[Sequence[str]], ComparisonThread]
"""Makes what reads the images that are named; it is started by whoever asks."""


class ComparisonScreen(Screen[None]):
    """A column for each image and a row for each thing that is told of all of them.

    `thread` reads the images; without one, `comparing` says all there is. With `compare`, which makes what reads the
    images that it is given, the files of two of the images can be asked for where they are not known: they are shown
    on another of these screens, which begins with its files, as `is_pair` says. What was read of one pair is kept.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", tooltip="filter the rows"),
        Binding("ctrl+f", "filter", "Filter", show=False),
        Binding("escape", "clear_filter", "Clear filter", show=False, tooltip="clear the filter and close its line"),
        Binding("f", "files", "Files", tooltip="the files of two of the images, which are read for that"),
        Binding("less_than_sign,comma", "shift(-1)", "Columns", tooltip="the columns of the images before"),
        Binding("greater_than_sign,full_stop", "shift(1)", "Columns", tooltip="the columns of the images after"),
        *(
            Binding(str(digit), f"open_image({digit})", "Open image", show=False, tooltip="the screen of that image")
            for digit in range(1, 10)
        ),
        Binding("J,shift+down", "scroll_detail(3)", "Text down", show=False, tooltip="scroll the text below the list"),
        Binding("K,shift+up", "scroll_detail(-3)", "Text up", show=False, tooltip="scroll the text back"),
    ]

    def __init__(
        self,
        comparing: Comparing,
        thread: ComparisonThread | None = None,
        *,
        compare: Compare | None = None,
        is_pair: bool = False,
    ) -> None:
        super().__init__()
        self.comparing = comparing
        self.is_pair = is_pair
        self._error: BaseException | None = None
        self._thread = thread
        self._compare = compare
        self._pair: ComparisonScreen | None = None
        self._states: list[str] = []
        self._title = Static(classes="title", markup=False)
        self._filter = FilterBar()
        self._list = ComparisonList(id="comparison-list")
        self._list.placeholder = _WAITING
        self._detail = Detail()

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        yield self._filter
        yield self._list
        yield self._detail
        yield Footer(show_command_palette=False)

    @property
    def error(self) -> BaseException | None:
        """What should not have ended the comparison, or that of two of the images."""
        return self._error or (self._pair.error if self._pair is not None else None)

    def on_mount(self) -> None:
        """Show what is known, and begin to read."""
        self._show()
        self.set_focus(self._list)
        if self._thread is not None:
            self._thread.start(self.post_message)
        elif self.is_pair:
            self.call_after_refresh(self._go_to_files)

    def on_unmount(self) -> None:
        """Let nothing be read for a screen that nobody sees."""
        self.stop()

    def stop(self) -> None:
        """Read no more."""
        if self._thread is not None:
            self._thread.stop()
        if self._pair is not None:
            self._pair.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the files of two images where they are not on show and all images are known."""
        return self._offers_files() if action == "files" else True

    def _offers_files(self) -> bool:
        count = len(self.comparing.positions)
        are_shown = self.comparing.finished is None and count == _PAIR
        return self._compare is not None and self.comparing.is_over and count >= _PAIR and not are_shown

    @on(ImageNews)
    def _take_news(self, message: ImageNews) -> None:
        self.comparing.apply(message.event)
        states = [self.comparing.state_of(number) for number in range(len(self.comparing.references))]
        if states != self._states:
            self._states = states
            self._show()

    @on(ImageEnded)
    def _take_end(self, message: ImageEnded) -> None:
        if isinstance(message.outcome, Looked):
            self.comparing.take(message.position, message.outcome)
        else:
            self.comparing.fail(message.position, message.outcome)
        self._show()

    @on(FilesCompared)
    def _take_files(self, message: FilesCompared) -> None:
        self.comparing.paths = message.paths
        self._show()
        if self.is_pair:
            self._go_to_files()

    def _go_to_files(self) -> None:
        """Show the files that differ, unless the reader has gone elsewhere meanwhile."""
        if self._list.outline.position_of("files") is None and self.comparing.is_complete:
            self.notify("the files of both are the same", timeout=5)
        elif self._list.cursor == 0:
            self._list.open_section("files")

    @on(ComparisonFailed)
    def _give_up(self, message: ComparisonFailed) -> None:
        self._error = message.error
        self.app.exit()

    def _show(self) -> None:
        self._title.update(content([Line(comparison_title(self.comparing), "strong")]))
        if self.comparing.is_over and not self.comparing.positions:
            self._list.placeholder = "no image could be compared"
        self._list.show_images(column_titles(self.comparing), comparison_rows(self.comparing))
        self.refresh_bindings()

    @on(RowList.Highlighted)
    def _tell_more(self) -> None:
        row = self._list.current
        if row is not None:
            self._detail.show(row.detail())

    @on(FilterBar.Changed)
    def _filter_rows(self, event: FilterBar.Changed) -> None:
        self._list.filter_by(event.text)
        self._list.placeholder = "nothing matches the filter" if event.text.split() else _WAITING
        if not self._list.row_count:
            self._detail.show(())

    @on(FilterBar.Left)
    def _leave_filter(self) -> None:
        self.set_focus(self._list)

    def action_filter(self) -> None:
        """Open the filter line."""
        self._filter.display = True
        self.set_focus(self._filter.input)

    def action_clear_filter(self) -> None:
        """Show everything again."""
        self._filter.clear()
        self.set_focus(self._list)

    def action_shift(self, columns: int) -> None:
        """Show the columns of other images, where there is no room for all."""
        self._list.shift(columns)

    def action_open_image(self, number: int) -> None:
        """Show the screen of the image in that column, the first one being 1."""
        positions = self.comparing.positions
        if number <= len(positions):
            self.notify(f"opening image {number} …", timeout=2)
            self.post_message(OpenImage(self.comparing.references[positions[number - 1]]))

    def action_files(self) -> None:
        """Ask for two of the images where there are more, and show their files."""
        comparison, names = (
            self.comparing.comparison(),
            [self.comparing.references[n] for n in self.comparing.positions],
        )
        baseline = comparison.baseline if comparison is not None else 0
        if len(names) == _PAIR:
            self._show_pair((baseline, 1 - baseline))
        else:
            self.app.push_screen(TwoImagesScreen(names, baseline), self._show_pair)

    def _show_pair(self, chosen: tuple[int, int] | None) -> None:
        if chosen is None or self._compare is None:
            return
        positions = self.comparing.positions
        references = tuple(self.comparing.references[positions[number]] for number in chosen)
        before = self._pair.comparing if self._pair is not None else None
        if before is not None and before.references == references and before.is_complete and before.paths is not None:
            self._pair = ComparisonScreen(before, is_pair=True)
        else:
            self._pair = ComparisonScreen(Comparing(references), self._compare(references), is_pair=True)
        self.app.push_screen(self._pair)

    def action_scroll_detail(self, lines: int) -> None:
        """Scroll the text below the list."""
        self._detail.scroll_relative(y=lines, animate=False)

    def key_sections(self) -> Iterator[KeySection]:
        """Yield the keys."""
        yield section("Comparison", type(self))
        yield section("Lists", RowList, OutlineList, FilterBar)
