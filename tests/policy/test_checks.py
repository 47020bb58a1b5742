"""Limits held against an image: beyond them it fails, at them it passes."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.policy.judge import judge
from imgscope.policy.policy import Policy
from imgscope.report import Severity
from tests.policy.reports import checks, finding, inspected, verdict, with_findings
from tests.support import elf
from tests.support.images import file, layer, whiteout

IMAGE = inspected(
    layer(file("data", b"d" * 1_000_000), file("gone", b"g" * 250_000), compression="none"),
    layer(whiteout("gone"), compression="none"),
)
SIZE = IMAGE.report.image
WASTED_PERCENT = 100 * 250_000 / SIZE.unpacked_size


def test_without_a_policy_there_is_nothing_to_check_and_it_holds() -> None:
    report = verdict(IMAGE, Policy())
    assert (report.policy.passed, report.policy.checks, report.policy.ignored) == (True, (), ())
    assert report == IMAGE.report


@pytest.mark.parametrize(
    ("key", "at", "beyond"),
    [
        ("max_unpacked_size", SIZE.unpacked_size, SIZE.unpacked_size - 1),
        ("max_compressed_size", SIZE.compressed_size, SIZE.compressed_size - 1),
        ("max_layers", 3, 2),
        ("max_wasted", 250_000, 249_999),
        ("max_wasted_percent", WASTED_PERCENT, WASTED_PERCENT - 1e-9),
        ("min_efficiency", IMAGE.image.dive_score.efficiency, IMAGE.image.dive_score.efficiency + 1e-9),
    ],
)
def test_a_limit_holds_up_to_itself_and_not_beyond(key: str, at: float, beyond: float) -> None:
    for limit, status in ((at, "pass"), (beyond, "fail")):
        values: dict[str, Any] = {key: limit}
        report = verdict(IMAGE, Policy(**values))
        (check,) = report.policy.checks
        assert (check.name, check.status) == (key.replace("_", "-"), status)
        assert report.policy.passed is (status == "pass")


def test_a_check_tells_what_was_asked_and_what_is() -> None:
    check = checks(IMAGE, Policy(max_wasted=200_000))["max-wasted"]
    assert (check.actual, check.limit) == ("250 kB", "200 kB")
    assert checks(IMAGE, Policy(max_layers=2))["max-layers"].actual == "3"


def test_sizes_that_look_the_same_though_they_differ_are_told_exactly() -> None:
    check = checks(IMAGE, Policy(max_wasted=249_999))["max-wasted"]
    assert (check.actual, check.limit) == ("250,000 B", "249,999 B")


@pytest.mark.parametrize(
    ("allowed", "status"),
    [
        (("debian",), "pass"),
        (("debian:12",), "pass"),
        (("debian:12.5",), "pass"),
        (("alpine", "debian:12"), "pass"),
        (("debian:1",), "fail"),
        (("debian:12.50",), "fail"),
        (("debian:13", "alpine"), "fail"),
    ],
)
def test_a_distribution_is_allowed_by_name_or_by_as_much_of_its_version_as_is_named(
    allowed: tuple[str, ...], status: str
) -> None:
    check = checks(IMAGE, Policy(allowed_distros=allowed))["allowed-distros"]
    assert (check.status, check.actual) == (status, "debian:12.5")


@pytest.mark.parametrize(("allowed", "status"), [(("musl",), "fail"), (("musl", "glibc"), "pass")])
def test_only_the_C_libraries_that_are_allowed_pass(allowed: tuple[str, ...], status: str) -> None:
    loader = "lib/ld-linux-x86-64.so.2"
    image = inspected(
        layer(
            file(loader, elf.glibc_library("2.36", "ld-linux-x86-64.so.2"), mode=0o755),
            file("lib/libc.so.6", elf.glibc_library("2.36"), mode=0o755),
            file("bin/app", elf.glibc_program(), mode=0o755),
        )
    )
    check = checks(image, Policy(allowed_libc=allowed))["allowed-libc"]
    assert (check.status, check.actual) == (status, "glibc")


@pytest.mark.parametrize(
    ("fail_on", "status", "actual"),
    [
        (Severity.CRITICAL, "pass", "none"),
        (Severity.HIGH, "fail", "1 high"),
        (Severity.MEDIUM, "fail", "1 high, 2 medium"),
        (Severity.INFO, "fail", "1 high, 2 medium, 1 info"),
    ],
)
def test_findings_fail_from_a_severity_on(fail_on: Severity, status: str, actual: str) -> None:
    severities = [Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM, Severity.INFO]
    report = with_findings(IMAGE.report, *(finding("logs-left", severity) for severity in severities))
    (check,) = judge(report, IMAGE.image.dive_score, Policy(fail_on=fail_on)).policy.checks
    assert (check.name, check.limit, check.status, check.actual) == ("fail-on", fail_on.value, status, actual)
