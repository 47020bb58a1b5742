"""JUnit XML for pages of test results: a suite for each image, in it a case for each rule and each check of the policy.

There is no standard; what Jenkins, GitLab and others read in common is used, as in Jenkins' junit-10.xsd.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, ImageReport, Severity
from imgscope.rules import rule_pages
from imgscope.text import printable

_RULES: Final = "imgscope.rules"
_POLICY: Final = "imgscope.policy"
_INSPECTION: Final = "imgscope.inspection"
_FAILS_FROM: Final = Severity.MEDIUM
_MOST_NAMES: Final = 100
# Characters that are valid in text and not in XML 1.0 (section 2.2), beyond those that `printable` escapes.
_NOT_XML: Final = re.compile("[\ufffe\uffff]")


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    suites = ET.Element("testsuites", name="imgscope")
    for report in reports:
        suites.append(_suite(report, options.disabled))
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(report: ImageReport, disabled: Collection[str]) -> ET.Element:
    suite = ET.Element("testsuite", name=_safe(report.image.reference))
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report):
        ET.SubElement(properties, "property", name=name, value=_safe(value))
    cases = [*_rule_cases(report, disabled), *_policy_cases(report), *_inspection_cases(report)]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    for count, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(outcome) is not None for case in cases)))
    suite.set("time", f"{report.run.duration_seconds:.3f}")
    suite.set("timestamp", report.run.started_at)
    return suite


def _properties(report: ImageReport) -> Iterator[tuple[str, str]]:
    image = report.image
    yield "digest", image.digest
    yield "platform", "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    yield "compressedSize", str(image.compressed_size)
    yield "unpackedSize", str(image.unpacked_size)
    yield "complete", str(report.complete).lower()


def _rule_cases(report: ImageReport, disabled: Collection[str]) -> Iterator[ET.Element]:
    """Yield a case for each rule. Findings that only inform, or matter little, are told and do not fail it."""
    found: dict[str, list[Finding]] = {page.rule.id: [] for page in rule_pages()}
    for finding in report.findings:
        found.setdefault(finding.rule_id, []).append(finding)
    crashed = {failure.name: failure.message for failure in report.failures if failure.stage == "rule"}
    ignored = {each.rule_id: each.reason for each in report.policy.ignored}
    for rule_id, findings in found.items():
        case = _case(_RULES, rule_id)
        if rule_id in crashed:
            _outcome(case, "error", "crashed", crashed[rule_id])
        elif any(finding.severity.rank >= _FAILS_FROM.rank for finding in findings):
            worst = max(findings, key=lambda finding: finding.severity.rank)
            _outcome(case, "failure", worst.severity.value, worst.message, _told(findings))
        elif findings:
            ET.SubElement(case, "system-out").text = _told(findings)
        elif rule_id in ignored:
            _outcome(case, "skipped", "ignored", ignored[rule_id])
        elif rule_id in disabled:
            _outcome(case, "skipped", "disabled", "disabled")
        yield case


def _policy_cases(report: ImageReport) -> Iterator[ET.Element]:
    for check in report.policy.checks:
        case = _case(_POLICY, check.name)
        message = f"{check.actual}, limit {check.limit}"
        if check.status == "fail":
            _outcome(case, "failure", "policy", message)
        elif check.status == "skip":
            _outcome(case, "skipped", "policy", message)
        yield case


def _inspection_cases(report: ImageReport) -> Iterator[ET.Element]:
    """Yield what could not be read; rules that crashed have cases of their own."""
    for failure in report.failures:
        if failure.stage != "rule":
            case = _case(_INSPECTION, f"{failure.stage} {failure.name}")
            _outcome(case, "error", "incomplete", failure.message)
            yield case


def _case(group: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=group, name=_safe(name))


def _outcome(case: ET.Element, outcome: str, kind: str, message: str, text: str | None = None) -> None:
    ET.SubElement(case, outcome, type=kind, message=_safe(message)).text = text or _safe(message)


def _told(findings: Sequence[Finding]) -> str:
    return "\n\n".join("\n".join(map(_safe, _lines(finding))) for finding in findings)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity.value}: {finding.message}"
    if finding.layer is not None:
        yield f"layer {finding.layer}: {finding.instruction or '(not recorded)'}"
    names = [*finding.packages, *(f"/{path}" for path in finding.paths)]
    yield from (f"- {name}" for name in names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        yield f"- and {len(names) - _MOST_NAMES} more"
    if finding.fix:
        yield f"fix: {finding.fix}"


def _safe(text: str) -> str:
    return _NOT_XML.sub(lambda match: f"\\u{ord(match.group()):04x}", printable(text))


RENDER = Render(render=_render)
