"""Platforms: what they are called, and which image of an index suits one (image-spec, image-index.md).

Normalisation and fallback follow containerd's, so that the same image is chosen as would be run.
"""

from __future__ import annotations

import platform as host
import re
from collections.abc import Iterable
from typing import Final

import msgspec

from imgscope.errors import UsageError

_ARCHITECTURES: Final = {
    "x86_64": ("amd64", None),
    "x86-64": ("amd64", None),
    "aarch64": ("arm64", None),
    "i386": ("386", None),
    "i486": ("386", None),
    "i586": ("386", None),
    "i686": ("386", None),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
    "armv8l": ("arm", "v8"),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "armv5tel": ("arm", "v5"),
    "armv5tejl": ("arm", "v5"),
    "loongarch64": ("loong64", None),
}
"""What else architectures are called, by uname(2) for instance, and the variant that is meant, if one is."""
_OPERATING_SYSTEMS: Final = {"macos": "darwin"}
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class Platform(msgspec.Struct, frozen=True, kw_only=True, rename={"os_version": "os.version"}):
    """An operating system, an architecture and, where it matters, a variant and an OS version."""

    os: str = ""
    architecture: str = ""
    variant: str | None = None
    os_version: str | None = None

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Read `OS/ARCH[/VARIANT]`, or `ARCH` alone for linux. Raises `UsageError`."""
        parts = text.split("/")
        if len(parts) > 3 or not all(_PART.fullmatch(part) for part in parts):
            raise UsageError(
                f"platform {text!r} is not understood: expected OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64/v8"
            )
        if len(parts) == 1:
            parts = ["linux", *parts]
        variant = parts[2] if len(parts) == 3 else None
        return cls(os=parts[0], architecture=parts[1], variant=variant).normalized()

    @classmethod
    def default(cls) -> Platform:
        """Linux on this machine's architecture: images are linux images on macOS and Windows too."""
        return cls(os="linux", architecture=host.machine() or "amd64").normalized()

    def normalized(self) -> Platform:
        """Return the platform under the names that Go and OCI use."""
        os = _OPERATING_SYSTEMS.get(self.os.lower(), self.os.lower())
        architecture, implied = _ARCHITECTURES.get(self.architecture.lower(), (self.architecture.lower(), None))
        variant = (self.variant or "").lower() or implied
        if (architecture, variant) == ("amd64", "v1") or (architecture == "arm64" and variant in ("8", "v8")):
            variant = None
        elif architecture == "arm":
            variant = variant or "v7"
            variant = variant if variant.startswith("v") else f"v{variant}"
        return Platform(os=os, architecture=architecture, variant=variant, os_version=self.os_version)

    @property
    def is_unknown(self) -> bool:
        """Whether this is BuildKit's `unknown/unknown`, the mark of an attestation."""
        return self.os == "unknown" or self.architecture == "unknown"

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


def fallbacks(wanted: Platform) -> list[Platform]:
    """Return the platforms that can run what `wanted` asks for, best first, `wanted` itself leading."""
    wanted = wanted.normalized()
    return [
        Platform(os=wanted.os, architecture=architecture, variant=variant, os_version=wanted.os_version)
        for architecture, variant in _compatible(wanted.architecture, wanted.variant)
    ]


def _compatible(architecture: str, variant: str | None) -> Iterable[tuple[str, str | None]]:
    yield architecture, variant
    level = int(variant[1:]) if variant and re.fullmatch(r"v[0-9]{1,2}", variant) else None
    if architecture == "amd64":
        for lower in range((level or 1) - 1, 1, -1):
            yield "amd64", f"v{lower}"
        if level is not None:
            yield "amd64", None
        yield "386", None
    elif architecture == "arm" and level is not None:
        for lower in range(level - 1, 4, -1):
            yield "arm", f"v{lower}"
    elif architecture == "arm64":
        if level is not None:
            for lower in range(level - 1, 8, -1):
                yield "arm64", f"v{lower}"
            yield "arm64", None
        for lower in range(8, 4, -1):
            yield "arm", f"v{lower}"


def choose(available: Iterable[Platform], wanted: Platform) -> int | None:
    """Return the position of the best of `available` for `wanted`, or None where none would run.

    The first wins among equals; attestations (`unknown/unknown`) are never chosen.
    """
    candidates = [platform.normalized() for platform in available]
    for acceptable in fallbacks(wanted):
        for position, candidate in enumerate(candidates):
            if not candidate.is_unknown and _suits(candidate, acceptable):
                return position
    return None


def _suits(candidate: Platform, acceptable: Platform) -> bool:
    same = (candidate.os, candidate.architecture, candidate.variant) == (
        acceptable.os,
        acceptable.architecture,
        acceptable.variant,
    )
    return same and _same_os_version(candidate.os_version, acceptable.os_version)


def _same_os_version(offered: str | None, wanted: str | None) -> bool:
    # Windows: major and minor have to be equal; a side that says nothing suits all.
    if not offered or not wanted:
        return True
    return offered.split(".")[:2] == wanted.split(".")[:2]
