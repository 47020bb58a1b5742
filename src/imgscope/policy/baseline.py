"""What an image is compared with: another image, or the JSON report of an earlier run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from imgscope.report import Finding, ImageReport, Severity

_NUMBERS: Final = re.compile(r"[0-9][0-9,.]*")


class _Judged(Protocol):
    """What findings have in common, those of this run, those that are ignored, and those of a file."""

    @property
    def rule_id(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def message(self) -> str: ...
    @property
    def paths(self) -> tuple[str, ...]: ...
    @property
    def packages(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What counts of an image to compare with. Sizes in bytes; `packages` by type and name.

    `findings` has the highest severity of each thing that a rule had to say something of: see `is_new`.
    """

    name: str
    compressed_size: int
    unpacked_size: int
    packages: frozenset[tuple[str, str]]
    findings: Mapping[tuple[str, str], Severity]

    def is_new(self, finding: Finding) -> bool:
        """Tell whether the baseline does not have `finding`, or has it less severe.

        A finding is known by its rule and the paths and packages it is about, whatever layer they are in and however
        large they are. One that is about neither is known by its words, numbers left out.
        """
        known = [self.findings.get((finding.rule_id, subject)) for subject in _subjects(finding)]
        return any(severity is None or severity.rank < finding.severity.rank for severity in known)

    def new_packages(self, report: ImageReport) -> Sequence[str]:
        """Return the names of packages that the image has in no version."""
        names = {package.name for package in report.packages if (package.type, package.name) not in self.packages}
        return sorted(names)


def baseline_of(report: ImageReport) -> Baseline:
    """Return what counts of an inspected image that was not judged yet."""
    return make_baseline(
        name=report.image.reference,
        compressed_size=report.image.compressed_size,
        unpacked_size=report.image.unpacked_size,
        packages=((package.type, package.name) for package in report.packages),
        findings=report.findings,
    )


def make_baseline(
    *,
    name: str,
    compressed_size: int,
    unpacked_size: int,
    packages: Iterable[tuple[str, str]],
    findings: Iterable[_Judged],
) -> Baseline:
    """Return a baseline of these."""
    known: dict[tuple[str, str], Severity] = {}
    for finding in findings:
        for subject in _subjects(finding):
            before = known.get((finding.rule_id, subject), finding.severity)
            known[finding.rule_id, subject] = max(before, finding.severity, key=lambda severity: severity.rank)
    return Baseline(
        name=name,
        compressed_size=compressed_size,
        unpacked_size=unpacked_size,
        packages=frozenset(packages),
        findings=known,
    )


def _subjects(finding: _Judged) -> Iterator[str]:
    yield from (f"/{path}" for path in finding.paths)
    yield from finding.packages
    if not finding.paths and not finding.packages:
        yield _NUMBERS.sub("#", finding.message)
