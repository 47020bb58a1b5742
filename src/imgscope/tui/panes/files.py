"""The files of the image, of the image as one layer left it, or what that layer did to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from imgscope.analyze import Inspection
from imgscope.errors import UsageError
from imgscope.tui.messages import OpenFile
from imgscope.tui.model.files.bounded_expression import TooSlow
from imgscope.tui.model.files.file_list import FileList, everything, nothing
from imgscope.tui.model.files.filter_terms import Trait
from imgscope.tui.model.files.filtered import FilteredFiles
from imgscope.tui.model.files.order import ORDERS, following
from imgscope.tui.model.files.source import FileItem
from imgscope.tui.model.files.view import SCOPES, FileView, FileViews, view_title, waiting_title
from imgscope.tui.model.lines import Line
from imgscope.tui.model.session import Session
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.pane import Pane, PaneKind

_MOST_KEPT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    """A view to be worked out, told from others by what it is, with the cursor on `path` if that is not empty."""

    view: FileView
    is_open: Callable[[FileItem], bool]
    opens_few: bool
    path: str


class _WorkedOut(Message):
    """The end of `job`: its `files`, or the `error` in its filter; neither where it was given up for another."""

    def __init__(self, job: _Job, *, files: FileList | None = None, error: UsageError | None = None) -> None:
        super().__init__()
        self.job = job
        self.files = files
        self.error = error


class FilesPane(Pane):
    """A tree of the whole image, or of the layer that is highlighted in the layer table."""

    can_filter = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "t", "next_scope", "Image/layer", tooltip="the whole image; what a layer did; the image up to the layer"
        ),
        Binding("ctrl+l", "toggle_stacked", show=False, tooltip="what the layer did, or the image up to it"),
        Binding("s", "next_order", "Sort", tooltip="sort by size, by name or by change"),
        Binding("c,ctrl+@", "collapse", "Collapse", show=False, tooltip="close all directories"),
        Binding("e", "expand", "Expand", show=False, tooltip="open all directories"),
    ]

    def __init__(self, session: Session) -> None:
        self._tree = FileTree(id="file-tree")
        self._tree.placeholder = "files follow when all layers are read …"
        super().__init__(session, self._tree)
        self._views: FileViews | None = None
        order = next(each for each in ORDERS if each == session.settings.file_order)
        self._view = FileView(order=order)
        self._shown: FileView | None = None
        self._layer = 0
        self._hidden: frozenset[Trait] = frozenset()
        self._path = ""
        self._kept: dict[FileView, FileList] = {}
        self._job: _Job | None = None
        self._is_working = False
        self._trouble: Sequence[Line] = ()

    def show_inspection(self, inspection: Inspection) -> None:
        """Show the files of an image that was read."""
        self._views = FileViews(inspection)
        self._kept.clear()
        self._shown = None
        self._want(self._view)

    def follow_layer(self, number: int) -> None:
        """Make layer `number` the one to show when a layer is asked for."""
        self._layer = number
        if self._view.layer not in (None, number):
            self._want(replace(self._view, layer=number, text=self._typed))

    def go_to_path(self, path: str, layer: int | None) -> None:
        """Show `path` in the image or in what `layer` did; all of it where it is empty."""
        self._path = path
        self._layer = self._layer if layer is None else layer
        self._hidden = frozenset()
        self.filter_bar.clear()
        self._want(FileView(scope="image" if layer is None else "layer", layer=layer, order=self._view.order))

    def filter_by(self, text: str) -> None:
        """Show only what matches `text`."""
        # What is wrong with a filter that was refused is told no longer, whatever is shown meanwhile.
        if text != self._view.text or self._trouble:
            self._want(replace(self._view, text=text))

    def action_next_scope(self) -> None:
        """Go from the image to the layer, to the image up to the layer, and back."""
        self._show_scope((SCOPES.index(self._view.scope) + 1) % len(SCOPES))

    def action_toggle_stacked(self) -> None:
        """Go from what the layer did to the image up to it, and back."""
        self._show_scope(SCOPES.index("stacked" if self._view.scope == "layer" else "layer"))

    def action_next_order(self) -> None:
        """Sort in another way."""
        self._want(replace(self._view, order=following(self._view.order)), trouble=self._trouble)

    def action_expand(self) -> None:
        """Open all directories."""
        self._want(self._view, everything, trouble=self._trouble)

    def action_collapse(self) -> None:
        """Close all directories."""
        self._want(self._view, nothing, trouble=self._trouble)

    @on(FileTree.TraitToggled)
    def _toggle_trait(self, event: FileTree.TraitToggled) -> None:
        event.stop()
        if self._view.layer is None:
            self.notify("Changes are those of one layer: t shows them.", severity="warning")
            return
        both = {"modified", "metadata"} if event.trait == "modified" else {event.trait}
        self._hidden ^= frozenset(cast(set[Trait], both))
        self._want(replace(self._view, hidden=self._hidden), trouble=self._trouble)

    def _show_scope(self, number: int) -> None:
        scope = SCOPES[number]
        is_image = scope == "image"
        layer, hidden = (None, frozenset[Trait]()) if is_image else (self._layer, self._hidden)
        self._want(replace(self._view, scope=scope, layer=layer, hidden=hidden, text=self._typed))

    @property
    def _typed(self) -> str:
        """What stands in the filter line: what one tree refuses is a filter of another."""
        return self.filter_bar.input.value

    def _want(
        self,
        view: FileView,
        is_open: Callable[[FileItem], bool] | None = None,
        *,
        trouble: Sequence[Line] = (),
    ) -> None:
        """Show `view`, at once if it is there; else work it out, with all that is open left open if it has it."""
        self._view, self._trouble = view, trouble
        if self._views is None:
            return
        kept = self._kept.get(view) if is_open is None else None
        path = self._path or self._found_path(view)
        if kept is not None and not path:
            self._job = None
            self._keep_place(view, kept)
            self._show(view, kept)
            return
        opened = kept.opened().__contains__ if kept is not None else self._opened(view)
        self._job = _Job(view=view, is_open=is_open or opened, opens_few=is_open is None, path=path)
        if not self._is_working:
            self._start(self._views, self._job)

    def _opened(self, view: FileView) -> Callable[[FileItem], bool]:
        files = self._tree.files
        return files.opened().__contains__ if files is not None and self._is_same_tree(view) else nothing

    def _found_path(self, view: FileView) -> str:
        """Return what the cursor is on if `view` has what the filter left out: it is to be seen among the others."""
        files, shown = self._tree.files, self._shown
        if files is None or not len(files) or shown is None or not self._is_same_tree(view):
            return ""
        return files.item(self._tree.cursor).path if shown.is_filtered and not view.is_filtered else ""

    def _is_same_tree(self, view: FileView) -> bool:
        shown = self._shown
        return shown is not None and (shown.scope, shown.layer) == (view.scope, view.layer)

    def _start(self, views: FileViews, job: _Job) -> None:
        # One at a time: who runs through the layers waits for the one they stop at, not for all on the way.
        self._is_working = True
        self.entitle(waiting_title(job.view))
        self._work_out(views, job)

    @in_thread()
    def _work_out(self, views: FileViews, job: _Job) -> None:
        worker = get_current_worker()

        def is_cancelled() -> bool:
            return self._job is not job or worker.is_cancelled

        try:
            files = views.file_list(job.view, job.is_open, is_cancelled, opens_few=job.opens_few, path=job.path)
        except UsageError as error:
            self.post_message(_WorkedOut(job, error=error))
        else:
            self.post_message(_WorkedOut(job, files=files))

    @on(_WorkedOut)
    def _take(self, event: _WorkedOut) -> None:
        event.stop()
        self._is_working = False
        if event.job is not self._job:
            if self._job is not None and self._views is not None:
                self._start(self._views, self._job)
            return
        self._job = None
        if event.files is not None:
            if event.job.path:
                self._path = ""
            else:
                self._keep_place(event.job.view, event.files)
            self._show(event.job.view, event.files)
        elif event.error is not None:
            self._refuse(event.job.view, event.error)

    def _refuse(self, view: FileView, error: UsageError) -> None:
        """Say what is wrong with a filter; what is shown stays, unless it is of another tree."""
        trouble = [Line(error.message, "bad"), *([Line(f"hint: {error.hint}")] if error.hint else [])]
        self.filter_bar.tell("takes too long" if isinstance(error, TooSlow) else "is not understood", "bad")
        if not self._is_same_tree(view):
            self._want(replace(view, text=""), trouble=trouble)
        elif self._tree.files is not None and self._shown is not None:
            self._view, self._trouble = self._shown, trouble
            self.entitle(view_title(self._shown, self._tree.files.source))
            self._tell(self._tree.cursor)

    def _show(self, view: FileView, files: FileList) -> None:
        self._shown = view
        if not view.is_filtered:
            self._kept[view] = files
            if len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        self.entitle(view_title(view, files.source))
        self._tree.placeholder = "nothing matches" if view.is_filtered else "there is nothing in it"
        self._tree.show(files)
        if not self._trouble:
            count = files.source.match_count if isinstance(files.source, FilteredFiles) and view.text else None
            self.filter_bar.tell("" if count is None else f"{count:,} match" + "es" * (count != 1))
        if not len(files):
            self._tell(0)

    def _keep_place(self, view: FileView, files: FileList) -> None:
        """Put the cursor on what the reader was at, if `files` has it."""
        before = self._tree.files
        if before is files:
            files.cursor = self._tree.cursor
        elif before is not None and len(before) and self._is_same_tree(view):
            item: FileItem | None = before.item(self._tree.cursor)
            while item is not None and (position := files.position(item)) is None:
                item = item.parent
            files.cursor = position if item is not None and position is not None else 0

    @on(FileTree.Highlighted)
    def _tell_more(self, event: FileTree.Highlighted) -> None:
        self._tell(event.position)

    def _tell(self, position: int) -> None:
        """Say below the list what is wrong with the filter, and what the row at `position` is."""
        files = self._tree.files
        if files is not None:
            self.detail.show([*self._trouble, *(files.detail(position) if position < len(files) else [])])

    @on(FileTree.FileChosen)
    def _open_file(self, event: FileTree.FileChosen) -> None:
        event.stop()
        self.post_message(OpenFile(event.item.path, event.layer))


def _count(session: Session) -> int | None:
    """Return how many files there are in the image, each content counted once."""
    return len(session.inspection.image.tree.files) if session.inspection else None


PANE: Final = PaneKind(
    name="files", title="Files", short_title="Files", key="2", order=20, build=FilesPane, count=_count
)
