"""Package URLs (the purl specification, ECMA-427: pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from imgscope.facts import NO_DISTRO, InstalledPackage
from imgscope.report import Distro

_DISTRO_TYPES: Final = ("deb", "apk", "rpm", "alpm", "opkg")
# The other types have names in which case tells packages apart.
_LOWERCASE_TYPES: Final = ("deb", "apk", "alpm", "opkg")


def package_url(package: InstalledPackage, distro: Distro) -> str:
    """Return the purl of `package`; packages of a distribution carry it as namespace and qualifier, if it is known."""
    name = package.name.lower() if package.type in _LOWERCASE_TYPES else package.name
    parts = [name]
    qualifiers: dict[str, str | None] = {}
    if package.type in _DISTRO_TYPES:
        qualifiers["arch"] = package.architecture
        if distro.id != NO_DISTRO.id:
            parts.insert(0, distro.id)
            qualifiers["distro"] = f"{distro.id}-{distro.version_id}" if distro.version_id else None
    written = "&".join(f"{key}={_encoded(value)}" for key, value in sorted(qualifiers.items()) if value)
    path = "/".join(map(_encoded, parts))
    return f"pkg:{package.type}/{path}@{_encoded(package.version)}" + (f"?{written}" if written else "")


def _encoded(text: str) -> str:
    """Percent-encode all but letters, digits, `.-_~` and the colon, which the specification never encodes."""
    return quote(text, safe=":")
