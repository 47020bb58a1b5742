"""The report for a person at a terminal, or reading a CI log: 80 columns wide unless told otherwise."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from imgscope.phrases import libc_phrase, made_by
from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, ImageReport, LayerReport, LeftoverGroup, Severity, WastedPath
from imgscope.text import format_count, format_size, printable

_SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
# Nothing depends on it, but without it rich takes the width of a dumb terminal instead of the one it was given.
_HEIGHT = 24
_MOST_PATHS = 10
_MOST_NAMES = 8
_CAUSES = {
    "deleted": "deleted later",
    "overwritten": "overwritten",
    "metadataOnly": "owner, mode or time changed",
    "duplicateContent": "same content at other paths",
}


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    written = io.StringIO()
    console = Console(
        file=written,
        width=options.width,
        height=_HEIGHT,
        force_terminal=options.color,
        color_system="standard" if options.color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    for position, report in enumerate(reports):
        if position:
            console.print()
        console.print(Group(*_sections(report, detailed=options.detailed)))
    return "\n".join(line.rstrip() for line in written.getvalue().split("\n"))


def _sections(report: ImageReport, *, detailed: bool) -> Iterator[RenderableType]:
    yield from _summary(report)
    yield _heading("Layers")
    yield _layers(report)
    if report.leftovers.groups:
        yield _heading(f"Leftovers: {format_size(report.leftovers.bytes)}")
        yield from (_leftover(group, report, detailed=detailed) for group in report.leftovers.groups)
    if report.waste.paths:
        yield _heading(f"Waste: {format_size(report.waste.wasted_bytes)}")
        yield _waste(report, detailed=detailed)
    if detailed and report.packages:
        yield _heading("Packages")
        yield _packages(report)
    yield _heading("C library")
    yield from (_indented(line) for line in report.libc.evidence)
    yield _heading("Findings")
    yield from (_finding(finding, detailed=detailed) for finding in report.findings)
    if not report.findings:
        yield _indented("none")
    if report.failures:
        yield _heading("Incomplete")
        yield from (_indented(failure.message, style="red") for failure in report.failures)


def _summary(report: ImageReport) -> Iterator[RenderableType]:
    image, waste = report.image, report.waste
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    yield _text(image.reference, "bold")
    yield _indented(" · ".join((platform, report.distro.pretty_name, libc_phrase(report.libc))))
    yield _indented(
        f"{format_count(image.layer_count, 'layer')} · {format_size(image.compressed_size)} compressed · "
        f"{format_size(image.unpacked_size)} unpacked · {format_count(image.file_count, 'file')}"
    )
    left_over = format_size(report.leftovers.bytes)
    yield _indented(f"{format_count(len(report.packages), 'package')} · {left_over} left over by the build")
    yield _indented(
        f"{format_size(waste.wasted_bytes)} wasted, {format_size(waste.reclaimable_bytes)} of it reclaimable · "
        f"efficiency {waste.efficiency:.1%}"
    )
    yield _indented(image.digest, style="dim")
    if not report.complete:
        yield _indented("incomplete: part of this image could not be read, see the end", style="bold red")


def _layers(report: ImageReport) -> Table:
    table = _table()
    table.add_column("#", justify="right")
    for title in ("compressed", "unpacked", "wasted"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("instruction", no_wrap=True, overflow="ellipsis", ratio=1)
    for layer in report.layers:
        table.add_row(
            _text(str(layer.index)),
            _text(format_size(layer.compressed_size)),
            _text("?" if layer.error else format_size(layer.unpacked_size)),
            _text(format_size(layer.wasted_bytes) if layer.wasted_bytes else "-"),
            _text(_made_by(layer)),
        )
    return table


def _made_by(layer: LayerReport) -> str:
    instruction = f"{layer.instruction.keyword} {layer.instruction.text}" if layer.instruction else None
    return made_by(instruction, layer.created_by, layer.digest)


def _leftover(group: LeftoverGroup, report: ImageReport, *, detailed: bool) -> RenderableType:
    names = [*group.packages, *(f"/{path}" for path in group.paths)]
    most = len(names) if detailed else _MOST_NAMES
    more = f" and {len(names) - most} more" if len(names) > most else ""
    lines: list[RenderableType] = [
        _text(f"{format_size(group.bytes):>8}  {group.kind}: {', '.join(names[:most])}{more}"),
        *(
            _detail(_text(f"layer {layer}: {_made_by(report.layers[layer])}", "dim", whole_line=False))
            for layer in group.layers
        ),
        _detail(_text(f"fix: {group.fix}", "green")),
    ]
    return Padding(Group(*lines), (0, 0, 0, 2))


def _waste(report: ImageReport, *, detailed: bool) -> Table:
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("cause", no_wrap=True)
    table.add_column("layers", no_wrap=True)
    table.add_column("path", overflow="fold" if detailed else "ellipsis", no_wrap=not detailed, ratio=1)
    most = len(report.waste.paths) if detailed else _MOST_PATHS
    for path in report.waste.paths[:most]:
        table.add_row(*_wasted(path))
    hidden = len(report.waste.paths) - most
    if hidden > 0:
        table.add_row("", "", "", _text(f"and {format_count(hidden, 'more path', 'more paths')}", "dim"))
    return table


def _packages(report: ImageReport) -> Table:
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("layer", justify="right", no_wrap=True)
    table.add_column("package", overflow="fold", ratio=1)
    table.add_column("version", overflow="fold", ratio=1)
    for package in report.packages:
        size = package.file_bytes if package.file_bytes is not None else package.installed_size
        table.add_row(
            _text("?" if size is None else format_size(size)),
            _text(str(package.layer)),
            _text(package.name),
            _text(package.version),
        )
    return table


def _wasted(path: WastedPath) -> tuple[Text, Text, Text, Text]:
    layers = ", ".join(map(str, path.layers[:4])) + (", …" if len(path.layers) > 4 else "")
    return _text(format_size(path.bytes)), _text(_CAUSES[path.cause]), _text(layers), _text(f"/{path.path}")


def _finding(finding: Finding, *, detailed: bool) -> RenderableType:
    where = f", layer {finding.layer}" if finding.layer is not None else ""
    lines: list[RenderableType] = [
        Text.assemble(
            (f"{finding.severity.value:>8}  ", _SEVERITY_STYLES[finding.severity]), (finding.rule_id, "bold"), where
        ),
        _detail(_text(finding.message)),
    ]
    if finding.fix:
        lines.append(_detail(_text(f"fix: {finding.fix}", "green")))
    if detailed:
        lines += (_detail(_text(name)) for name in finding.packages)
        lines += (_detail(_text(f"/{path}")) for path in finding.paths)
    return Padding(Group(*lines), (0, 0, 0, 2))


def _detail(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, 10))


def _heading(title: str) -> RenderableType:
    return Padding(_text(title, "bold"), (1, 0, 0, 0))


def _indented(line: str, *, style: str = "") -> RenderableType:
    return Padding(_text(line, style), (0, 0, 0, 2))


def _text(text: str, style: str = "", *, whole_line: bool = True) -> Text:
    """Everything shown passes through here: escaped, and never read as markup."""
    if whole_line:
        return Text(printable(text), style=style)
    return Text(printable(text), style=style, no_wrap=True, overflow="ellipsis")


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 1, 0, 2), expand=True, header_style="dim")


RENDER = Render(render=_render)
