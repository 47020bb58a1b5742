"""The findings, gravest first, led by what could not be found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imgscope.report import Failure, Finding, ImageReport, Severity
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone, paragraphs

_TONES: Final[dict[str, Tone]] = {
    "failed": "critical",
    Severity.CRITICAL.value: "critical",
    Severity.HIGH.value: "bad",
    Severity.MEDIUM.value: "warning",
    Severity.LOW.value: "info",
    Severity.INFO.value: "dim",
}
_MOST_NAMES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding, or a part of the inspection that failed; `severity` is a word, `tone` how to set it off."""

    severity: str
    tone: Tone
    name: str
    message: str
    bytes: int | None
    layer: int | None
    detail: tuple[Line, ...]


def finding_rows(report: ImageReport) -> list[FindingRow]:
    """Return a row for each failure and then each finding of `report`, in its order."""
    return [*map(_failure, report.failures), *map(_finding, report.findings)]


def findings_title(report: ImageReport) -> str:
    """Return how many findings there are, and the bytes of all leftovers together."""
    parts = [format_count(len(report.findings), "finding") if report.findings else "no findings"]
    if report.failures:
        parts.append(f"{format_count(len(report.failures), 'part')} could not be inspected")
    groups = report.leftovers.groups
    if groups:
        parts.append(f"leftovers: {format_size(report.leftovers.bytes)} in {format_count(len(groups), 'group')}")
    return " · ".join(parts)


def _failure(failure: Failure) -> FindingRow:
    return FindingRow(
        severity="failed",
        tone=_TONES["failed"],
        name=failure.stage,
        message=failure.message,
        bytes=None,
        layer=None,
        detail=(Line(f"{failure.stage} {failure.name}", "strong"), Line(failure.message)),
    )


def _finding(finding: Finding) -> FindingRow:
    tone = _TONES[finding.severity.value]
    lines = [
        Line(f"{finding.rule_id} · {finding.severity.value} severity · {finding.confidence} confidence", tone),
        Line(finding.message),
    ]
    if finding.fix:
        lines += paragraphs(f"fix: {finding.fix}", "good")
    if finding.instruction and finding.layer is not None:
        lines += paragraphs(f"layer {finding.layer}: {finding.instruction}", "dim")
    if finding.packages:
        lines.append(Line(f"packages: {_some(finding.packages)}"))
    if finding.paths:
        lines.append(Line(f"paths: {_some([f'/{path}' for path in finding.paths])}"))
    return FindingRow(
        severity=finding.severity.value,
        tone=tone,
        name=finding.rule_id,
        message=finding.message,
        bytes=finding.bytes,
        layer=finding.layer,
        detail=tuple(lines),
    )


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
