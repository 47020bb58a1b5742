"""Printing lists of files: in columns for people, a JSON object a line for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.cli._output import write_stdout
from imgscope.inside.listing import ListedPath, Listing
from imgscope.render._json import document_line
from imgscope.text import format_size, printable

_SIGNS: Final = {"added": "+", "modified": "~", "metadata": "m", "removed": "-", None: " "}
_DEVICES: Final = ("character-device", "block-device")
_LINES_AT_ONCE: Final = 1000


def print_json(listing: Listing) -> None:
    """Print each path as an object of its own."""
    _print(document_line(listed) for listed in listing.paths)


def print_list(listing: Listing, *, whole_paths: bool) -> None:
    """Print each path in a line; the names of those in one directory without it, unless `whole_paths`."""
    is_marked = any(listed.change is not None for listed in listing.paths)
    rows = [_cells(listed, is_marked=is_marked) for listed in listing.paths]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    _print(_line(row, widths, listed, whole=whole_paths) for row, listed in zip(rows, listing.paths, strict=True))


def _cells(listed: ListedPath, *, is_marked: bool) -> tuple[str, ...]:
    state = listed.state
    modified = (state.modified or "?").replace("T", " ")[:16]
    size = state.device if state.type in _DEVICES and state.device else format_size(state.size)
    return (
        _SIGNS[listed.change] if is_marked else "",
        listed.mode,
        str(listed.links) if listed.links is not None else "-",
        printable(listed.user) if listed.user else str(state.uid),
        printable(listed.group) if listed.group else str(state.gid),
        size,
        modified,
        str(listed.layer) if listed.layer is not None else "-",
    )


_RIGHT: Final = (False, False, True, False, False, True, False, True)


def _line(cells: tuple[str, ...], widths: list[int], listed: ListedPath, *, whole: bool) -> str:
    shown = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, _RIGHT, strict=True)
        # Nothing is marked in the list of a whole image.
        if width
    ]
    name = f"/{listed.path}" if whole else listed.name
    target = f" -> {listed.state.target}" if listed.state.target is not None else ""
    package = f"  [{listed.package}]" if listed.package else ""
    return f"{'  '.join(shown)}  {printable(name + target + package)}\n"


def _print(lines: Iterable[str]) -> None:
    for piece in _together(lines):
        write_stdout(piece)


def _together(lines: Iterable[str]) -> Iterator[str]:
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == _LINES_AT_ONCE:
            yield "".join(waiting)
            waiting.clear()
    if waiting:
        yield "".join(waiting)
