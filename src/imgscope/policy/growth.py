"""An image held against its baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from imgscope.policy.baseline import Baseline
from imgscope.policy.checks import severity_check
from imgscope.policy.keys import Growth
from imgscope.policy.policy import Policy
from imgscope.report import Finding, ImageReport, PolicyCheck
from imgscope.text import format_size

_NO_LIMIT: Final = "none"
_NAMES_SHOWN: Final = 4


def baseline_checks(
    report: ImageReport, findings: Sequence[Finding], policy: Policy, baseline: Baseline
) -> Iterator[PolicyCheck]:
    """Yield what the image has that its baseline does not: bytes, packages and findings.

    What no limit was set for is skipped, but told.
    """
    image = report.image
    sizes = {
        "compressed-growth": (image.compressed_size, baseline.compressed_size),
        "unpacked-growth": (image.unpacked_size, baseline.unpacked_size),
    }
    for name, (size, before) in sizes.items():
        yield _growth_check(name, size - before, before, policy.max_growth)
    packages = baseline.new_packages(report)
    yield PolicyCheck(name="new-packages", limit=_NO_LIMIT, actual=_named(packages), status="skip")
    new = [finding for finding in findings if baseline.is_new(finding)]
    if policy.fail_on_new is None:
        rules = sorted({finding.rule_id for finding in new})
        yield PolicyCheck(name="new-findings", limit=_NO_LIMIT, actual=_named(rules), status="skip")
    yield from severity_check("fail-on-new", policy.fail_on_new, new)


def _growth_check(name: str, growth: int, before: int, limit: Growth | None) -> PolicyCheck:
    share = f", {100 * growth / before:+.2f}%" if before else ""
    sign = "-" if growth < 0 else "+"
    actual = f"{sign}{format_size(abs(growth))}{share}"
    if limit is None:
        return PolicyCheck(name=name, limit=_NO_LIMIT, actual=actual, status="skip")
    passes = growth <= limit.size if limit.percent is None else 100 * growth <= limit.percent * before
    return PolicyCheck(name=name, limit=str(limit), actual=actual, status="pass" if passes else "fail")


def _named(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"{len(names)}: {', '.join(names[:_NAMES_SHOWN])}{more}"
