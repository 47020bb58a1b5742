"""Paths and layers as rows and lines of the panes, each leading to where it is among the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.node import Node
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line
from imgscope.tui.model.outline import Bar, OutlineRow, Place

_MOST_ROWS: Final = 2000
_MOST_LAYERS: Final = 4

MakeCells = Callable[[Line, Line, Line], tuple[Line | Bar, ...]]
"""Puts size, layer and path of a file into the columns of a pane."""


def file_rows(inspection: Inspection, nodes: Iterable[Node], cells: MakeCells) -> Sequence[OutlineRow]:
    """Return a row for each of `nodes`, the largest first; of very many only the largest, and how many more."""
    tree = inspection.image.tree
    listed = sorted(nodes, key=lambda node: (-tree.size_of(node), node.path))
    rows = [_file_row(inspection, node, cells) for node in listed[:_MOST_ROWS]]
    if len(listed) > _MOST_ROWS:
        size = format_size(sum(tree.size_of(node) for node in listed[_MOST_ROWS:]))
        more = Line(f"{format_count(len(listed) - _MOST_ROWS, 'more path')}", "dim")
        rows.append(OutlineRow(key="…", cells=cells(Line(size, "dim"), Line(""), more)))
    return tuple(rows)


def rows_at(inspection: Inspection, paths: Iterable[str], cells: MakeCells) -> Sequence[OutlineRow]:
    """Return a row for each of `paths`, the largest first; those that are not in the image come last."""
    tree = inspection.image.tree
    located = {path: tree.locate(path) for path in dict.fromkeys(paths)}
    found = dict.fromkeys(node for node in located.values() if node is not None)
    gone = [path for path, node in located.items() if node is None]
    missing = (
        OutlineRow(key=f"/{path}", cells=cells(Line("-", "dim"), Line(""), Line(f"/{path}", "dim")))
        for path in gone[:_MOST_ROWS]
    )
    return (*file_rows(inspection, found, cells), *missing)


def path_of(node: Node) -> str:
    """Return the path of `node` as people write it, that of a directory with a slash at its end."""
    return f"/{node.path}/" if node.is_directory and node.path else f"/{node.path}"


def layer_lines(inspection: Inspection, layers: Iterable[int]) -> Iterator[Line]:
    """Yield for each of `layers` what made it."""
    for layer in layers:
        made_by = inspection.image.instruction(layer) or "(not recorded)"
        base = " (of the base image)" if inspection.image.origins[layer].from_base else ""
        yield Line(f"layer {layer}{base}: {made_by}", "dim")


def layer_numbers(layers: Sequence[int]) -> str:
    """Return the first few of `layers` for a narrow column."""
    return ",".join(map(str, layers[:_MOST_LAYERS])) + ("…" if len(layers) > _MOST_LAYERS else "")


def file_detail(inspection: Inspection, node: Node) -> list[Line]:
    """Return path, size, package and origin of `node`."""
    size = inspection.image.tree.size_of(node)
    lines = [Line(path_of(node), "strong"), Line(exact_size(size))]
    owner = inspection.image.owner(node)
    if owner is not None:
        lines.append(Line(f"of package {owner.name} {owner.version}"))
    return [*lines, *layer_lines(inspection, [node.layer])]


def exact_size(size: int) -> str:
    """Return a size for people, and where that is rounded the bytes as well."""
    return format_size(size) if size < 1000 else f"{format_size(size)} ({size:,} bytes)"


def _file_row(inspection: Inspection, node: Node, cells: MakeCells) -> OutlineRow:
    size = Line(format_size(inspection.image.tree.size_of(node)))
    path = path_of(node)
    return OutlineRow(
        key=path,
        cells=cells(size, Line(str(node.layer), "dim"), Line(path)),
        detail=lambda: file_detail(inspection, node),
        place=Place(path=node.path),
        searched=path,
    )
