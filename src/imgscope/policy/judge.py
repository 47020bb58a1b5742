"""From a report and a policy to the verdict, which becomes part of the report."""

from __future__ import annotations

import msgspec

from imgscope.filesystem.efficiency import DiveScore
from imgscope.policy.baseline import Baseline
from imgscope.policy.checks import limit_checks, severity_check
from imgscope.policy.growth import baseline_checks
from imgscope.policy.ignore import Ignore, ignoring
from imgscope.policy.policy import Policy
from imgscope.report import Finding, IgnoredFinding, ImageReport, PolicyVerdict


def judge(report: ImageReport, score: DiveScore, policy: Policy, baseline: Baseline | None = None) -> ImageReport:
    """Return `report` with the verdict of `policy` in it; `score` is the image's, by dive's arithmetic.

    What the user ignores is moved from the findings to the verdict. Nothing is asked of what is not there to judge:
    a report that is not complete may hold the policy all the same, and is told apart by `complete`.
    """
    told = [(finding, ignoring(finding, policy.ignores)) for finding in report.findings]
    findings = tuple(finding for finding, ignore in told if ignore is None)
    ignored = tuple(_ignored(finding, ignore) for finding, ignore in told if ignore is not None)
    checks = [*limit_checks(report, score, policy), *severity_check("fail-on", policy.fail_on, findings)]
    if baseline is not None:
        checks += baseline_checks(report, findings, policy, baseline)
    passed = all(check.status != "fail" for check in checks)
    verdict = PolicyVerdict(passed=passed, checks=tuple(checks), ignored=ignored)
    return msgspec.structs.replace(report, findings=findings, policy=verdict)


def _ignored(finding: Finding, ignore: Ignore) -> IgnoredFinding:
    return IgnoredFinding(reason=ignore.reason, **msgspec.structs.asdict(finding))
