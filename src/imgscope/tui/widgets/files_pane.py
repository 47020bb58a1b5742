"""The files of the image, or what one layer did to them."""

from __future__ import annotations

from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import layer_view
from imgscope.tui.messages import LayerViewed
from imgscope.tui.model.file_list import FileList
from imgscope.tui.model.files import ImageFiles, LayerFiles
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.file_tree import FileTree


class FilesPane(Vertical):
    """A tree of one of two scopes: the whole image, or the layer that is highlighted in the layer table."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Static(classes="title", markup=False)
        self.rows = FileTree(id="file-tree")
        self.rows.placeholder = "files follow when all layers are read …"
        self.detail = Detail()
        self._inspection: Inspection | None = None
        self._layer = 0
        self._is_whole = True
        self._whole: FileList[Any] | None = None
        self._layers: dict[int, FileList[Any]] = {}
        self._is_viewing = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        yield self.rows
        yield self.detail

    def show(self, inspection: Inspection) -> None:
        """Show the files of an image that was read."""
        self._inspection = inspection
        self._whole = FileList(ImageFiles(inspection))
        self.rows.placeholder = "there is nothing in it"
        self._update()

    def choose_layer(self, number: int) -> None:
        """Make layer `number` the one to show when a layer is asked for."""
        if number != self._layer:
            self._layer = number
            self._update()

    def choose_scope(self, *, is_whole: bool) -> None:
        """Show the whole image, or the layer."""
        self._is_whole = is_whole
        self._update()

    def toggle_scope(self) -> None:
        """Go from the image to the layer and back."""
        self.choose_scope(is_whole=not self._is_whole)

    def _update(self) -> None:
        if self._inspection is None:
            return
        files = self._whole if self._is_whole else self._layers.get(self._layer)
        if files is None:
            self._entitle(f"layer {self._layer} · comparing with the layers below it …")
            self._view_layer(self._inspection)
            return
        self._entitle(files.title)
        self.rows.show(files)
        if not len(files):
            self.detail.show(())

    def _entitle(self, title: str) -> None:
        self._title.update(content([Line(title, "strong")]))

    def _view_layer(self, inspection: Inspection) -> None:
        # One at a time: who runs through the layers waits for the one they stop at, not for all on the way.
        if not self._is_viewing:
            self._is_viewing = True
            self._work_out(inspection, self._layer)

    @work(thread=True)
    def _work_out(self, inspection: Inspection, number: int) -> None:
        self.post_message(LayerViewed(number, layer_view(inspection.image.tree, number)))

    @on(LayerViewed)
    def _keep_view(self, event: LayerViewed) -> None:
        assert self._inspection is not None
        self._is_viewing = False
        self._layers[event.number] = FileList(LayerFiles(self._inspection, event.number, event.root))
        self._update()

    @on(FileTree.Highlighted)
    def _tell_more(self, event: FileTree.Highlighted) -> None:
        files = self.rows.files
        if files is not None and event.position < len(files):
            self.detail.show(files.detail(event.position))
