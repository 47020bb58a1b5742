"""Package URLs (the purl specification: pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS)."""

from __future__ import annotations

from urllib.parse import quote

from imgscope.facts import InstalledPackage
from imgscope.report import Distro

_DISTRO_TYPES = ("deb", "apk", "rpm", "alpm", "opkg")


def package_url(package: InstalledPackage, distro: Distro) -> str:
    """Return the purl of `package`; packages of a distribution carry it as namespace and qualifier."""
    name = quote(package.name.lower() if package.type in ("deb", "apk") else package.name, safe="")
    qualifiers: dict[str, str] = {}
    namespace = ""
    if package.type in _DISTRO_TYPES:
        namespace = f"{quote(distro.id, safe='')}/" if distro.id else ""
        if package.architecture:
            qualifiers["arch"] = package.architecture
        if distro.version_id:
            qualifiers["distro"] = f"{distro.id}-{distro.version_id}"
    written = "&".join(f"{key}={quote(value, safe='')}" for key, value in sorted(qualifiers.items()))
    version = quote(package.version, safe="")
    return f"pkg:{package.type}/{namespace}{name}@{version}" + (f"?{written}" if written else "")
