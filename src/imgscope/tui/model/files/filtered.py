"""A tree of which only what matches a filter is shown, with the directories that lead there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.text import format_count, format_size
from imgscope.tui.model.files.file_list import never
from imgscope.tui.model.files.filter_match import EXCLUDED, Matcher
from imgscope.tui.model.files.filter_terms import FileFilter
from imgscope.tui.model.files.source import FileItem, FileScope, FileSource
from imgscope.tui.model.lines import Line

_BETWEEN_LOOKS: Final = 16
"""Paths held against the filter before looking whether to stop: each may take as long as `BoundedExpression` lets."""


@dataclass(slots=True)
class _Directory:
    """A directory on the way through the tree: what in it is shown, the bytes of it, and those that are gone."""

    item: FileItem
    parent: _Directory | None
    path: str
    names: int
    is_match: bool
    shown: list[FileItem]
    size: int = 0
    gone: int = 0


class FilteredFiles:
    """What of `source` matches, and how much that is. Directories count what matches only."""

    def __init__(self, source: FileSource, directories: Collection[_Directory], match_count: int) -> None:
        self._source = source
        self._shown = {id(directory.item): directory.shown for directory in directories if directory.shown}
        self._sizes = {id(directory.item): directory.size or -directory.gone for directory in directories}
        self._weights = {id(directory.item): directory.size + directory.gone for directory in directories}
        self.match_count = match_count
        self.scope: FileScope = source.scope
        self.image: InspectedImage = source.image
        self.layer = source.layer
        self.root = source.root
        self.title = f"{source.title.partition(' · ')[0]} · {self._matches()}"

    def _matches(self) -> str:
        if not self.match_count:
            return "nothing matches"
        matches = format_count(self.match_count, "match", "matches")
        return f"{matches}, {format_size(self._sizes[id(self.root)])} (sizes: matches only)"

    @property
    def row_count(self) -> int:
        """How many rows there are when all directories are open."""
        return sum(map(len, self._shown.values()))

    def children(self, item: FileItem) -> Collection[FileItem]:
        """Return what is shown directly in `item`."""
        return self._shown.get(id(item), ())

    def size(self, item: FileItem) -> int:
        """Return the bytes of `item`; of a directory, those of what matches in it, below zero where it is all gone."""
        return self._sizes.get(id(item), 0) if item.is_directory else self._source.size(item)

    def weight(self, item: FileItem) -> int:
        """Return how many bytes are of interest in `item`; of a directory, those of what matches in it."""
        return self._weights.get(id(item), 0) if item.is_directory else self._source.weight(item)

    def kind(self, item: FileItem) -> LayerChangeKind | None:
        """Return what the layer of this tree did to `item`, if it did anything."""
        return self._source.kind(item)

    def origin(self, item: FileItem) -> int | None:
        """Return the layer that `item` comes from, where paths of several layers are shown."""
        return self._source.origin(item)

    def remark(self, item: FileItem) -> list[Line]:
        """Return what there is to say of `item` in this tree besides what it is."""
        return self._source.remark(item)


def filtered(
    source: FileSource, file_filter: FileFilter, *, is_cancelled: Callable[[], bool] = never
) -> FilteredFiles | None:
    """Return what of `source` matches `file_filter`, or None once `is_cancelled` tells to stop.

    Raises `UsageError` for a filter that asks for what there cannot be, or takes too long.
    """
    walk = _Walk(source, Matcher(file_filter, source), is_cancelled)
    if not walk.down():
        return None
    walk.up()
    return FilteredFiles(source, walk.directories, walk.match_count)


class _Walk:
    """The way through the whole tree: down, asking each path, and up again with what was found."""

    def __init__(self, source: FileSource, matcher: Matcher, is_cancelled: Callable[[], bool]) -> None:
        self._source = source
        self._matcher = matcher
        self._is_cancelled = is_cancelled
        root = _Directory(item=source.root, parent=None, path="", names=0, is_match=False, shown=[])
        self.directories = [root]
        self.match_count = 0

    def down(self) -> bool:
        """Find what matches; return whether it came to the end."""
        seen = 0
        # Those that are found on the way are appended, and so their turn comes.
        for directory in self.directories:
            for child in self._source.children(directory.item):
                seen += 1
                if seen % _BETWEEN_LOOKS == 0 and self._is_cancelled():
                    return False
                self._ask(directory, child)
        return True

    def up(self) -> None:
        """Show the directories that lead to what matches, and add up sizes."""
        for directory in reversed(self.directories):
            parent = directory.parent
            if parent is not None and (directory.shown or directory.is_match):
                parent.shown.append(directory.item)
                parent.size += directory.size
                parent.gone += directory.gone

    def _ask(self, directory: _Directory, child: FileItem) -> None:
        matcher, name = self._matcher, child.name
        path = f"{directory.path}/{name}" if matcher.needs_path else ""
        names = matcher.names(name, path, directory.names)
        if names == EXCLUDED:
            return
        is_match = names == matcher.all_names and matcher.is_match(child)
        if child.is_directory:
            below = _Directory(item=child, parent=directory, path=path, names=names, is_match=is_match, shown=[])
            self.directories.append(below)
        elif is_match:
            directory.shown.append(child)
            size = self._source.size(child)
            directory.size += max(size, 0)
            directory.gone -= min(size, 0)
        self.match_count += is_match and not child.is_directory
