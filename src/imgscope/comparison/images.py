"""One image of a comparison: from its head alone, or from all of it."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from typing import Final

import msgspec

from imgscope.analyze import Inspection
from imgscope.comparison.data import ComparedImage, Contents, FindingCounts, LayerSummary, PackageSize
from imgscope.comparison.tools import package_managers, shells
from imgscope.image_summary import summary_of
from imgscope.report import ImageReport, Package, Severity
from imgscope.sources.base import ImageHead

MOST_PACKAGES: Final = 10
_MOST_VERSIONS: Final = 10
_LONGEST_VERSION: Final = 60
_VERSION: Final = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*_VERSION)=(?P<version>v?\d[^\s]*)")
_VERSION_LABEL: Final = "org.opencontainers.image.version"


def image_of_head(head: ImageHead) -> ComparedImage:
    """Return what manifest and configuration tell of an image; secrets in it are redacted."""
    summary = summary_of(head, (), None, ())
    config = summary.config
    return ComparedImage(
        reference=summary.reference,
        digest=summary.digest,
        platform=summary.platform,
        compressed_size=summary.compressed_size,
        layers=tuple(
            LayerSummary(
                digest=str(descriptor.digest),
                diff_id=str(diff_id) if diff_id is not None else None,
                compressed_size=descriptor.size,
            )
            for descriptor, diff_id in zip(head.manifest.layers, head.diff_ids, strict=True)
        ),
        created=summary.created,
        user=config.user,
        entrypoint=config.entrypoint,
        cmd=config.cmd,
        healthcheck=config.healthcheck,
        versions=_versions(config.env, config.labels),
    )


def image_of_inspection(inspection: Inspection) -> ComparedImage:
    """Return what an inspection tells of an image: nothing that its report does not say, but which tools it has."""
    contents = _contents(inspection.report, shells(inspection.image), package_managers(inspection.image))
    return msgspec.structs.replace(image_of_head(inspection.head), contents=contents)


def _contents(report: ImageReport, has_shells: tuple[str, ...], has_managers: tuple[str, ...]) -> Contents:
    counted = Counter(finding.severity for finding in report.findings)
    return Contents(
        complete=report.complete,
        unpacked_size=report.image.unpacked_size,
        file_count=report.image.file_count,
        distro=report.distro,
        libc=report.libc,
        package_count=len(report.packages),
        largest_packages=_largest(report.packages),
        shells=has_shells,
        package_managers=has_managers,
        leftover_bytes=report.leftovers.bytes,
        wasted_bytes=report.waste.wasted_bytes,
        efficiency=report.waste.efficiency,
        findings=FindingCounts(**{severity.value: counted[severity] for severity in Severity}),
    )


def _largest(packages: tuple[Package, ...]) -> tuple[PackageSize, ...]:
    largest = heapq.nsmallest(MOST_PACKAGES, packages, key=lambda package: (-_size(package), package.name))
    return tuple(
        PackageSize(name=package.name, version=package.version, type=package.type, bytes=_size(package))
        for package in largest
    )


def _size(package: Package) -> int:
    return package.file_bytes if package.file_bytes is not None else package.installed_size or 0


def _versions(env: tuple[str, ...], labels: dict[str, str]) -> dict[str, str]:
    """Return what is named a version: official images say so of what they bring."""
    matches = (_VERSION.fullmatch(variable) for variable in env)
    found = {match["name"]: match["version"][:_LONGEST_VERSION] for match in matches if match}
    if _VERSION_LABEL in labels:
        found[_VERSION_LABEL] = labels[_VERSION_LABEL][:_LONGEST_VERSION]
    return dict(list(found.items())[:_MOST_VERSIONS])
