"""What of the files the reader wants to see, and working it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import LayerNode, layer_view
from imgscope.tui.model.files.file_list import FileList, everything, never
from imgscope.tui.model.files.filter_terms import Trait
from imgscope.tui.model.files.filter_text import parse_filter
from imgscope.tui.model.files.filtered import filtered
from imgscope.tui.model.files.image import ImageFiles
from imgscope.tui.model.files.layer import LayerFiles
from imgscope.tui.model.files.order import FileOrder, order_phrase
from imgscope.tui.model.files.source import FileItem, FileScope, FileSource
from imgscope.tui.model.files.stacked import StackedFiles

SCOPES: Final[tuple[FileScope, ...]] = ("image", "layer", "stacked")
_FEW_ROWS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """The tree of `scope`, of or up to `layer`, in `order`: what matches the filter `text` and is not in `hidden`.

    The tree of the whole image is of no layer, and hides nothing.
    """

    scope: FileScope = "image"
    layer: int | None = None
    order: FileOrder = "size"
    text: str = ""
    hidden: frozenset[Trait] = frozenset()

    @property
    def is_filtered(self) -> bool:
        """Whether not all of the tree is shown."""
        return bool(self.text.strip() or self.hidden)


class FileViews:
    """Works out the views of one image, in one thread at a time; what is likely to be asked for again is kept."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._image = ImageFiles(inspection.image)
        self._changes: dict[int, LayerNode] = {}
        self._stacked: StackedFiles | None = None

    def file_list(
        self,
        view: FileView,
        is_open: Callable[[FileItem], bool],
        is_cancelled: Callable[[], bool] = never,
        *,
        opens_few: bool = True,
        path: str = "",
    ) -> FileList | None:
        """Return what `view` shows, with those directories open for which `is_open` says so.

        With a `path`, those that lead there are open as well, and the cursor is on it, or on as much of it as there is.
        With `opens_few`, a filter that leaves few rows has them all on show. None once `is_cancelled` tells to stop.
        Raises `UsageError` for a filter that makes no sense.
        """
        wanted = parse_filter(view.text).without(view.hidden)
        source = self._source(view)
        if wanted:
            found = filtered(source, wanted, is_cancelled=is_cancelled)
            if found is None:
                return None
            source, is_open = found, everything if opens_few and found.row_count <= _FEW_ROWS else is_open
        files = FileList(source, view.order, is_open=is_open, is_cancelled=is_cancelled)
        if path and not is_cancelled():
            files.cursor = files.reveal(path) or 0
        return None if is_cancelled() else files

    def _source(self, view: FileView) -> FileSource:
        if view.layer is None:
            return self._image
        changes = self._changes.get(view.layer)
        if changes is None:
            changes = self._changes[view.layer] = layer_view(self._inspection.image.tree, view.layer)
        if view.scope == "layer":
            return LayerFiles(self._inspection, view.layer, changes)
        # A whole tree for each layer would be too many; whoever goes through the layers waits a moment for each.
        if self._stacked is None or self._stacked.layer != view.layer:
            self._stacked = StackedFiles(self._inspection, view.layer, changes)
        return self._stacked


def view_title(view: FileView, source: FileSource) -> str:
    """Return what is shown, without what and in which order, and how much that is, in one line."""
    name, _, amount = source.title.partition(" · ")
    hidden = f" · without {', '.join(sorted(view.hidden))}" if view.hidden else ""
    return f"{name}{hidden} · {order_phrase(view.order, source)} · {amount}"


def waiting_title(view: FileView) -> str:
    """Return what stands above the list while a view is worked out."""
    if view.is_filtered:
        return "filtering …"
    if view.layer is None:
        return "sorting …"
    return f"layer {view.layer} · comparing with the layers below it …"
