"""The findings, gravest first, led by what could not be found out; at the end those that the user ignores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imgscope.analyze import Inspection
from imgscope.report import Failure, Finding, IgnoredFinding, ImageReport, Severity
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone, paragraphs
from imgscope.tui.model.outline import Clip, OutlineRow
from imgscope.tui.model.places import rows_at
from imgscope.tui.model.rule_page import page_lines, topic_of

ORDERS: Final = ("severity", "bytes", "layer", "rule")
"""What the rows can be sorted by, in the order of their ranks."""

_TONES: Final[dict[Severity, Tone]] = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "bad",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "dim",
}
_NOTHING: Final = Line("-", "dim")
_FIRST: Final = 10.0


def findings_title(report: ImageReport) -> str:
    """Return how many findings there are of each severity, and what could not be inspected."""
    counted = dict.fromkeys(reversed(Severity), 0)
    for finding in report.findings:
        counted[finding.severity] += 1
    told = ", ".join(f"{count} {severity.value}" for severity, count in counted.items() if count)
    parts = [f"{format_count(len(report.findings), 'finding')}: {told}" if told else "no findings"]
    if report.failures:
        parts.append(f"{format_count(len(report.failures), 'part')} could not be inspected")
    if report.policy.ignored:
        parts.append(f"{len(report.policy.ignored)} ignored")
    return " · ".join(parts)


def finding_rows(inspection: Inspection) -> Sequence[OutlineRow]:
    """Return a row for each failure and each finding, in the order of the report, and one for all that is ignored.

    The cells are severity, bytes, layer, and the rule with what it says.
    """
    report = inspection.report
    rows = [_failure(failure, number) for number, failure in enumerate(report.failures)]
    width = _longest(report.findings)
    rows += [_finding(inspection, finding, number, width) for number, finding in enumerate(report.findings)]
    if report.policy.ignored:
        rows.append(_all_ignored(inspection, report.policy.ignored))
    return tuple(rows)


def _failure(failure: Failure, number: int) -> OutlineRow:
    return OutlineRow(
        key=f"failure {number}",
        cells=(Line("failed", "critical"), _NOTHING, _NOTHING, Line(f"{failure.stage}: {failure.message}")),
        detail=lambda: [Line(f"{failure.stage} {failure.name}", "strong"), Line(failure.message)],
        searched=f"failed {failure.stage} {failure.name} {failure.message}",
        # Whatever the order is, what is not known comes before what is.
        ranks=(_FIRST, float("inf"), float("inf"), ""),
    )


def _finding(inspection: Inspection, finding: Finding, number: int, width: int) -> OutlineRow:
    topic, title = topic_of(finding.rule_id)
    words = (finding.rule_id, finding.severity.value, topic, title, finding.message, finding.fix or "")
    return OutlineRow(
        key=f"{finding.rule_id} {number}",
        cells=_cells_of(finding, finding.bytes, finding.layer, width),
        detail=lambda: _detail(finding, title),
        below=_places(inspection, finding),
        clip=Clip(text=finding.fix, what="the fix", has_lines=True) if finding.fix else None,
        searched=" ".join((*words, *finding.packages, *finding.paths)),
        ranks=(
            finding.severity.rank,
            finding.bytes or 0,
            finding.layer if finding.layer is not None else -1,
            finding.rule_id,
        ),
    )


def _cells_of(finding: Finding | IgnoredFinding, size: int | None, layer: int | None, width: int) -> tuple[Line, ...]:
    return (
        Line(finding.severity.value, _TONES[finding.severity]),
        Line(format_size(size)) if size is not None else _NOTHING,
        Line(str(layer)) if layer is not None else _NOTHING,
        Line(f"{finding.rule_id:<{width}}  {finding.message}"),
    )


def _places(inspection: Inspection, finding: Finding | IgnoredFinding) -> _Below | None:
    if not finding.paths and not finding.packages:
        return None
    return _Below(inspection, finding)


class _Below:
    """Yields the packages that a finding is about, and its paths."""

    def __init__(self, inspection: Inspection, finding: Finding | IgnoredFinding) -> None:
        self._inspection = inspection
        self._finding = finding

    def __call__(self) -> Sequence[OutlineRow]:
        packages = (
            OutlineRow(key=f"package {name}", cells=_below_cells(Line(""), Line(""), Line(f"package {name}")))
            for name in self._finding.packages
        )
        return (*packages, *rows_at(self._inspection, self._finding.paths, _below_cells))


def _below_cells(size: Line, layer: Line, path: Line) -> tuple[Line, ...]:
    return (Line(""), size, layer, path)


def _detail(finding: Finding, title: str) -> list[Line]:
    tone = _TONES[finding.severity]
    about = f"{finding.rule_id} · {finding.severity.value} severity · {finding.confidence} confidence"
    lines = [Line(f"{about} · {title}" if title else about, tone), Line(finding.message)]
    if finding.fix:
        lines += paragraphs(f"fix: {finding.fix}", "good")
    if finding.layer is not None:
        lines += paragraphs(f"layer {finding.layer}: {finding.instruction or '(not recorded)'}", "dim")
    return [*lines, *page_lines(finding.rule_id)]


def _all_ignored(inspection: Inspection, ignored: Sequence[IgnoredFinding]) -> OutlineRow:
    title, width = format_count(len(ignored), "finding"), _longest(ignored)
    return OutlineRow(
        key="ignored",
        cells=(Line("ignored", "dim"), _NOTHING, _NOTHING, Line(f"{title} ignored", "dim")),
        detail=lambda: [
            Line(f"{title} ignored", "strong"),
            Line("The user's configuration says not to judge the image by them."),
        ],
        below=lambda: [_ignored(inspection, each, number, width) for number, each in enumerate(ignored)],
        is_section=True,
    )


def _ignored(inspection: Inspection, finding: IgnoredFinding, number: int, width: int) -> OutlineRow:
    return OutlineRow(
        key=f"ignored {number}",
        cells=_cells_of(finding, None, None, width),
        detail=lambda: [
            Line(f"{finding.rule_id} · {finding.severity.value} severity · ignored", "strong"),
            Line(finding.message),
            Line(f"ignored by {finding.reason}"),
            *page_lines(finding.rule_id),
        ],
        below=_places(inspection, finding),
        searched=" ".join(
            (finding.rule_id, finding.severity.value, finding.message, *finding.packages, *finding.paths)
        ),
    )


def _longest(findings: Sequence[Finding | IgnoredFinding]) -> int:
    return max((len(finding.rule_id) for finding in findings), default=0)
