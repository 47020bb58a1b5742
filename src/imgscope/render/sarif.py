"""SARIF 2.1.0 (OASIS) for code-scanning pages: every rule with its help, every finding at one place.

What the user ignores is a result that is suppressed, and a check of the policy that fails is a result as well.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from imgscope._version import __version__
from imgscope.render._json import json_text
from imgscope.render._places import Place, Places, path_uri
from imgscope.render._sarif_policy import check_message, check_rule_id, check_rules
from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, IgnoredFinding, ImageReport, Severity
from imgscope.rules import rule_pages
from imgscope.rules.base import RulePage
from imgscope.text import printable

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub: above 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low.
_SECURITY_SEVERITIES: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "1.0",
}
_SECURITY_TOPICS: Final = ("secrets", "permissions")
_IMAGE_ROOT: Final = "IMAGE"
_MOST_RELATED: Final = 20
_LONGEST_MESSAGE: Final = 4000


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    pages = rule_pages()
    runs = [_run(report, pages, Places(report, options.dockerfile)) for report in reports]
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


def _run(report: ImageReport, pages: Sequence[RulePage], places: Places) -> dict[str, Any]:
    image = report.image
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    reference = printable(image.reference)
    rules = [*map(_rule, pages), *check_rules(report.policy.checks)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    return {
        "tool": {"driver": {"name": "imgscope", "semanticVersion": __version__, "rules": rules}},
        # A code-scanning page takes several runs in one file only where they differ in this.
        "automationDetails": {"id": f"imgscope/{reference}/{platform}/"},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_IMAGE_ROOT: {"description": {"text": f"the root directory of {reference}"}}},
        "columnKind": "unicodeCodePoints",
        "results": [*_results(report, indexes, places), *_check_results(report, indexes, places)],
        "properties": {
            "reference": reference,
            "digest": image.digest,
            "platform": platform,
            "complete": report.complete,
            "policyPassed": report.policy.passed,
        },
    }


def _rule(page: RulePage) -> dict[str, Any]:
    rule = page.rule
    _, _, body = page.text.partition("\n")
    properties: dict[str, Any] = {"tags": ["container", rule.topic]}
    if rule.topic in _SECURITY_TOPICS:
        properties["tags"].append("security")
        properties["security-severity"] = _SECURITY_SEVERITIES[rule.severity]
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{page.summary}."},
        "fullDescription": {"text": _paragraph(body, "## Why it matters") or f"{page.summary}."},
        "help": {"text": page.text, "markdown": f"# {page.summary}\n{body}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _paragraph(page: str, heading: str) -> str:
    """Return the first paragraph below `heading` in one line."""
    _, _, below = page.partition(f"{heading}\n")
    return " ".join(below.strip().partition("\n\n")[0].split())


def _invocation(report: ImageReport) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": report.complete, "startTimeUtc": report.run.started_at}
    if report.failures:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": _message(printable(failure.message))},
                "descriptor": {"id": f"{failure.stage}-failed"},
                "properties": {"name": printable(failure.name)},
            }
            for failure in report.failures
        ]
    return invocation


def _results(report: ImageReport, indexes: Mapping[str, int], places: Places) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in (*report.findings, *report.policy.ignored):
        fingerprint = _fingerprint(finding)
        seen[fingerprint] += 1
        advice = f"\nFix: {printable(finding.fix)}" if finding.fix else ""
        result: dict[str, Any] = {
            "ruleId": finding.rule_id,
            "level": _LEVELS[finding.severity],
            "message": {"text": _message(printable(finding.message) + advice)},
            "locations": [_location(finding, report, places)],
            "partialFingerprints": _fingerprints(fingerprint, seen[fingerprint]),
            "suppressions": _suppressions(finding),
            "properties": _properties(finding),
        }
        if finding.rule_id in indexes:
            result["ruleIndex"] = indexes[finding.rule_id]
        related = finding.paths if places.in_dockerfile else finding.paths[1:]
        if related:
            result["relatedLocations"] = [_in_image(path) for path in related[:_MOST_RELATED]]
        yield result


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    """Return why `finding` is not judged; an empty list says that it is (section 3.27.23: for all results or none)."""
    if not isinstance(finding, IgnoredFinding):
        return []
    return [{"kind": "external", "status": "accepted", "justification": f"ignored by {printable(finding.reason)}"}]


def _check_results(report: ImageReport, indexes: Mapping[str, int], places: Places) -> Iterator[dict[str, Any]]:
    """Yield a result for each check of the policy that fails."""
    for check in report.policy.checks:
        if check.status != "fail":
            continue
        rule_id = check_rule_id(check)
        yield {
            "ruleId": rule_id,
            "level": "error",
            "message": {"text": _message(check_message(check))},
            "locations": [_at(places.place_of_image(), places)],
            "partialFingerprints": _fingerprints(hashlib.sha256(rule_id.encode()).hexdigest(), 1),
            "suppressions": [],
            "properties": {"actual": printable(check.actual), "limit": printable(check.limit)},
            "ruleIndex": indexes[rule_id],
        }


def _at(place: Place, places: Places) -> dict[str, Any]:
    artifact = {"uri": place.uri}
    if not places.in_dockerfile:
        artifact["uriBaseId"] = _IMAGE_ROOT
    region = {"startLine": place.line, "endLine": place.last_line}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _location(finding: Finding, report: ImageReport, places: Places) -> dict[str, Any]:
    location = _at(places.place(finding), places)
    logical: list[dict[str, str]] = []
    if finding.layer is not None:
        digest = report.layers[finding.layer].digest
        logical.append({"name": f"layer {finding.layer}", "fullyQualifiedName": digest, "kind": "layer"})
    logical += ({"name": printable(name), "kind": "package"} for name in finding.packages[:_MOST_RELATED])
    if logical:
        location["logicalLocations"] = logical
    return location


def _in_image(path: str) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": path_uri(path), "uriBaseId": _IMAGE_ROOT}},
        "message": {"text": _message(printable(f"/{path}"))},
    }


def _properties(finding: Finding) -> dict[str, Any]:
    properties: dict[str, Any] = {"severity": finding.severity.value, "confidence": finding.confidence}
    if finding.layer is not None:
        properties["layer"] = finding.layer
        properties["instruction"] = printable(finding.instruction or "")
    if finding.bytes is not None:
        properties["bytes"] = finding.bytes
    return properties


def _message(text: str) -> str:
    """Return `text`, which is printable, with nothing in it that is read as an embedded link (section 3.11.6)."""
    text = text[:_LONGEST_MESSAGE]
    return re.sub(r"[\[\]]", r"\\\g<0>", text) if "](" in text else text


def _fingerprints(fingerprint: str, occurrence: int) -> dict[str, str]:
    return {"imgscope/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint[:16]}:{occurrence}"}


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same for one finding as the image is built anew: no digest, no size, no position."""
    named = sorted((*finding.paths, *finding.packages)) or [re.sub(r"\d[\d.,]*", "#", finding.message)]
    text = "\0".join((finding.rule_id, *named))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


RENDER = Render(render=_render)
