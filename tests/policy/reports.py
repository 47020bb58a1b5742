"""Small images, inspected, for what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from imgscope import analyze
from imgscope.policy.baseline import Baseline
from imgscope.policy.judge import judge
from imgscope.policy.policy import Policy
from imgscope.report import Finding, ImageReport, PolicyCheck, Severity
from tests.support.images import BuiltLayer, file, layer
from tests.support.memory import inspect


def inspected(*layers: BuiltLayer, config: Mapping[str, Any] | None = None) -> analyze.Inspection:
    """An image of `layers` on one that names Debian 12.5."""
    release = "ID=debian\nVERSION_ID=12.5\nPRETTY_NAME='Debian'\n"
    return inspect(layer(file("etc/os-release", release), compression="none"), *layers, config=config)


def finding(
    rule_id: str,
    severity: Severity = Severity.HIGH,
    *,
    message: str = "something",
    paths: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
) -> Finding:
    """A finding of that rule."""
    return Finding(
        rule_id=rule_id, severity=severity, confidence="high", message=message, paths=paths, packages=packages
    )


def with_findings(report: ImageReport, *findings: Finding) -> ImageReport:
    """`report` as if rules had found just these."""
    return msgspec.structs.replace(report, findings=findings)


def verdict(inspection: analyze.Inspection, policy: Policy, baseline: Baseline | None = None) -> ImageReport:
    """The report with what comes of `policy`."""
    return judge(inspection.report, inspection.image.dive_score, policy, baseline)


def checks(inspection: analyze.Inspection, policy: Policy, baseline: Baseline | None = None) -> dict[str, PolicyCheck]:
    """The checks that come of `policy`, by name."""
    return {check.name: check for check in verdict(inspection, policy, baseline).policy.checks}
