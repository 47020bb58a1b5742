"""Short phrases about an image, the same in reports and in the terminal UI; whoever shows them escapes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from imgscope.report import Attachment, BaseImage, Distro, ImageReport, LayerReport, Libc, PolicyCheck, PolicyVerdict
from imgscope.text import format_count, format_size

_KINDS: Final = {
    "signature": "signature",
    "attestation": "attestation",
    "sbom": "SBOM",
    "provenance": "provenance statement",
    "other": "other artifact",
}


def libc_phrase(libc: Libc) -> str:
    """Return the C library in a few words: `glibc 2.36`, `mixed C libraries (3 glibc, 1 musl)`."""
    version = f" {libc.version}" if libc.version else ""
    if libc.family == "mixed":
        counted = {"glibc": libc.binaries.glibc, "musl": libc.binaries.musl, "uclibc": libc.binaries.uclibc}
        parts = ", ".join(f"{count} {family}" for family, count in counted.items() if count)
        return f"mixed C libraries ({parts})"
    if libc.family == "none":
        return "no C library (static)" if libc.binaries.static else "no C library"
    return "unknown C library" if libc.family == "unknown" else f"{libc.family}{version}"


def distro_phrase(distro: Distro, *, on: str) -> str:
    """Return the distribution and how long it is supported: `Alpine Linux v3.19, end of life 2025-11-01`.

    `on` is the date, in RFC 3339, at which the end may be past: `…, past its end of life 2025-11-01`.
    """
    end = distro.end_of_life
    if end is None:
        return distro.pretty_name
    return f"{distro.pretty_name}, {'past its ' if end < on[: len(end)] else ''}end of life {end}"


def base_phrase(base: BaseImage, layers: Sequence[LayerReport]) -> str:
    """Return what the image was built on and how much of it that is: `debian:12, 1 layer, 48.5 MB compressed`."""
    name = base.reference or "not named"
    if not base.layer_count:
        return f"{name} ({base.evidence})"
    size = sum(layer.compressed_size for layer in layers if layer.from_base)
    return f"{name}, {format_count(base.layer_count, 'layer')}, {format_size(size)} compressed"


def made_by(instruction: str | None, created_by: str | None, digest: str) -> str:
    """Return in one line what made a layer: its instruction, else its line of history, else which layer it is."""
    return " ".join((instruction or created_by or f"(not recorded) {digest}").split())


def attachments_phrase(attachments: Collection[Attachment]) -> str:
    """Return what is attached to an image by kind, or nothing where nothing is: `attached, not verified: 1 SBOM`."""
    if not attachments:
        return ""
    counted = Counter(attachment.kind for attachment in attachments)
    known = [format_count(counted[kind], name) for kind, name in _KINDS.items() if counted[kind]]
    return f"attached, not verified: {', '.join(known)}"


def check_phrase(check: PolicyCheck) -> str:
    """Return one check of a policy: `FAIL max-layers (24, limit 20)`."""
    return f"{check.status.upper()} {check.name} ({check.actual}, limit {check.limit})"


def is_judged(policy: PolicyVerdict) -> bool:
    """Tell whether a policy asks anything of the image: checks that are skipped show figures, and ask nothing."""
    return any(check.status != "skip" for check in policy.checks)


def verdict_phrase(report: ImageReport) -> str:
    """Return the verdict on an image: `FAIL nginx:latest: 2 of 5 checks fail, 1 finding ignored`."""
    image, told = report.image.reference, outcome_phrase(report)
    if not report.complete:
        return f"INCOMPLETE {image}: part of it could not be read; {told}"
    judged = f"{'PASS' if report.policy.passed else 'FAIL'} {image}" if is_judged(report.policy) else image
    return f"{judged}: {told}"


def outcome_phrase(report: ImageReport) -> str:
    """Return what came of the policy: `2 of 5 checks fail, 1 finding ignored`."""
    policy = report.policy
    counted = Counter(check.status for check in policy.checks)
    judged = counted["pass"] + counted["fail"]
    if not policy.passed:
        told = f"{counted['fail']} of {format_count(judged, 'check')} {'fails' if judged == 1 else 'fail'}"
    elif judged:
        told = f"{format_count(judged, 'check')} {'passes' if judged == 1 else 'pass'}"
    else:
        told = "inspected, no policy asks anything of it"
    if policy.ignored:
        told += f", {format_count(len(policy.ignored), 'finding')} ignored"
    return told
