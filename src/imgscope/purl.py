"""Package URLs (the purl specification, ECMA-427: pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from imgscope.facts import DISTRIBUTION_TYPES, NO_DISTRO, InstalledPackage
from imgscope.report import Distro

# The other types have names in which case tells packages apart.
_LOWERCASE_TYPES: Final = ("deb", "apk", "alpm", "opkg", "golang", "composer")
# Where scanners look up a source package's vulnerabilities: in no specification, but Syft writes it and Grype reads it.
_UPSTREAM_TYPES: Final = ("deb", "apk")
# What a name has before its last slash is the namespace; elsewhere a slash is part of the name.
_NAMESPACED_TYPES: Final = ("npm", "golang", "composer")
_DEVELOPMENT: Final = "(devel)"
_EPOCH: Final = re.compile(r"(?:([0-9]+):)?(.+)", re.DOTALL)
# Distributions whose packages their vendors write under their own names: SUSE, as in the specification's example, and
# Red Hat in its advisories and bills of materials.
_VENDORS: Final = (
    ("opensuse", "opensuse"),
    ("sles", "suse"),
    ("sled", "suse"),
    ("sle-", "suse"),
    ("sle_", "suse"),
    ("rhel", "redhat"),
)


def package_url(package: InstalledPackage, distro: Distro) -> str:
    """Return the purl of `package`; packages of a distribution carry it as namespace and qualifier, if it is known."""
    version, qualifiers = package.version, dict[str, str | None]()
    if package.type == "rpm":
        qualifiers["epoch"], version = _split_epoch(version)
    purl_type, parts = _type_and_name(package)
    if package.type in DISTRIBUTION_TYPES:
        qualifiers["arch"] = package.architecture
        if distro.id != NO_DISTRO.id:
            parts.insert(0, _vendor(distro) if package.type == "rpm" else distro.id)
            qualifiers["distro"] = f"{distro.id}-{distro.version_id}" if distro.version_id else None
        if package.type in _UPSTREAM_TYPES and package.source != package.name:
            qualifiers["upstream"] = package.source
    elif package.type == "gem":
        qualifiers["platform"] = package.architecture
    written = "&".join(f"{key}={_encoded(value)}" for key, value in sorted(qualifiers.items()) if value)
    path = "/".join(map(_encoded, parts))
    # Go's word for no version at all.
    versioned = "" if version == _DEVELOPMENT else f"@{_encoded(version)}"
    return f"pkg:{purl_type}/{path}{versioned}" + (f"?{written}" if written else "")


def _type_and_name(package: InstalledPackage) -> tuple[str, list[str]]:
    """Return the type of the purl, and its namespace and name as the definition of that type writes them."""
    name = package.name.lower() if package.type in _LOWERCASE_TYPES else package.name
    if package.type == "python":
        return "pypi", [re.sub(r"[-_.]+", "-", name).lower()]
    if package.type == "maven":
        group, _, artifact = name.partition(":")
        # A Maven package without its group is none; most jars that do not say theirs were made by other tools.
        return ("maven", [group, artifact]) if group and artifact else ("generic", [name.strip(":") or name])
    if package.type in _NAMESPACED_TYPES:
        return package.type, [part for part in name.split("/") if part] or [name]
    return package.type, [name]


def _split_epoch(version: str) -> tuple[str | None, str]:
    """Return the epoch of an rpm, which a purl has as a qualifier, and the rest of its version."""
    found = _EPOCH.fullmatch(version)
    return (found[1], found[2]) if found else (None, version)


def _vendor(distro: Distro) -> str:
    return next((vendor for beginning, vendor in _VENDORS if distro.id.startswith(beginning)), distro.id)


def _encoded(text: str) -> str:
    """Percent-encode all but letters, digits, `.-_~` and the colon, which the specification never encodes."""
    return quote(text, safe=":", errors="surrogateescape")
