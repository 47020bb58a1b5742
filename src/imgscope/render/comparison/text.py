"""A comparison for a person at a terminal: images side by side, in blocks of as many as the width has room for."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from imgscope.comparison.data import Break, ComparedImage, Comparison, Move, Moves, SizeDifference
from imgscope.comparison_names import Names, fitted, names_of
from imgscope.comparison_table import (
    Row,
    base_phrase,
    breaks_phrase,
    moves_in_order,
    saving_phrase,
    table_of,
    variants_phrase,
)
from imgscope.render._tables import safe_text
from imgscope.render._terminal import console_for, fit_for_logs
from imgscope.render.base import RenderOptions
from imgscope.render.comparison.base import ComparisonRender
from imgscope.report import Severity

_LEAST_WIDTH: Final = 20
_MOST_WIDTH: Final = 40
_SIZES: Final = ("compressed", "unpacked")
_MOST_PATHS: Final = 3
_SEVERITY_STYLES: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


def _render(comparison: Comparison, options: RenderOptions) -> str:
    written = io.StringIO()
    console = console_for(written, options)
    for renderable in _parts(comparison, options):
        console.print(renderable)
    return fit_for_logs(written.getvalue())


def _parts(comparison: Comparison, options: RenderOptions) -> Iterator[RenderableType]:
    rows, names = table_of(comparison, detailed=options.detailed), names_of(comparison)
    title_width = max(len(row.title) for row in rows)
    if names.common:
        yield safe_text(names.common, "bold")
    count = max((options.width - title_width) // (_LEAST_WIDTH + 1), 1)
    for start in range(0, len(comparison.images), count):
        if start:
            yield Text()
        shown = range(start, min(start + count, len(comparison.images)))
        yield _block(comparison, names, rows, shown, options)
    if comparison.variants is not None:
        yield Padding(safe_text(variants_phrase(comparison.variants), "dim"), (1, 0, 0, 0))
    if comparison.moves is not None:
        yield from _moves(comparison, comparison.moves, options)
    if comparison.failures:
        yield Padding(safe_text("Not compared", "bold"), (1, 0, 0, 0))
        for failure in comparison.failures:
            yield Padding(safe_text(f"{failure.reference}: {failure.message}", "red"), (0, 0, 0, 2))


def _block(
    comparison: Comparison, names: Names, rows: Sequence[Row], shown: Sequence[int], options: RenderOptions
) -> Table:
    title_width = max(len(row.title) for row in rows)
    width = min(max((options.width - title_width) // len(shown) - 1, 8), _MOST_WIDTH)
    titles = fitted(names.short, width)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), width=options.width, show_header=True)
    table.add_column("", width=title_width, no_wrap=True)
    for number in shown:
        style = "bold underline" if number == comparison.baseline else "bold"
        table.add_column(safe_text(titles[number], style), width=width, overflow="fold", vertical="top")
    for row in rows:
        if any(row.cells[number] for number in shown):
            cells = (_cell(row, comparison.images[number], row.cells[number]) for number in shown)
            table.add_row(safe_text(row.title, "dim"), *cells)
    return table


def _cell(row: Row, image: ComparedImage, lines: Sequence[str]) -> Text:
    text = Text("\n").join(safe_text(line) for line in lines) if lines else Text("-", "dim")
    difference = _difference(row, image)
    if difference is not None and difference.bytes and len(lines) > 1:
        style = "green" if difference.bytes < 0 else "red"
        return Text("\n").join([safe_text(lines[0]), *(safe_text(line, style) for line in lines[1:])])
    return text


def _difference(row: Row, image: ComparedImage) -> SizeDifference | None:
    if row.title not in _SIZES:
        return None
    if row.title == "compressed":
        return image.compressed_difference
    return image.contents.unpacked_difference if image.contents is not None else None


def _moves(comparison: Comparison, moves: Moves, options: RenderOptions) -> Iterator[RenderableType]:
    yield Padding(safe_text(f"Another base for {moves.reference}", "bold"), (1, 0, 0, 0))
    yield Padding(safe_text(base_phrase(moves.base)), (0, 0, 0, 2))
    for image, move in moves_in_order(comparison):
        yield Padding(safe_text(image.reference, "bold"), (1, 0, 0, 2))
        told = "; ".join(filter(None, (saving_phrase(move), breaks_phrase(move))))
        yield Padding(safe_text(told, _style_of(move)), (0, 0, 0, 4))
        for each in move.breaks:
            yield from _break(each, options)


def _style_of(move: Move) -> str:
    if move.is_current:
        return "dim"
    return "yellow" if move.breaks or move.not_judged else "green"


def _break(each: Break, options: RenderOptions) -> Iterator[RenderableType]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=len("interpreter"), no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(safe_text(each.kind, _SEVERITY_STYLES[each.severity]), safe_text(each.message))
    most = len(each.paths) if options.detailed else _MOST_PATHS
    for path in each.paths[:most]:
        table.add_row("", safe_text(f"/{path}", "dim"))
    if len(each.paths) > most:
        table.add_row("", safe_text(f"and {len(each.paths) - most} more files", "dim"))
    if each.fix:
        table.add_row("", safe_text(f"fix: {each.fix}", "green"))
    yield Padding(table, (0, 0, 0, 6))


RENDER = ComparisonRender(render=_render)
