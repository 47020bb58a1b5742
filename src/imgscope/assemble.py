"""From an inspected image to the report: no judgement here, only counting, sorting and pricing."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from imgscope._version import __version__
from imgscope.facts import DISTRIBUTION_TYPES, InspectedImage, LayerOrigin
from imgscope.filesystem.waste import LayerChanges, WastedCopy, layer_changes
from imgscope.image_summary import summary_of, timestamp
from imgscope.layer.index import LayerIndex
from imgscope.oci.manifest import Descriptor
from imgscope.purl import package_url
from imgscope.report import (
    SCHEMA_VERSION,
    Attachment,
    BaseImage,
    Change,
    Failure,
    Finding,
    ImageReport,
    Instruction,
    LayerReport,
    LeftoverGroup,
    Leftovers,
    Package,
    PolicyVerdict,
    Run,
    Waste,
    WasteByCause,
    WastedPath,
)
from imgscope.rules.base import Claim, Rule
from imgscope.sources.base import ImageHead, Traffic

_MOST_WASTED_PATHS: Final = 1000
_CONFIDENCES: Final = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules said, and what the leftover rules among them claimed."""

    findings: tuple[Finding, ...]
    claims: tuple[tuple[Rule, Claim], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What differs between two inspections of one image; `duration` in seconds."""

    started: datetime
    duration: float
    traffic: Traffic
    layers_from_cache: int


def assemble(
    head: ImageHead,
    image: InspectedImage,
    judgement: Judgement,
    failures: tuple[Failure, ...],
    run: RunFacts,
    *,
    base: BaseImage | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> ImageReport:
    """Return the report on `image`, built on `base`; equal inputs make equal reports but for `run`."""
    layers = _layers(head, image)
    return ImageReport(
        schema_version=SCHEMA_VERSION,
        complete=not failures,
        image=summary_of(head, layers, base, attachments),
        distro=image.distro,
        libc=image.libc,
        layers=layers,
        packages=_packages(image),
        waste=_waste(image),
        leftovers=_leftovers(image, judgement.claims),
        findings=tuple(sorted(judgement.findings, key=_finding_order)),
        failures=failures,
        policy=PolicyVerdict(passed=True, checks=(), ignored=()),
        run=Run(
            version=__version__,
            started_at=run.started.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_seconds=round(run.duration, 3),
            requests=run.traffic.requests,
            bytes_fetched=run.traffic.bytes_fetched,
            layers_from_cache=run.layers_from_cache,
            rate_limit=run.traffic.rate_limit,
        ),
    )


def _layers(head: ImageHead, image: InspectedImage) -> tuple[LayerReport, ...]:
    wasted = [0] * len(image.tree.layers)
    for copy in image.wasted:
        wasted[copy.layer] += copy.size
    rows = zip(head.manifest.layers, image.tree.layers, image.origins, layer_changes(image.tree), wasted, strict=True)
    return tuple(_layer(number, *row) for number, row in enumerate(rows))


def _layer(
    number: int, descriptor: Descriptor, index: LayerIndex, origin: LayerOrigin, changes: LayerChanges, wasted: int
) -> LayerReport:
    instruction = origin.instruction
    return LayerReport(
        index=number,
        digest=str(descriptor.digest),
        diff_id=index.diff_id,
        media_type=descriptor.media_type,
        compression=index.compression,
        compressed_size=descriptor.size,
        unpacked_size=index.unpacked_size,
        file_count=index.file_count,
        instruction=Instruction(keyword=instruction.keyword, text=instruction.text) if instruction else None,
        created_by=origin.created_by,
        created=timestamp(origin.created),
        from_base=origin.from_base,
        added=Change(files=changes.added_files, bytes=changes.added_bytes),
        modified=Change(files=changes.modified_files, bytes=changes.modified_bytes),
        removed=Change(files=changes.removed_files, bytes=changes.removed_bytes),
        wasted_bytes=wasted,
        error=index.error,
    )


def _packages(image: InspectedImage) -> tuple[Package, ...]:
    return tuple(
        Package(
            name=package.name,
            version=package.version,
            architecture=package.architecture,
            type=package.type,
            purl=package_url(package, image.distro),
            installed_size=package.installed_size,
            file_bytes=image.size_of_package(package) if package.has_known_files else None,
            layer=package.layer,
            is_build_tool=image.is_for_builds(package) if package.type in DISTRIBUTION_TYPES else None,
            required_by=image.required_by(package),
            path=package.found_in,
        )
        for package in image.packages
    )


def _waste(image: InspectedImage) -> Waste:
    by_cause = {"deleted": 0, "overwritten": 0, "metadataOnly": 0, "duplicateContent": 0}
    reclaimable = 0
    for copy in image.wasted:
        by_cause[copy.cause] += copy.size
        if copy.cause != "duplicateContent" and not image.origins[copy.layer].from_base:
            reclaimable += copy.size
    return Waste(
        efficiency=round(image.dive_score.efficiency, 6),
        wasted_bytes=sum(by_cause.values()),
        reclaimable_bytes=reclaimable,
        by_cause=WasteByCause(
            deleted=by_cause["deleted"],
            overwritten=by_cause["overwritten"],
            metadata_only=by_cause["metadataOnly"],
            duplicate_content=by_cause["duplicateContent"],
        ),
        paths=_wasted_paths(image.wasted),
    )


def _wasted_paths(copies: Iterable[WastedCopy]) -> tuple[WastedPath, ...]:
    """The costliest paths; the rest is in the sums."""
    grouped: dict[tuple[str, str], list[WastedCopy]] = {}
    sizes: dict[tuple[str, str], int] = {}
    for copy in copies:
        key = copy.told_as, copy.cause
        grouped.setdefault(key, []).append(copy)
        sizes[key] = sizes.get(key, 0) + copy.size
    costliest = heapq.nsmallest(_MOST_WASTED_PATHS, sizes, key=lambda key: (-sizes[key], key))
    return tuple(_wasted_path(grouped[key], sizes[key]) for key in costliest)


def _wasted_path(group: list[WastedCopy], size: int) -> WastedPath:
    return WastedPath(
        path=group[0].told_as,
        bytes=size,
        # A deleted file has no copy left to be kept: all that shipped are counted.
        copies=len(group) + (0 if group[0].cause == "deleted" else 1),
        cause=group[0].cause,
        layers=tuple(sorted({layer for copy in group for layer in (copy.layer, copy.related_layer)})),
    )


def _leftovers(image: InspectedImage, claims: tuple[tuple[Rule, Claim], ...]) -> Leftovers:
    by_kind: dict[str, list[tuple[Rule, Claim]]] = {}
    for rule, claim in claims:
        by_kind.setdefault(rule.leftover or rule.id, []).append((rule, claim))
    sizes = {package.name: image.size_of_package(package) for package in image.packages} if claims else {}
    groups = sorted(
        (_group(kind, claimed, sizes) for kind, claimed in by_kind.items()),
        key=lambda group: (-group.bytes, group.kind),
    )
    return Leftovers(bytes=_price(claim for _, claim in claims), groups=tuple(groups))


def _group(kind: str, claimed: list[tuple[Rule, Claim]], sizes: Mapping[str, int]) -> LeftoverGroup:
    claims = [claim for _, claim in claimed]
    packages = dict.fromkeys(name for claim in claims for name in claim.packages)
    return LeftoverGroup(
        kind=kind,
        bytes=_price(claims),
        paths=tuple(dict.fromkeys(root for claim in claims for root in claim.roots)),
        packages=tuple(sorted(packages, key=lambda name: (-sizes.get(name, 0), name))),
        layers=tuple(sorted({claim.layer for claim in claims})),
        confidence=min((claim.confidence for claim in claims), key=_CONFIDENCES.index),
        fix=_fix(claimed),
    )


def _fix(claimed: list[tuple[Rule, Claim]]) -> str:
    """Return what to do about a group: the advice of each rule on the largest of what it claims."""
    largest: dict[str, Claim] = {}
    for rule, claim in sorted(claimed, key=lambda pair: -pair[1].size):
        largest.setdefault(rule.id, claim)
    return "; ".join(dict.fromkeys(claim.fix for claim in largest.values()))


def _price(claims: Iterable[Claim]) -> int:
    return sum(node.size for node in dict.fromkeys(node for claim in claims for node in claim.files))


def _finding_order(finding: Finding) -> tuple[int, int, str, int, str]:
    return (
        -finding.severity.rank,
        -(finding.bytes or 0),
        finding.rule_id,
        finding.layer if finding.layer is not None else -1,
        finding.message,
    )
