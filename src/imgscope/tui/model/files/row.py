"""One path of a file tree in words: its row in the list, and what stands below the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.inside.state import mode_text
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.text import format_size
from imgscope.tui.model.files.source import FileItem, FileSource, node_in_image
from imgscope.tui.model.lines import Line, Tone

SIGNS: Final[dict[LayerChangeKind | None, str]] = {
    "added": "+",
    "modified": "~",
    "metadata": "*",
    "removed": "-",
    None: " ",
}
"""What stands before a path that a layer did something to."""

TONES: Final[dict[LayerChangeKind | None, Tone]] = {
    "added": "good",
    "modified": "warning",
    "metadata": "info",
    "removed": "bad",
    None: "plain",
}
"""In which tone that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One path. `kind` is what a layer did to it; `layer` the one it comes from, where that is of interest.

    A `size` below zero is what is no longer there. `mode` and `owner` are empty where no layer lists the path.
    """

    name: str
    size: int
    is_directory: bool
    kind: LayerChangeKind | None = None
    layer: int | None = None
    mode: str = ""
    owner: str = ""


def file_row(source: FileSource, item: FileItem) -> FileRow:
    """Return what a row shows of `item`."""
    entry = item.entry
    return FileRow(
        name=_name(item),
        size=source.size(item),
        is_directory=item.is_directory,
        kind=source.kind(item),
        layer=source.origin(item),
        mode=mode_text(entry) if entry is not None else "",
        owner=f"{entry.uid}:{entry.gid}" if entry is not None else "",
    )


def file_detail(source: FileSource, item: FileItem) -> list[Line]:
    """Return all there is to say of `item`: path, mode, owner, size, link, package and origin."""
    size = abs(source.size(item))
    lines = [Line(f"/{item.path}", "strong"), Line(_facts(item.entry, size))]
    owner = package_of(source, item)
    if owner is not None:
        lines.append(Line(f"of package {owner}"))
    return [*lines, *source.remark(item)]


def package_of(source: FileSource, item: FileItem) -> str | None:
    """Return name and version of the package that has the path of `item` in the image, if one has."""
    node = node_in_image(source, item)
    owner = source.image.owner(node) if node is not None else None
    return f"{owner.name} {owner.version}" if owner is not None else None


def _name(item: FileItem) -> str:
    entry = item.entry
    if item.is_directory or entry is None:
        return f"{item.name}/"
    if entry.type is EntryType.SYMLINK:
        return f"{item.name} → {entry.link_name}"
    if entry.type is EntryType.HARD_LINK:
        return f"{item.name} = /{entry.link_name.lstrip('/')}"
    return item.name


def _facts(entry: LayerEntry | None, size: int) -> str:
    said = format_size(size) if size < 1000 else f"{format_size(size)} ({size:,} bytes)"
    return f"{mode_text(entry)} · {entry.uid}:{entry.gid} · {said}" if entry is not None else said
