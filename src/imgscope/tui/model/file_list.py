"""A tree as the flat list of those rows that are open: its cost is what is on show, not what is in the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.tui.model.lines import Line

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One path. `kind` is what a layer did to it; `layer` the one it comes from, where that is of interest.

    A `size` below zero is what is no longer there.
    """

    name: str
    size: int
    is_directory: bool
    kind: LayerChangeKind | None = None
    layer: int | None = None


class FileSource(Protocol[Item]):
    """A tree that can be shown."""

    @property
    def title(self) -> str:
        """What this is the tree of, and how much is in it."""
        ...

    @property
    def shows_layer(self) -> bool:
        """Whether its paths come from several layers."""
        ...

    @property
    def root(self) -> Item:
        """The top, which is not shown itself."""
        ...

    def children(self, item: Item) -> list[Item]:
        """Return what is directly in `item`, the largest first."""
        ...

    def name(self, item: Item) -> str:
        """Return what `item` is called in its directory."""
        ...

    def row(self, item: Item) -> FileRow:
        """Return what a row shows of `item`."""
        ...

    def detail(self, item: Item) -> list[Line]:
        """Return all there is to say of `item`."""
        ...


class _Open(Generic[Item]):
    """A row that is on show."""

    __slots__ = ("depth", "is_open", "item")

    def __init__(self, item: Item, depth: int) -> None:
        self.item = item
        self.depth = depth
        self.is_open = False


class FileList(Generic[Item]):
    """The open rows of `source`. `cursor` is where the reader was last."""

    def __init__(self, source: FileSource[Item]) -> None:
        self._source = source
        self._rows = [_Open(item, 0) for item in source.children(source.root)]
        self.title = source.title
        self.shows_layer = source.shows_layer
        self.cursor = 0

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, position: int) -> FileRow:
        """Return what the row at `position` shows."""
        return self._source.row(self._rows[position].item)

    def detail(self, position: int) -> list[Line]:
        """Return all there is to say of the row at `position`."""
        return self._source.detail(self._rows[position].item)

    def depth(self, position: int) -> int:
        """Return how many directories the row at `position` is in."""
        return self._rows[position].depth

    def is_open(self, position: int) -> bool:
        """Tell whether what is in the directory at `position` is on show."""
        return self._rows[position].is_open

    def open(self, position: int) -> None:
        """Show what is in the directory at `position`; nothing happens for files."""
        row = self._rows[position]
        if row.is_open or not self.row(position).is_directory:
            return
        row.is_open = True
        below = [_Open(item, row.depth + 1) for item in self._source.children(row.item)]
        self._rows[position + 1 : position + 1] = below

    def close(self, position: int) -> None:
        """Hide what is below the row at `position`."""
        row = self._rows[position]
        row.is_open = False
        end = position + 1
        while end < len(self._rows) and self._rows[end].depth > row.depth:
            end += 1
        del self._rows[position + 1 : end]

    def find(self, path: str) -> int:
        """Open the directories above `path` and return where it is; the last one on the way where it is not there."""
        found, start, names = 0, 0, path.strip("/").split("/")
        for depth, name in enumerate(names):
            position = start
            while position < len(self._rows) and self._rows[position].depth >= depth:
                if self._rows[position].depth == depth and self._source.name(self._rows[position].item) == name:
                    break
                position += 1
            else:
                return found
            found = position
            if depth < len(names) - 1:
                self.open(position)
            start = position + 1
        return found

    def parent(self, position: int) -> int:
        """Return where the directory is that the row at `position` is in; `position` itself at the top."""
        depth = self._rows[position].depth
        above = position
        while above > 0 and depth > 0 and self._rows[above].depth >= depth:
            above -= 1
        return above
