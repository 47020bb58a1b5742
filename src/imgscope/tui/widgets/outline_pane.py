"""A pane that is an outline and what is to be said of the row under its cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from imgscope.analyze import Inspection
from imgscope.text import printable
from imgscope.tui.messages import GoToPath
from imgscope.tui.model.outline import OutlineRow
from imgscope.tui.model.session import Session
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.outline_list import OutlineColumn, OutlineList
from imgscope.tui.widgets.pane import Pane

_WORKING: Final = "one moment …"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a pane shows: the line at its top, and its rows."""

    title: str
    rows: Sequence[OutlineRow]


class WorkedOut(Message):
    """What a pane is to show is there; some of it may follow."""

    def __init__(self, worked: Worked) -> None:
        super().__init__()
        self.worked = worked


class OutlinePane(Pane):
    """Works out its rows in a thread when it is first looked at.

    A kind of it says in `work_out` what they are: one or several times, each time everything that is known by then.
    `noun` says what the list is of while there is none of it, `nothing` what it says when there is nothing.
    """

    can_filter: ClassVar[bool] = True
    noun: ClassVar[str]
    nothing: ClassVar[str]
    columns: ClassVar[Sequence[OutlineColumn]]
    orders: ClassVar[Sequence[str]] = ()
    sorts_at_once: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="copy what matters of the row to the clipboard, such as a fix"),
        Binding("c", "copy", "Copy", show=False),
    ]

    def __init__(self, session: Session) -> None:
        self.list = OutlineList(
            self.columns, id=f"{self.noun}-list", orders=self.orders, sorts_at_once=self.sorts_at_once
        )
        self.list.placeholder = f"{self.noun} follow when all layers are read …"
        super().__init__(session, self.list)
        self._inspection: Inspection | None = None
        self._row_count = 0
        self._is_working = False
        self._can_copy = False

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield what there is to show; called in a thread, and to be left soon once `is_cancelled`."""
        raise NotImplementedError

    def show_inspection(self, inspection: Inspection) -> None:
        """Show what there is of an image that was read, at once if somebody looks at it."""
        self._inspection = inspection
        self.list.placeholder = _WORKING
        if self.has_class("-in-sight"):
            self._begin()

    def on_show(self) -> None:
        """Begin to work out what is to be shown."""
        self._begin()

    def filter_by(self, text: str) -> None:
        """Show only the rows that have all words of `text`."""
        self.list.filter_by(text)
        self._tell_matches()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy where there is something to copy."""
        if action == "copy":
            row = self.list.current
            return row is not None and row.clip is not None
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Put what the row has to be taken along into the clipboard of the terminal."""
        row = self.list.current
        if row is None or row.clip is None:
            return
        self.app.copy_to_clipboard(row.clip.safe_text)
        self.notify(f"copied {printable(row.clip.what)} to the clipboard", markup=False, timeout=3)

    def _begin(self) -> None:
        if self._inspection is not None and not self._is_working:
            self._is_working = True
            self._work(self._inspection)

    @in_thread()
    def _work(self, inspection: Inspection) -> None:
        worker = get_current_worker()
        for worked in self.work_out(inspection, lambda: worker.is_cancelled):
            if worker.is_cancelled:
                return
            self.post_message(WorkedOut(worked))

    @on(WorkedOut)
    def _show(self, event: WorkedOut) -> None:
        event.stop()
        self.entitle(event.worked.title)
        self.list.placeholder = self.nothing
        self._row_count = len(event.worked.rows)
        self.list.show(event.worked.rows)
        self._tell_matches()

    def _tell_matches(self) -> None:
        is_filtered = bool(self.filter_bar.input.value.split())
        self.list.placeholder = "nothing matches the filter" if is_filtered else self.nothing
        self.filter_bar.tell(f"{self.list.outline.top_count:,} of {self._row_count:,}" if is_filtered else "")
        if self.list.row_count == 0:
            self.detail.show(())

    @on(OutlineList.Highlighted)
    def _tell_more(self) -> None:
        row = self.list.current
        if row is not None:
            self.detail.show(row.detail())
        # The footer is made anew by this, which takes longer than all else that a key does.
        can_copy = row is not None and row.clip is not None
        if can_copy != self._can_copy:
            self._can_copy = can_copy
            self.refresh_bindings()

    @on(OutlineList.Chosen)
    def _go_to_place(self) -> None:
        row = self.list.current
        if row is not None and row.place is not None:
            self.post_message(GoToPath(row.place.path, row.place.layer))
