"""Packages whose installation did not come to its end."""

from __future__ import annotations

from imgscope.report import Severity
from tests.support.images import Entry, file, layer
from tests.support.memory import inspect


def dpkg(**states: str) -> Entry:
    paragraphs = (f"Package: {name}\nStatus: install ok {state}\nVersion: 1\n\n" for name, state in states.items())
    return file("var/lib/dpkg/status", "".join(paragraphs))


def test_there_is_one_finding_for_each_layer_and_state() -> None:
    below = dpkg(a="half-installed", b="installed")
    above = dpkg(a="half-installed", b="installed", c="unpacked", d="unpacked", e="triggers-pending")
    findings = inspect(layer(below), layer(above)).report.findings
    found = [(finding.severity, finding.layer, finding.message) for finding in findings]
    assert found == [
        (Severity.MEDIUM, 0, "1 package (a) is half-installed, not installed to the end"),
        (Severity.MEDIUM, 1, "2 packages (c, d) are unpacked, not installed to the end"),
        (Severity.LOW, 1, "1 package (e) is triggers-pending, not installed to the end"),
    ]


def test_many_names_are_cut_short_and_hostile_ones_are_safe_to_show() -> None:
    (finding,) = inspect(layer(dpkg(**dict.fromkeys("abcde", "unpacked\x1b")))).report.findings
    assert finding.message == "5 packages (a, b, c, d …) are unpacked\\x1b, not installed to the end"
    assert finding.packages == ("a", "b", "c", "d", "e")
