"""The report for a person at a terminal, or reading a CI log: 80 columns wide unless told otherwise."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from imgscope.phrases import attachments_phrase, base_phrase, check_phrase, distro_phrase, libc_phrase
from imgscope.render._tables import (
    causes,
    layers_table,
    leftovers_table,
    packages_table,
    safe_text,
    waste_table,
    waste_title,
)
from imgscope.render._terminal import console_for, fit_for_logs
from imgscope.render.base import Render, RenderOptions
from imgscope.report import (
    Attachment,
    Finding,
    ImageReport,
    PolicyVerdict,
    Severity,
)
from imgscope.text import format_count, format_size

_SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_STATUS_STYLES = {"pass": "green", "fail": "bold red", "skip": "dim"}


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    written = io.StringIO()
    console = console_for(written, options)
    for position, report in enumerate(reports):
        if position:
            console.print()
        console.print(Group(*_sections(report, detailed=options.detailed)))
    return fit_for_logs(written.getvalue())


def _sections(report: ImageReport, *, detailed: bool) -> Iterator[RenderableType]:
    yield from _summary(report)
    yield _heading("Layers")
    yield layers_table(report)
    if report.leftovers.groups:
        yield _heading(f"Leftovers: {format_size(report.leftovers.bytes)}")
        yield leftovers_table(report.leftovers.groups, detailed=detailed)
    if report.waste.paths:
        yield _heading(f"Waste: {waste_title(report.waste)}")
        yield _indented(causes(report.waste.by_cause))
        yield waste_table(report.waste, detailed=detailed)
    if detailed and report.packages:
        yield _heading("Packages")
        yield packages_table(report)
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
    yield safe_text(image.reference, "bold")
    yield _indented(
        " · ".join((platform, distro_phrase(report.distro, on=report.run.started_at), libc_phrase(report.libc)))
    )
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


def _attachments(attachments: Sequence[Attachment]) -> Iterator[RenderableType]:
    for attachment in attachments:
        yield _indented(f"{attachment.kind}: {attachment.media_type}, {format_size(attachment.size)}")
        yield Padding(safe_text(attachment.digest, "dim"), (0, 0, 0, 4))


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
            yield _detail(safe_text(where, "dim", whole_line=False))
        yield _detail(safe_text(finding.message))
        if detailed:
            yield from (
                _detail(safe_text(name)) for name in (*finding.packages, *(f"/{path}" for path in finding.paths))
            )
        if finding.fix and (following is None or following.fix != finding.fix):
            yield _detail(safe_text(f"fix: {finding.fix}", "green"))


def _policy(policy: PolicyVerdict) -> Iterator[RenderableType]:
    yield from (_indented(check_phrase(check), style=_STATUS_STYLES[check.status]) for check in policy.checks)
    for ignored in policy.ignored:
        yield _indented(f"ignored: {ignored.rule_id}, {ignored.message} ({ignored.reason})", style="dim")


def _detail(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, 12))


def _heading(title: str) -> RenderableType:
    return Padding(safe_text(title, "bold"), (1, 0, 0, 0))


def _indented(line: str, *, style: str = "") -> RenderableType:
    return Padding(safe_text(line, style), (0, 0, 0, 2))


RENDER = Render(render=_render)
