"""An image held against what it was before."""

from __future__ import annotations

import pytest

from imgscope.policy.baseline import Baseline, baseline_of
from imgscope.policy.judge import judge
from imgscope.policy.keys import Growth
from imgscope.policy.policy import Policy
from imgscope.report import Finding, Severity
from tests.policy.reports import checks, finding, inspected, with_findings
from tests.support.images import file, layer

BEFORE = inspected(layer(file("lib/apk/db/installed", "P:musl\nV:1.2.4\n"), file("data", b"d" * 99_900)))
AFTER = inspected(layer(file("lib/apk/db/installed", "P:musl\nV:1.2.5\n\nP:curl\nV:8\n"), file("data", b"d" * 109_900)))


def baseline(*findings: Finding) -> Baseline:
    return baseline_of(with_findings(BEFORE.report, *findings))


def test_what_grew_and_what_is_new_is_told_without_a_limit_too() -> None:
    judged = checks(AFTER, Policy(), baseline_of(BEFORE.report))
    assert {name: check.status for name, check in judged.items()} == dict.fromkeys(
        ["compressed-growth", "unpacked-growth", "new-packages", "new-findings"], "skip"
    )
    grown = AFTER.report.image.unpacked_size - BEFORE.report.image.unpacked_size
    assert judged["unpacked-growth"].actual == f"+10.0 kB, +{100 * grown / BEFORE.report.image.unpacked_size:.2f}%"
    assert judged["new-packages"].actual == "1: curl"
    assert judged["new-findings"].actual == "none"


def test_an_image_that_shrank_is_told_to_have() -> None:
    judged = checks(BEFORE, Policy(max_growth=Growth(size=0)), baseline_of(AFTER.report))
    assert judged["unpacked-growth"].status == "pass"
    assert judged["unpacked-growth"].actual.startswith("-10.0 kB, -")
    assert judged["new-packages"].actual == "none"


def growth_status(limit: Growth) -> str:
    return checks(AFTER, Policy(max_growth=limit), baseline_of(BEFORE.report))["unpacked-growth"].status


def test_growth_holds_up_to_its_limit_in_bytes_and_in_percent() -> None:
    before, after = BEFORE.report.image.unpacked_size, AFTER.report.image.unpacked_size
    assert growth_status(Growth(size=after - before)) == "pass"
    assert growth_status(Growth(size=after - before - 1)) == "fail"
    percent = 100 * (after - before) / before
    assert growth_status(Growth(percent=percent + 1e-6)) == "pass"
    assert growth_status(Growth(percent=percent - 1e-6)) == "fail"


def test_compressed_growth_has_the_same_limit() -> None:
    judged = checks(AFTER, Policy(max_growth=Growth(percent=50)), baseline_of(BEFORE.report))
    assert judged["compressed-growth"].limit == "50%"
    assert judged["compressed-growth"].status == "pass"


def is_new(found: Finding, *before: Finding) -> bool:
    report = with_findings(AFTER.report, found)
    policy = Policy(fail_on_new=Severity.MEDIUM)
    judged = judge(report, AFTER.image.dive_score, policy, baseline(*before)).policy
    (check,) = [check for check in judged.checks if check.name == "fail-on-new"]
    assert judged.passed is (check.status == "pass")
    assert "new-findings" not in {check.name for check in judged.checks}
    return check.status == "fail"


def test_only_what_the_baseline_did_not_have_is_judged() -> None:
    old = finding("runs-as-root", message="runs as root")
    assert not is_new(old, old)
    assert is_new(old)
    assert is_new(old, finding("logs-left", message="runs as root"))


def test_new_findings_below_the_severity_that_fails_pass() -> None:
    assert not is_new(finding("logs-left", Severity.LOW))


def test_a_finding_is_known_by_its_paths_and_packages_whatever_it_says_of_their_size() -> None:
    before = finding("logs-left", message="logs in /var/log: 2 MB", paths=("var/log", "srv/log"), packages=("a", "b"))
    assert not is_new(finding("logs-left", message="logs in /var/log: 3 MB", paths=("var/log",)), before)
    assert is_new(finding("logs-left", paths=("var/log", "opt/log")), before)
    assert not is_new(finding("logs-left", packages=("b",)), before)
    assert is_new(finding("logs-left", packages=("b", "c")), before)
    assert is_new(finding("logs-left", packages=("var/log",)), before)


def test_a_finding_on_neither_is_known_by_its_words_without_their_numbers() -> None:
    before = finding("many-layers", message="127 layers, of which overlay file systems stack at most 127")
    assert not is_new(
        finding("many-layers", message="1,128 layers, of which overlay file systems stack at most 127"), before
    )
    secret = finding("secret-in-configuration", message="ENV holds a secret: token, …ab12")
    assert is_new(finding("secret-in-configuration", message="ENV holds a secret: password, …ab12"), secret)


def test_a_finding_that_became_more_severe_is_new() -> None:
    low, high = (finding("logs-left", severity, paths=("var/log",)) for severity in (Severity.LOW, Severity.HIGH))
    assert is_new(high, low)
    assert not is_new(high, low, high)
    assert not is_new(high, high, low)


def test_the_new_ones_are_named_where_none_of_them_fails() -> None:
    report = with_findings(AFTER.report, *(finding(rule) for rule in ("logs-left", "logs-left", "runs-as-root")))
    judged = judge(report, AFTER.image.dive_score, Policy(), baseline()).policy
    assert {check.name: check.actual for check in judged.checks}["new-findings"] == "2: logs-left, runs-as-root"


@pytest.mark.parametrize(("size", "status"), [(b"", "pass"), (b"x", "fail")])
def test_growth_from_nothing_is_beyond_every_percentage(size: bytes, status: str) -> None:
    from tests.support.memory import inspect

    nothing = baseline_of(inspect().report)
    judged = checks(inspect(layer(file("a", size))), Policy(max_growth=Growth(percent=1000)), nothing)
    assert judged["unpacked-growth"].status == status
