"""What the treemap shows: the image by directory, by package or by layer, and what is in each of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from imgscope.analyze import Inspection
from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType
from imgscope.phrases import made_by
from imgscope.text import format_count
from imgscope.tui.model.files.order import sorted_in_parts
from imgscope.tui.model.lines import Line
from imgscope.tui.model.outline import Place
from imgscope.tui.model.places import exact_size, file_detail, layer_lines

TileKind = Literal["directory", "file", "package", "unowned", "layer", "base", "rest"]
ViewName = Literal["directory", "package", "layer"]
VIEWS: Final[tuple[ViewName, ...]] = ("directory", "package", "layer")
_Sized = tuple[str, int]
_LARGE: Final = 0.04
"""The share of all that is on show from which a tile has room for others in it, on a large terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Something with a size in bytes; `below` returns what is in it, the largest first, None where nothing can be.

    `inside` is the same where it was worked out already, to be seen before anybody goes there.
    """

    name: str
    size: int
    kind: TileKind
    detail: Callable[[], Sequence[Line]]
    below: Callable[[], Sequence[Tile]] | None = None
    place: Place | None = None
    inside: Sequence[Tile] = ()


def with_inside(tiles: Sequence[Tile]) -> Sequence[Tile]:
    """Return `tiles` with what is inside the largest of them."""
    total = sum(tile.size for tile in tiles)
    return [replace(tile, inside=_inside(tile)) if tile.size >= total * _LARGE else tile for tile in tiles]


def _inside(tile: Tile) -> Sequence[Tile]:
    """Return what is in `tile`; where that is a single directory, what is in that, and so on."""
    inside = tile.below() if tile.below is not None else ()
    while len(inside) == 1 and inside[0].below is not None and (below := inside[0].below()):
        inside = [replace(each, name=f"{inside[0].name}{each.name}") for each in below]
    return inside


def view_of(inspection: Inspection, view: ViewName) -> Tile:
    """Return all of the image, to be looked at by `view`."""
    below = {"directory": _root, "package": _packages, "layer": _layers}[view]
    tree = inspection.image.tree
    size = inspection.report.image.unpacked_size if view == "layer" else tree.size_of(tree.root)
    return Tile(
        name=f"by {view}",
        size=size,
        kind="directory",
        detail=lambda: [Line(f"the image by {view}", "strong"), Line(exact_size(size))],
        below=lambda: below(inspection),
    )


def rest_of(tiles: Sequence[Tile], count: int) -> Tile:
    """Return the tile that stands for all of `tiles` but the first `count`; where that is only one, it is that."""
    rest = tiles[count:]
    if len(rest) == 1:
        return rest[0]
    size = sum(tile.size for tile in rest)
    title = f"… {format_count(len(rest), 'more', 'more')}"
    return Tile(
        name=title,
        size=size,
        kind="rest",
        detail=lambda: [Line(f"{title}, too small to be shown apart", "strong"), Line(exact_size(size))],
        below=(lambda: rest) if count else None,
    )


def _root(inspection: Inspection) -> Sequence[Tile]:
    return _children(inspection, inspection.image.tree.root)


def _children(inspection: Inspection, directory: Node) -> Sequence[Tile]:
    return _largest(_node(inspection, node) for node in (directory.children or {}).values())


def _node(inspection: Inspection, node: Node) -> Tile:
    return Tile(
        name=f"{node.name}/" if node.is_directory else node.name,
        size=inspection.image.tree.size_of(node),
        kind="directory" if node.is_directory else "file",
        detail=lambda: file_detail(inspection, node),
        below=(lambda: _children(inspection, node)) if node.is_directory else None,
        place=Place(path=node.path),
    )


def _packages(inspection: Inspection) -> Sequence[Tile]:
    image = inspection.image
    owned = [_package(inspection, package) for package in image.packages]
    others = image.unowned()
    size = sum(node.size for node in others)
    unowned = Tile(
        name="of no package",
        size=size,
        kind="unowned",
        detail=lambda: [Line(f"{format_count(len(others), 'file')} of no package", "strong"), Line(exact_size(size))],
        below=lambda: _grouped([(node.path, node.size) for node in others], "", None),
    )
    return _largest([*owned, unowned])


def _package(inspection: Inspection, package: InstalledPackage) -> Tile:
    size = inspection.image.size_of_package(package)
    return Tile(
        name=package.name,
        size=size,
        kind="package",
        detail=lambda: [
            Line(f"package {package.name} {package.version} ({package.type})", "strong"),
            Line(exact_size(size)),
            *layer_lines(inspection, [package.layer]),
        ],
        below=lambda: _grouped(_owned(inspection, package), "", None),
    )


def _owned(inspection: Inspection, package: InstalledPackage) -> list[_Sized]:
    """Return the files that are counted as those of `package`, as some may have several owners."""
    image = inspection.image
    return [(node.path, node.size) for node in image.files_of(package) if image.owner(node) is package]


def _layers(inspection: Inspection) -> Sequence[Tile]:
    return _largest(_layer(inspection, number) for number in range(len(inspection.report.layers)))


def _layer(inspection: Inspection, number: int) -> Tile:
    layer = inspection.report.layers[number]
    made = made_by(inspection.image.instruction(number), layer.created_by, layer.digest)
    return Tile(
        name=f"{number} {made}",
        size=layer.unpacked_size,
        kind="base" if layer.from_base else "layer",
        detail=lambda: [Line(f"layer {number}: {exact_size(layer.unpacked_size)} unpacked", "strong"), Line(made)],
        below=lambda: _grouped(_shipped(inspection, number), "", number),
        place=Place(path="", layer=number),
    )


def _shipped(inspection: Inspection, number: int) -> list[_Sized]:
    entries = inspection.image.tree.layers[number].entries
    return [(entry.path, entry.size) for entry in entries if entry.type is EntryType.FILE]


def _grouped(files: Sequence[_Sized], above: str, layer: int | None) -> Sequence[Tile]:
    """Return `files`, all of which are in the directory `above`, by what stands directly in it."""
    groups: dict[str, list[_Sized]] = {}
    for path, size in files:
        groups.setdefault(path[len(above) :].partition("/")[0], []).append((path, size))
    return _largest(_group(f"{above}{name}", above, within, layer) for name, within in groups.items())


def _group(path: str, above: str, files: list[_Sized], layer: int | None) -> Tile:
    size = sum(size for _, size in files)
    is_directory = files[0][0] != path
    return Tile(
        name=f"{path[len(above) :]}/" if is_directory else path[len(above) :],
        size=size,
        kind="directory" if is_directory else "file",
        detail=lambda: list(_group_detail(path, files, size, is_directory=is_directory)),
        below=(lambda: _grouped(files, f"{path}/", layer)) if is_directory else None,
        place=Place(path=path, layer=layer),
    )


def _group_detail(path: str, files: list[_Sized], size: int, *, is_directory: bool) -> Iterator[Line]:
    yield Line(f"/{path}/" if is_directory else f"/{path}", "strong")
    yield Line(f"{exact_size(size)} in {format_count(len(files), 'file')}" if is_directory else exact_size(size))


def _largest(tiles: Iterable[Tile]) -> Sequence[Tile]:
    return sorted_in_parts(tiles, lambda tile: (-tile.size, tile.name))
