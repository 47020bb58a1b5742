"""How to do without packages that only a build needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.packages import PackageGraph
from imgscope.rules._package_managers import package_manager_for
from imgscope.rules._shell_words import is_plain

_NAMES_IN_COMMAND: Final = 4
# apt itself suggests dpkg-dev, which recommends compilers: by default they stay when what brought them goes.
_WITHOUT_SUGGESTED: Final = "--auto-remove -o APT::AutoRemove::SuggestsImportant=false"
_FIRST_STAGE: Final = "build in a first stage and COPY --from it"


def without_packages(image: InspectedImage, packages: list[InstalledPackage]) -> str:
    """Return advice for an image in which `packages`, all of one layer, should not be."""
    instruction = image.origins[packages[0].layer].instruction
    if instruction is None or instruction.keyword != "RUN":
        return f"{_FIRST_STAGE}, on a base image that has no build tools, such as the -slim variant"
    requested = requested_for(image, packages)
    sets = [package.name for package in requested if image.purpose_of(package) == "build-set"]
    if sets:
        names = _some_of(sets)
        return f"{_FIRST_STAGE}, or end the RUN that builds with: && apk del {names}" if names else _FIRST_STAGE
    names = _some_of(package.name for package in requested)
    if not requested or names is None:
        return _FIRST_STAGE
    if not all(map(image.is_for_builds, requested)):
        return f"{_FIRST_STAGE}: they came along with {names}"
    command = _command(image, packages, requested)
    return f"{_FIRST_STAGE}, or in one RUN: {command.format(names)}" if command else _FIRST_STAGE


def requested_for(image: InspectedImage, packages: Collection[InstalledPackage]) -> list[InstalledPackage]:
    """Return what somebody asked for to get `packages`, all of one layer: packages for builds where there are such,
    else what needs them.

    It is nothing where whatever that was is gone. Where the package manager keeps no record, it is what no other
    package for builds needs.
    """
    graph, first = image.package_graph, next(iter(packages))
    if first.is_requested is None:
        outermost = [each for each in packages if not any(map(image.is_for_builds, _bringing(graph, each)))]
        return outermost or list(packages)
    # What was there before may need it, too, but did not bring it.
    found = [package for package in graph.requested(packages) if package.layer == first.layer]
    return [package for package in found if image.is_for_builds(package)] or found


def _some_of(names: Iterable[str]) -> str | None:
    """Return the first few of `names` as words of a command, None where they are no names that packages have."""
    listed = list(dict.fromkeys(names))
    if not all(map(is_plain, listed[:_NAMES_IN_COMMAND])):
        return None
    return " ".join(listed[:_NAMES_IN_COMMAND]) + (" …" if len(listed) > _NAMES_IN_COMMAND else "")


def _command(
    image: InspectedImage, packages: Iterable[InstalledPackage], requested: list[InstalledPackage]
) -> str | None:
    """Return what installs `requested`, builds, and removes `packages` again; None where nothing does."""
    manager = package_manager_for(image, requested[0].type)
    if manager is None or manager.kind != "deb":
        return manager.build if manager is not None else None
    removed = {id(package) for package in image.removals.of(requested)}
    is_enough = requested[0].is_requested is None or all(id(package) in removed for package in packages)
    return manager.build if is_enough else manager.build.replace("--auto-remove", _WITHOUT_SUGGESTED)


def _bringing(graph: PackageGraph[InstalledPackage], package: InstalledPackage) -> tuple[InstalledPackage, ...]:
    return (*graph.needed_by(package), *graph.recommended_by(package))
