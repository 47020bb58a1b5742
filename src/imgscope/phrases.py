"""Short phrases about an image, the same in reports and in the terminal UI; whoever shows them escapes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from imgscope.report import Attachment, BaseImage, Distro, LayerReport, Libc
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


def distro_phrase(distro: Distro) -> str:
    """Return the distribution and how long it is supported: `Alpine Linux v3.19, end of life 2025-11-01`."""
    return f"{distro.pretty_name}, end of life {distro.end_of_life}" if distro.end_of_life else distro.pretty_name


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
