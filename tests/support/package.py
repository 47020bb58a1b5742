"""Packages as probes find them, written in one line."""

from __future__ import annotations

from imgscope.facts import InstalledPackage


def package(
    name: str,
    needs: str = "",
    *,
    recommends: str = "",
    provides: str = "",
    suggests: str = "",
    alternatives: tuple[tuple[str, ...], ...] = (),
    type: str = "deb",
    architecture: str | None = None,
    is_requested: bool | None = None,
    is_protected: bool = False,
    paths: tuple[str, ...] = (),
    version: str = "1",
    found_from: str | None = None,
) -> InstalledPackage:
    """A package; names are parted by spaces."""
    return InstalledPackage(
        name=name,
        version=version,
        type=type,
        layer=0,
        architecture=architecture,
        needs=tuple(needs.split()),
        alternatives=alternatives,
        recommends=tuple(recommends.split()),
        suggests=tuple(suggests.split()),
        provides=tuple(provides.split()),
        is_requested=is_requested,
        is_protected=is_protected,
        paths=paths,
        found_from=found_from,
    )
