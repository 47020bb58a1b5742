"""A comparison as a Markdown table that fits a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from imgscope.comparison.data import Break, ComparedImage, Comparison, Move, Moves
from imgscope.comparison_names import fitted, names_of
from imgscope.comparison_table import (
    Row,
    base_phrase,
    breaks_phrase,
    moves_in_order,
    saving_phrase,
    table_of,
    variants_phrase,
)
from imgscope.render._markup import code, text
from imgscope.render.base import RenderOptions
from imgscope.render.comparison.base import ComparisonRender
from imgscope.text import format_count

_MOST_CHARACTERS: Final = 65_000
_MOST_IMAGES: Final = 12
_MOST_PATHS: Final = 5
_NAME_WIDTH: Final = 32
_ROOM_FOR_THE_END: Final = 200
_AS_CODE: Final = frozenset({"also called", "starts", "versions"})


def _render(comparison: Comparison, options: RenderOptions) -> str:
    written = ""
    left_out = 0
    for part in _parts(comparison, detailed=options.detailed):
        if len(written) + len(part) + _ROOM_FOR_THE_END <= _MOST_CHARACTERS:
            written += f"\n{part}" if written else part
        else:
            left_out += 1
    return written + (f"\n{format_count(left_out, 'part')} left out to fit a comment.\n" if left_out else "")


def _parts(comparison: Comparison, *, detailed: bool) -> Iterator[str]:
    shown, names = comparison.images[:_MOST_IMAGES], names_of(comparison)
    of = f" of {code(names.common)}" if names.common else ""
    yield f"### {format_count(len(comparison.images), 'image')}{of} compared\n"
    rows = table_of(comparison, detailed=detailed)
    yield _table(fitted(names.short, _NAME_WIDTH)[: len(shown)], rows)
    if len(shown) < len(comparison.images):
        yield f"{format_count(len(comparison.images) - len(shown), 'more image')} not shown here.\n"
    if comparison.variants is not None:
        yield f"{text(variants_phrase(comparison.variants))}\n"
    if comparison.moves is not None:
        yield f"### Another base for {code(comparison.moves.reference)}\n\n{text(base_phrase(comparison.moves.base))}\n"
        yield _moves_table(comparison, comparison.moves)
        for image, move in moves_in_order(comparison):
            if move.breaks:
                yield _breaks(image, move.breaks)
    if comparison.failures:
        lines = [f"- {code(failure.reference)}: {text(failure.message)}" for failure in comparison.failures]
        yield "\n".join(["**Not compared**", "", *lines, ""])


def _table(names: Sequence[str], rows: Sequence[Row]) -> str:
    titles = ["", *map(code, names)]
    cells = ([row.title, *(_cell(row, lines) for lines in row.cells[: len(names)])] for row in rows)
    return _rows(titles, ["---"] * len(titles), cells)


def _cell(row: Row, lines: Sequence[str]) -> str:
    show = code if row.title in _AS_CODE else text
    return "<br>".join(show(line) for line in lines)


def _moves_table(comparison: Comparison, moves: Moves) -> str:
    cells = (
        [code(image.reference), text(saving_phrase(move)), _symbol(move) + text(breaks_phrase(move))]
        for image, move in moves_in_order(comparison)
    )
    return _rows(["base", "saves", "breaks"], ["---", "---", "---"], cells)


def _symbol(move: Move) -> str:
    if move.is_current:
        return ""
    return "⚠️ " if move.breaks or move.not_judged else "✅ "


def _breaks(image: ComparedImage, breaks: Sequence[Break]) -> str:
    lines = [f"**On {code(image.reference)}**", ""]
    for each in breaks:
        lines.append(f"- **{each.kind}** ({each.severity.value}) {text(each.message)}")
        if each.paths:
            more = f" and {len(each.paths) - _MOST_PATHS} more" if len(each.paths) > _MOST_PATHS else ""
            lines.append(f"  - {', '.join(code(f'/{path}') for path in each.paths[:_MOST_PATHS])}{more}")
        if each.fix:
            lines.append(f"  - fix: {text(each.fix)}")
    return "\n".join([*lines, ""])


def _rows(titles: Iterable[str], ruler: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (titles, ruler, *rows))


RENDER = ComparisonRender(render=_render)
