"""Limits held against one image, each giving a check that says what was asked, what is, and whether that will do.

As dive does it, a limit fails only beyond it: an image that is just as large as it may be passes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from imgscope.filesystem.efficiency import DiveScore
from imgscope.policy.dive import DISABLED, DiveLimits
from imgscope.policy.policy import Policy
from imgscope.report import Distro, Finding, ImageReport, PolicyCheck, Severity
from imgscope.text import format_size

_DIGITS: Final = 4


def limit_checks(report: ImageReport, score: DiveScore, policy: Policy) -> Iterator[PolicyCheck]:
    """Yield the checks on what the image is: sizes, layers, waste, C library, distribution, and dive's rules."""
    image, waste = report.image, report.waste
    yield from _most("max-unpacked-size", policy.max_unpacked_size, image.unpacked_size, _size)
    yield from _most("max-compressed-size", policy.max_compressed_size, image.compressed_size, _size)
    yield from _most("max-layers", policy.max_layers, image.layer_count, "{:g}".format)
    yield from _most("max-wasted", policy.max_wasted, waste.wasted_bytes, _size)
    share = 100 * waste.wasted_bytes / image.unpacked_size if image.unpacked_size else 0.0
    yield from _most("max-wasted-percent", policy.max_wasted_percent, share, _percent)
    yield from _least("min-efficiency", policy.min_efficiency, score.efficiency)
    if policy.allowed_libc is not None:
        family = report.libc.family
        yield _check("allowed-libc", ", ".join(policy.allowed_libc), family, passes=family in policy.allowed_libc)
    if policy.allowed_distros is not None:
        found = report.distro
        actual = f"{found.id}:{found.version_id}" if found.version_id else found.id
        passes = any(_is_distro(found, allowed) for allowed in policy.allowed_distros)
        yield _check("allowed-distros", ", ".join(policy.allowed_distros), actual, passes=passes)
    if policy.dive is not None:
        yield from _dive_checks(policy.dive, score)


def severity_check(name: str, limit: Severity | None, findings: Sequence[Finding]) -> Iterator[PolicyCheck]:
    """Yield the check that no finding is as severe as `limit` or more."""
    if limit is None:
        return
    counted = Counter(finding.severity for finding in findings if finding.severity.rank >= limit.rank)
    severest_first = sorted(counted, key=lambda severity: -severity.rank)
    actual = ", ".join(f"{counted[severity]} {severity.value}" for severity in severest_first)
    yield _check(name, limit.value, actual or "none", passes=not counted)


def _dive_checks(limits: DiveLimits, score: DiveScore) -> Iterator[PolicyCheck]:
    """Yield one check for each rule of dive, under its name and in the order in which dive has them."""
    checks = {
        "lowestEfficiency": _least("lowestEfficiency", limits.lowest_efficiency, score.efficiency),
        "highestWastedBytes": _most("highestWastedBytes", limits.highest_wasted_bytes, score.wasted_bytes, _size),
        "highestUserWastedPercent": _most(
            "highestUserWastedPercent", limits.highest_user_wasted_percent, score.user_wasted_share, _share
        ),
    }
    for name, check in checks.items():
        yield next(check, PolicyCheck(name=name, limit=DISABLED, actual="not judged", status="skip"))


def _most(name: str, limit: float | None, actual: float, show: Callable[[float], str]) -> Iterator[PolicyCheck]:
    if limit is not None:
        shown_actual, shown_limit = _told_apart(actual, limit, show)
        yield _check(name, shown_limit, shown_actual, passes=actual <= limit)


def _least(name: str, limit: float | None, actual: float) -> Iterator[PolicyCheck]:
    if limit is not None:
        shown_actual, shown_limit = _told_apart(actual, limit, _share)
        yield _check(name, shown_limit, shown_actual, passes=actual >= limit)


def _told_apart(actual: float, limit: float, show: Callable[[float], str]) -> tuple[str, str]:
    """Return both as they are shown, exactly where they would look the same though they differ."""
    shown = show(actual), show(limit)
    return shown if actual == limit or shown[0] != shown[1] else (_exact(actual), _exact(limit))


def _exact(number: float) -> str:
    return f"{number:,} B" if isinstance(number, int) else repr(number)


def _size(size: float) -> str:
    return format_size(int(size))


def _percent(percent: float) -> str:
    return f"{percent:.{_DIGITS}g}%"


def _share(share: float) -> str:
    return "infinite" if math.isinf(share) else f"{share:.{_DIGITS}g}"


def _is_distro(distro: Distro, allowed: str) -> bool:
    """Tell whether the distribution is `allowed`; of a version, as much as is written there has to be the same."""
    name, _, version = allowed.partition(":")
    if name != distro.id:
        return False
    return not version or f"{distro.version_id or ''}.".startswith(f"{version}.")


def _check(name: str, limit: str, actual: str, *, passes: bool) -> PolicyCheck:
    return PolicyCheck(name=name, limit=limit, actual=actual, status="pass" if passes else "fail")
