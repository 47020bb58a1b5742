"""The report for a person at a terminal, or reading a CI log: 80 columns wide unless told otherwise."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from imgscope.phrases import attachments_phrase, base_phrase, check_phrase, distro_phrase, libc_phrase, made_by
from imgscope.render.base import Render, RenderOptions
from imgscope.report import (
    Attachment,
    Finding,
    ImageReport,
    LayerReport,
    LeftoverGroup,
    PolicyVerdict,
    Severity,
    Waste,
    WasteByCause,
    WastedPath,
)
from imgscope.text import format_count, format_size, printable

_SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_STATUS_STYLES = {"pass": "green", "fail": "bold red", "skip": "dim"}
# Nothing depends on it, but without it rich takes the width of a dumb terminal instead of the one it was given.
_HEIGHT = 24
# GitHub Actions and Azure Pipelines take what follows for a command, wherever it begins a line of a log.
_COMMANDS = ("::", "##[", "##vso[")
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
    return "\n".join(_inert(line.rstrip()) for line in written.getvalue().split("\n"))


def _inert(line: str) -> str:
    """Return `line` as one that a build log only shows: a name may have been folded where it looks like a command."""
    text = line.lstrip()
    if not text.startswith(_COMMANDS):
        return line
    return f"{line[: max(len(line) - len(text) - 1, 0)]}\\{text}"


def _sections(report: ImageReport, *, detailed: bool) -> Iterator[RenderableType]:
    yield from _summary(report)
    yield _heading("Layers")
    yield _layers(report)
    if report.leftovers.groups:
        yield _heading(f"Leftovers: {format_size(report.leftovers.bytes)}")
        yield _leftovers(report.leftovers.groups, detailed=detailed)
    if report.waste.paths:
        yield _heading(f"Waste: {_waste_title(report.waste)}")
        yield _indented(_causes(report.waste.by_cause))
        yield _waste(report.waste, detailed=detailed)
    if detailed and report.packages:
        yield _heading("Packages")
        yield _packages(report)
    if detailed and report.image.attachments:
        yield _heading("Attached, not verified")
        yield from _attachments(report.image.attachments)
    yield _heading("C library")
    yield from (_indented(line) for line in report.libc.evidence)
    yield _heading("Findings")
    for group in _by_rule(report.findings):
        yield from _findings(group, detailed=detailed)
    if not report.findings:
        yield _indented("none")
    if report.policy.checks or report.policy.ignored:
        yield _heading(f"Policy: {'holds' if report.policy.passed else 'does not hold'}")
        yield from _policy(report.policy)
    if report.failures:
        yield _heading("Incomplete")
        yield from (_indented(failure.message, style="red") for failure in report.failures)


def _summary(report: ImageReport) -> Iterator[RenderableType]:
    image, waste = report.image, report.waste
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    yield _text(image.reference, "bold")
    yield _indented(" · ".join((platform, distro_phrase(report.distro), libc_phrase(report.libc))))
    is_compressed = any(layer.compression != "none" for layer in report.layers)
    stored = f"{format_size(image.compressed_size)} {'compressed' if is_compressed else 'not compressed'}"
    yield _indented(
        f"{format_count(image.layer_count, 'layer')} · {stored} · "
        f"{format_size(image.unpacked_size)} unpacked · {format_count(image.file_count, 'file')} · "
        f"{format_count(len(report.packages), 'package')}"
    )
    left_over, wasted = report.leftovers.bytes, waste.wasted_bytes
    yield _indented(
        f"{format_size(left_over) if left_over else 'nothing'} left over by the build · "
        f"{format_size(wasted) if wasted else 'nothing'} wasted · efficiency {waste.efficiency:.1%}"
    )
    if image.base is not None:
        yield _indented(f"base: {base_phrase(image.base, report.layers)}")
    yield _indented(image.digest, style="dim")
    if image.attachments:
        yield _indented(attachments_phrase(image.attachments))
    if report.run.rate_limit:
        yield _indented(report.run.rate_limit, style="dim")
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


def _leftovers(groups: Sequence[LeftoverGroup], *, detailed: bool) -> Table:
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
            _text(format_size(group.bytes)),
            _text(group.kind),
            _text(_numbers(group.layers)),
            _text(", ".join(names[:most]) + more),
        )
    return table


def _waste_title(waste: Waste) -> str:
    if waste.reclaimable_bytes == waste.wasted_bytes:
        return format_size(waste.wasted_bytes)
    return f"{format_size(waste.wasted_bytes)}, {format_size(waste.reclaimable_bytes)} of it reclaimable"


def _causes(by_cause: WasteByCause) -> str:
    counted = {
        "deleted": by_cause.deleted,
        "overwritten": by_cause.overwritten,
        "metadataOnly": by_cause.metadata_only,
        "duplicateContent": by_cause.duplicate_content,
    }
    return " · ".join(f"{format_size(size)} {_CAUSES[cause]}" for cause, size in counted.items() if size)


def _waste(waste: Waste, *, detailed: bool) -> Table:
    table = _table()
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("cause", no_wrap=True)
    table.add_column("layers", no_wrap=True)
    table.add_column("path", overflow="fold", ratio=1)
    shown = waste.paths if detailed else waste.paths[:_MOST_PATHS]
    for path in shown:
        table.add_row(
            _text(format_size(path.bytes)),
            _text(_CAUSES_IN_SHORT[path.cause]),
            _text(_numbers(path.layers)),
            _text(_wasted_path(path)),
        )
    hidden = waste.wasted_bytes - sum(path.bytes for path in shown)
    if hidden > 0:
        table.add_row(_text(format_size(hidden)), "", "", _text("all other paths", "dim"))
    return table


def _wasted_path(path: WastedPath) -> str:
    files = f" ({format_count(path.copies, 'file')})" if path.path.endswith("/") else ""
    return f"/{path.path}{files}"


def _numbers(layers: Sequence[int]) -> str:
    return ", ".join(map(str, layers[:_MOST_LAYERS])) + (", …" if len(layers) > _MOST_LAYERS else "")


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


def _attachments(attachments: Sequence[Attachment]) -> Iterator[RenderableType]:
    for attachment in attachments:
        yield _indented(f"{attachment.kind}: {attachment.media_type}, {format_size(attachment.size)}")
        yield Padding(_text(attachment.digest, "dim"), (0, 0, 0, 4))


def _by_rule(findings: Sequence[Finding]) -> Iterable[Sequence[Finding]]:
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule_id), []).append(finding)
    return groups.values()


def _findings(findings: Sequence[Finding], *, detailed: bool) -> Iterator[RenderableType]:
    """Yield what one rule found that matters equally; advice that is the same for all of it stands once, at the end."""
    severity, rule_id = findings[0].severity, findings[0].rule_id
    yield Text.assemble("  ", (f"{severity.value:>8}  ", _SEVERITY_STYLES[severity]), (rule_id, "bold"))
    for finding, following in zip_longest(findings, findings[1:]):
        if finding.layer is not None:
            where = f"layer {finding.layer}: {finding.instruction or '(not recorded)'}"
            yield _detail(_text(where, "dim", whole_line=False))
        yield _detail(_text(finding.message))
        if detailed:
            yield from (_detail(_text(name)) for name in (*finding.packages, *(f"/{path}" for path in finding.paths)))
        if finding.fix and (following is None or following.fix != finding.fix):
            yield _detail(_text(f"fix: {finding.fix}", "green"))


def _policy(policy: PolicyVerdict) -> Iterator[RenderableType]:
    yield from (_indented(check_phrase(check), style=_STATUS_STYLES[check.status]) for check in policy.checks)
    for ignored in policy.ignored:
        yield _indented(f"ignored: {ignored.rule_id}, {ignored.message} ({ignored.reason})", style="dim")


def _detail(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, 12))


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
