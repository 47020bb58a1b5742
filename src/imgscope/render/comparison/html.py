"""A comparison as one page that needs no network and runs no script, light or dark as the reader has it.

A content security policy allows its style by its hash, and nothing else; whatever comes from an image is escaped text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from imgscope.comparison.data import Break, ComparedImage, Comparison, Move, SizeDifference
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
from imgscope.render.base import RenderOptions
from imgscope.render.comparison.base import ComparisonRender
from imgscope.text import format_count, printable

_STYLE: Final = files("imgscope.render.comparison") / "_page.css"
_MOST_PATHS: Final = 100
_NAME_WIDTH: Final = 32


def _render(comparison: Comparison, options: RenderOptions) -> str:
    style = _STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f"<title>imgscope comparison</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n",
            *_body(comparison),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _body(comparison: Comparison) -> Iterator[str]:
    names = names_of(comparison)
    of = f" of <code>{_shown(names.common)}</code>" if names.common else ""
    yield f"<h1>{format_count(len(comparison.images), 'image')}{of} compared</h1>\n"
    if not comparison.complete:
        yield '<p class="notice">Not complete: an image, or a part of one, could not be read.</p>\n'
    yield from _table(comparison, names, table_of(comparison, detailed=True))
    if comparison.variants is not None:
        yield f'<p class="quiet">{_shown(variants_phrase(comparison.variants))}</p>\n'
    if comparison.moves is not None:
        yield f"<h2>Another base for <code>{_shown(comparison.moves.reference)}</code></h2>\n"
        yield f"<p>{_shown(base_phrase(comparison.moves.base))}</p>\n"
        for image, move in moves_in_order(comparison):
            yield from _move(image, move)
    if comparison.failures:
        lines = (
            f"<li><code>{_shown(failure.reference)}</code>: {_shown(failure.message)}</li>\n"
            for failure in comparison.failures
        )
        yield f"<h2>Not compared</h2>\n<ul>\n{''.join(lines)}</ul>\n"


def _table(comparison: Comparison, names: Names, rows: Sequence[Row]) -> Iterator[str]:
    largest = max((image.compressed_size for image in comparison.images), default=0) or 1
    titles = fitted(names.short, _NAME_WIDTH)
    yield '<div class="scroll" tabindex="0">\n<table>\n<thead>\n<tr><td></td>'
    for number, image in enumerate(comparison.images):
        mark = ' <span class="mark">baseline</span>' if number == comparison.baseline else ""
        name = f'<code title="{_shown(image.reference)}">{_shown(titles[number])}</code>'
        yield f'<th scope="col">{name}{mark}{_meter(image, largest)}</th>'
    yield "</tr>\n</thead>\n<tbody>\n"
    for row in rows:
        cells = (_cell(row, image, lines) for image, lines in zip(comparison.images, row.cells, strict=True))
        yield f'<tr><th scope="row">{row.title}</th>{"".join(cells)}</tr>\n'
    yield "</tbody>\n</table>\n</div>\n"


def _meter(image: ComparedImage, largest: int) -> str:
    return f'<meter min="0" max="{largest}" value="{image.compressed_size}">{image.compressed_size}</meter>'


def _cell(row: Row, image: ComparedImage, lines: Sequence[str]) -> str:
    style = _style(_difference(row, image))
    shown = [_shown(line) for line in lines]
    if style and len(shown) > 1:
        shown[1:] = [f'<span class="{style}">{line}</span>' for line in shown[1:]]
    return f"<td>{'<br>'.join(shown)}</td>"


def _difference(row: Row, image: ComparedImage) -> SizeDifference | None:
    if row.title == "compressed":
        return image.compressed_difference
    is_unpacked = row.title == "unpacked" and image.contents is not None
    return image.contents.unpacked_difference if is_unpacked and image.contents is not None else None


def _style(difference: SizeDifference | None) -> str:
    if difference is None or not difference.bytes:
        return ""
    return "less" if difference.bytes < 0 else "more"


def _move(image: ComparedImage, move: Move) -> Iterator[str]:
    state = "quiet" if move.is_current else "warn" if move.breaks or move.not_judged else "less"
    yield f'<section>\n<h3><code>{_shown(image.reference)}</code></h3>\n<p class="{state}">'
    yield "; ".join(_shown(phrase) for phrase in (saving_phrase(move), breaks_phrase(move)) if phrase)
    yield "</p>\n"
    if move.breaks:
        yield f"<ul>\n{''.join(map(_break, move.breaks))}</ul>\n"
    yield "</section>\n"


def _break(each: Break) -> str:
    paths = "".join(f"<li><code>/{_shown(path)}</code></li>" for path in each.paths[:_MOST_PATHS])
    files_ = f"<details><summary>{format_count(len(each.paths), 'file')}</summary><ul>{paths}</ul></details>"
    fix = f"<p>fix: {_shown(each.fix)}</p>" if each.fix else ""
    return (
        f'<li><strong class="{each.severity.value}">{each.kind}</strong> {_shown(each.message)}'
        f"{fix}{files_ if paths else ''}</li>\n"
    )


def _shown(text: str) -> str:
    return escape(printable(text))


RENDER = ComparisonRender(render=_render)
