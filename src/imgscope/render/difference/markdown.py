"""What two images differ in, as a comment on a pull request: sizes and packages, the rest to be unfolded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from imgscope.difference.document import Difference, Document, LayerDifference, PlatformMatrix
from imgscope.render._blocks import MOST_CHARACTERS, Block, fit, folded, table
from imgscope.render._markup import code, text
from imgscope.render.base import RenderOptions
from imgscope.render.difference._words import (
    SIGNS,
    delta_phrase,
    layer_phrase,
    layers_phrase,
    package_sign,
    packages_phrase,
    path_phrase,
    paths_phrase,
    platform_phrase,
    setting_name,
    setting_values,
    size_phrase,
    versions_phrase,
)
from imgscope.render.difference.base import DifferenceRender
from imgscope.text import format_count

_MOST_ROWS: Final = 60
_MOST_LAYERS: Final = 20
_MOST_PATHS: Final = 40
_LEAST_SHARE: Final = 600
_LONGEST_NAME: Final = 120


def _render(document: Document, options: RenderOptions) -> str:
    if isinstance(document, Difference):
        return fit(_heading(document), list(_blocks(document)), MOST_CHARACTERS)
    return _matrix(document)


def _matrix(matrix: PlatformMatrix) -> str:
    symbol = "✅" if matrix.same else "🔀"
    title = f"### {symbol} {_name(matrix.old_reference)} → {_name(matrix.new_reference)}\n"
    listed = "".join(f"- {text(platform_phrase(each))}\n" for each in matrix.platforms[:_MOST_ROWS])
    different = [
        each.difference
        for each in matrix.platforms[:_MOST_ROWS]
        if each.difference is not None and not each.difference.same
    ]
    share = (MOST_CHARACTERS - len(title) - len(listed)) // max(len(different), 1)
    parts = [fit(_heading(each), list(_blocks(each)), share) for each in different if share > _LEAST_SHARE]
    return "\n".join([f"{title}\n{listed}", *parts])


def _heading(difference: Difference) -> str:
    symbol = "✅" if difference.same else "🔀"
    verdict = ": no differences" if difference.same else ""
    incomplete = "\n⚠️ Part of this could not be read, and may differ.\n" if not difference.complete else ""
    platform = difference.new.platform
    shown = "/".join(filter(None, (platform.os, platform.architecture, platform.variant)))
    names = f"{_name(difference.old.reference)} → {_name(difference.new.reference)}"
    return f"### {symbol} {names} ({text(shown)}){verdict}\n{incomplete}"


def _name(reference: str) -> str:
    return code(reference, longest=_LONGEST_NAME)


def _blocks(difference: Difference) -> Iterator[Block]:
    old, new = difference.old, difference.new
    rows = {
        "compressed": size_phrase(old.compressed_size, new.compressed_size),
        "files": size_phrase(old.visible_bytes, new.visible_bytes),
        "layers": layers_phrase(difference),
        "changed paths": paths_phrase(difference.paths),
    }
    yield Block(title="sizes", body=table(("", "old → new"), "ll", rows.items()))
    if difference.configuration:
        yield Block(title="configuration", body=f"**Configuration**\n\n{_configuration(difference)}")
    if difference.packages:
        title = f"Packages: {packages_phrase(difference.packages)}"
        body = _packages(difference)
        few = len(difference.packages) <= 12
        yield Block(title="packages", body=f"**{title}**\n\n{body}" if few else folded(title, body))
    for layer in difference.layers[:_MOST_LAYERS]:
        summary = f"{delta_phrase(layer.delta)} in {layer_phrase(layer)}"
        yield Block(title=layer_phrase(layer), body=folded(summary, _layer(layer)))
    left = len(difference.layers) - _MOST_LAYERS
    if left > 0:
        yield Block(title="more layers", body=f"and {format_count(left, 'more layer')}\n")


def _configuration(difference: Difference) -> str:
    rows = [(code(setting_name(each)), *map(_value, setting_values(each))) for each in difference.configuration]
    return table(("setting", "old", "new"), "lll", rows[:_MOST_ROWS]) + _more(rows, _MOST_ROWS, "setting")


def _value(value: str) -> str:
    return text(value) if value in ("(none)", "(set)", "(a secret)", "(another secret)") else code(value)


def _packages(difference: Difference) -> str:
    rows = [
        (
            package_sign(each),
            code(each.name),
            code(versions_phrase(each)),
            text(each.type),
            "?" if each.delta is None else delta_phrase(each.delta),
        )
        for each in difference.packages
    ]
    return table(("", "package", "version", "type", "bytes"), "llllr", rows[:_MOST_ROWS]) + _more(
        rows, _MOST_ROWS, "package"
    )


def _layer(layer: LayerDifference) -> str:
    rows = [
        (
            SIGNS[path.change],
            code(f"/{path.path}"),
            code(group.package or ""),
            delta_phrase(path.delta) if path.delta else "",
            text(path_phrase(path)),
        )
        for group in layer.packages
        for path in sorted(group.paths, key=lambda path: -abs(path.delta))
    ]
    listed = table(("", "path", "package", "bytes", "what"), "lllrl", rows[:_MOST_PATHS])
    return f"{code(layer.instruction or '(not recorded)')}\n\n{listed}{_more(rows, _MOST_PATHS, 'path')}"


def _more(rows: Sequence[object], most: int, what: str) -> str:
    return f"\nand {format_count(len(rows) - most, f'more {what}')}\n" if len(rows) > most else ""


RENDER = DifferenceRender(render=_render)
