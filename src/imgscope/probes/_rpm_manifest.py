"""The list of packages in images that have no database of rpm: distroless ones of Azure Linux and CBL-Mariner.

A line a package: the output of `rpm -qa` with NAME, VERSION-RELEASE, INSTALLTIME, BUILDTIME, VENDOR, EPOCH, SIZE, ARCH,
EPOCHNUM and SOURCERPM, between tabs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.probes._rpm_header import RpmPackage, source_name

_FIELDS: Final = 10
_NONE: Final = "(none)"


def parse_manifest(content: bytes) -> Iterator[RpmPackage]:
    """Yield the packages in the manifest `content`; lines that have other fields are skipped."""
    for line in content.decode("utf-8", "replace").split("\n"):
        fields = [None if field == _NONE else field for field in line.rstrip("\r").split("\t")]
        if len(fields) != _FIELDS:
            continue
        name, version, _, _, _, epoch, size, architecture, _, source = fields
        if name and version:
            yield RpmPackage(
                name=name,
                version=f"{epoch}:{version}" if epoch else version,
                architecture=architecture or None,
                installed_size=_number(size),
                source=source_name(source),
            )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
