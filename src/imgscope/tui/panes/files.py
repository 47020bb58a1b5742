"""The files of the image, or what one layer did to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import layer_view
from imgscope.tui.messages import LayerViewed
from imgscope.tui.model.file_list import FileList
from imgscope.tui.model.files import ImageFiles, LayerFiles
from imgscope.tui.model.lines import Line
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.pane import Pane, PaneKind


class FilesPane(Pane):
    """A tree of one of two scopes: the whole image, or the layer that is highlighted in the layer table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "toggle_scope", "Image/layer", tooltip="the whole image, or only what one layer did"),
    ]

    def __init__(self, session: Session) -> None:
        self._tree = FileTree(id="file-tree")
        self._tree.placeholder = "files follow when all layers are read …"
        super().__init__(session, self._tree)
        self._inspection: Inspection | None = None
        self._layer = 0
        self._is_whole = True
        self._wanted_path = ""
        self._whole: FileList[Any] | None = None
        self._layers: dict[int, FileList[Any]] = {}
        self._is_viewing = False

    def show_inspection(self, inspection: Inspection) -> None:
        """Show the files of an image that was read."""
        self._inspection = inspection
        self._whole = FileList(ImageFiles(inspection))
        self._tree.placeholder = "there is nothing in it"
        self._update()

    def follow_layer(self, number: int) -> None:
        """Make layer `number` the one to show when a layer is asked for."""
        if number != self._layer:
            self._layer = number
            self._update()

    def go_to_path(self, path: str, layer: int | None) -> None:
        """Show `path` in the image or in what `layer` did."""
        self._is_whole = layer is None
        self._layer = self._layer if layer is None else layer
        self._wanted_path = path
        self._update()

    def action_toggle_scope(self) -> None:
        """Go from the image to the layer and back."""
        self._is_whole = not self._is_whole
        self._update()

    def _update(self) -> None:
        if self._inspection is None:
            return
        files = self._whole if self._is_whole else self._layers.get(self._layer)
        if files is None:
            self.entitle(f"layer {self._layer} · comparing with the layers below it …")
            self._view_layer(self._inspection)
            return
        self.entitle(files.title)
        if self._wanted_path:
            files.cursor = files.find(self._wanted_path)
            self._tree.forget()
            self._wanted_path = ""
        self._tree.show(files)
        if not len(files):
            self._show_detail(())

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
        files = self._tree.files
        if files is not None and event.position < len(files):
            self._show_detail(files.detail(event.position))

    def _show_detail(self, lines: Iterable[Line]) -> None:
        assert self.detail is not None
        self.detail.show(lines)


PANE: Final = PaneKind(name="files", title="Files", short_title="Files", key="2", order=20, build=FilesPane)
