"""Workflow commands of GitHub Actions: an annotation for each finding, at its line where the Dockerfile is known.

Source: docs.github.com, "Workflow commands for GitHub Actions"; what is escaped, and how, is as in the toolkit's
`@actions/core`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from imgscope.render._places import Places
from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, ImageReport, Severity
from imgscope.text import printable

_COMMANDS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
_MOST_PATHS: Final = 10


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    lines: list[str] = []
    for report in reports:
        places = Places(report, options.dockerfile)
        lines += (_annotation(finding, report, places) for finding in report.findings)
        lines += _verdict(report)
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, report: ImageReport, places: Places) -> str:
    properties: dict[str, str] = {}
    if places.in_dockerfile:
        place = places.place(finding)
        properties = {"file": unquote(place.uri), "line": str(place.line), "endLine": str(place.last_line)}
    properties["title"] = f"{finding.rule_id} ({finding.severity.value})"
    return _command(_COMMANDS[finding.severity], properties, "\n".join(map(printable, _lines(finding, report))))


def _lines(finding: Finding, report: ImageReport) -> Iterator[str]:
    yield f"{report.image.reference}: {finding.message}"
    if finding.layer is not None:
        yield f"layer {finding.layer}: {finding.instruction or '(not recorded)'}"
    yield from (f"/{path}" for path in finding.paths[:_MOST_PATHS])
    if len(finding.paths) > _MOST_PATHS:
        yield f"and {len(finding.paths) - _MOST_PATHS} more paths"
    if finding.fix:
        yield f"fix: {finding.fix}"


def _verdict(report: ImageReport) -> Iterator[str]:
    """Yield what fails the job besides findings: checks of the policy, and what could not be read."""
    for check in report.policy.checks:
        if check.status == "fail":
            message = f"{report.image.reference}: {check.name} is {check.actual}, limit {check.limit}"
            yield _command("error", {"title": f"policy: {check.name}"}, printable(message))
    for failure in report.failures:
        message = printable(f"{report.image.reference}: {failure.message}")
        yield _command("error", {"title": "incomplete"}, message)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    """Return one workflow command in one line; `message` may have several, which are printable."""
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {shown}::{_data(message)}"


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


RENDER = Render(render=_render)
