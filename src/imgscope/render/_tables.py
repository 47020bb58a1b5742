"""The tables of the text report."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from imgscope.phrases import made_by
from imgscope.report import ImageReport, LayerReport, LeftoverGroup, Waste, WasteByCause, WastedPath
from imgscope.text import format_count, format_size, printable

_MOST_PATHS = 10
_MOST_NAMES = 8
_MOST_LAYERS = 4
_CAUSES = {
    "deleted": "deleted later",
    "overwritten": "overwritten",
    "metadataOnly": "owner, mode or time changed",
    "duplicateContent": "same content at other paths",
}


# In the table, where the width is needed for paths.
_CAUSES_IN_SHORT = {
    "deleted": "deleted",
    "overwritten": "overwritten",
    "metadataOnly": "metadata",
    "duplicateContent": "same content",
}


def layers_table(report: ImageReport) -> Table:
    """Return a row for each layer, lowest first."""
    table = _table()
    table.add_column("#", justify="right")
    for title in ("compressed", "unpacked", "wasted"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("instruction", no_wrap=True, overflow="ellipsis", ratio=1)
    for layer in report.layers:
        table.add_row(
            safe_text(str(layer.index)),
            safe_text(format_size(layer.compressed_size)),
            safe_text("?" if layer.error else format_size(layer.unpacked_size)),
            safe_text(format_size(layer.wasted_bytes) if layer.wasted_bytes else "-"),
            safe_text(_made_by(layer)),
        )
    return table


def _made_by(layer: LayerReport) -> str:
    instruction = f"{layer.instruction.keyword} {layer.instruction.text}" if layer.instruction else None
    return made_by(instruction, layer.created_by, layer.digest)


def leftovers_table(groups: Sequence[LeftoverGroup], *, detailed: bool) -> Table:
    """Return a row for each group, with the names of what is in it; all of them if `detailed`."""
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("layers", no_wrap=True)
    table.add_column("what", overflow="fold", ratio=1)
    for group in groups:
        names = [*group.packages, *(f"/{path}" for path in group.paths)]
        most = len(names) if detailed else _MOST_NAMES
        more = f" and {len(names) - most} more" if len(names) > most else ""
        table.add_row(
            safe_text(format_size(group.bytes)),
            safe_text(group.kind),
            safe_text(_numbers(group.layers)),
            safe_text(", ".join(names[:most]) + more),
        )
    return table


def waste_title(waste: Waste) -> str:
    """Return how much is wasted, and how much of that another Dockerfile would not ship."""
    if waste.reclaimable_bytes == waste.wasted_bytes:
        return format_size(waste.wasted_bytes)
    return f"{format_size(waste.wasted_bytes)}, {format_size(waste.reclaimable_bytes)} of it reclaimable"


def causes(by_cause: WasteByCause) -> str:
    """Return in one line how much is wasted by which cause."""
    counted = {
        "deleted": by_cause.deleted,
        "overwritten": by_cause.overwritten,
        "metadataOnly": by_cause.metadata_only,
        "duplicateContent": by_cause.duplicate_content,
    }
    return " · ".join(f"{format_size(size)} {_CAUSES[cause]}" for cause, size in counted.items() if size)


def waste_table(waste: Waste, *, detailed: bool) -> Table:
    """Return a row for each of the costliest paths; for all of them if `detailed`."""
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("cause", no_wrap=True)
    table.add_column("layers", no_wrap=True)
    table.add_column("path", overflow="fold", ratio=1)
    shown = waste.paths if detailed else waste.paths[:_MOST_PATHS]
    for path in shown:
        table.add_row(
            safe_text(format_size(path.bytes)),
            safe_text(_CAUSES_IN_SHORT[path.cause]),
            safe_text(_numbers(path.layers)),
            safe_text(_wasted_path(path)),
        )
    hidden = waste.wasted_bytes - sum(path.bytes for path in shown)
    if hidden > 0:
        table.add_row(safe_text(format_size(hidden)), "", "", safe_text("all other paths", "dim"))
    return table


def _wasted_path(path: WastedPath) -> str:
    files = f" ({format_count(path.copies, 'file')})" if path.path.endswith("/") else ""
    return f"/{path.path}{files}"


def _numbers(layers: Sequence[int]) -> str:
    return ", ".join(map(str, layers[:_MOST_LAYERS])) + (", …" if len(layers) > _MOST_LAYERS else "")


def packages_table(report: ImageReport) -> Table:
    """Return a row for each package."""
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("layer", justify="right", no_wrap=True)
    table.add_column("package", overflow="fold", ratio=1)
    table.add_column("version", overflow="fold", ratio=1)
    for package in report.packages:
        size = package.file_bytes if package.file_bytes is not None else package.installed_size
        table.add_row(
            safe_text("?" if size is None else format_size(size)),
            safe_text(str(package.layer)),
            safe_text(package.name),
            safe_text(package.version),
        )
    return table


def safe_text(text: str, style: str = "", *, whole_line: bool = True) -> Text:
    """Everything shown passes through here: escaped, and never read as markup."""
    if whole_line:
        return Text(printable(text), style=style)
    return Text(printable(text), style=style, no_wrap=True, overflow="ellipsis")


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 1, 0, 2), expand=True, header_style="dim")
