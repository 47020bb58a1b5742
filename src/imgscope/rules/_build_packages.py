"""Packages that only a build needs: which they are, and how to do without them."""

from __future__ import annotations

import re
from typing import Final

from imgscope.facts import DISTRIBUTION_TYPES, InspectedImage, InstalledPackage
from imgscope.packages import PackageGraph

_VERSIONED: Final = r"(-?\d+(\.\d+)*)?(-(x86-64|aarch64|arm|i686)[a-z0-9-]*)?"
_COMPILERS: Final = re.compile(
    rf"(gcc|g\+\+|cpp|gfortran|gnat|gdc|gobjc|gobjc\+\+|gccgo|clang|llvm|lld|tcc|rust|rustc|cargo|go|golang|ghc|fpc|ldc|nasm|yasm)"
    rf"{_VERSIONED}(-go|-src|-bin|-runtime|-linker-tools|-tools)?"
    r"|build-essential|build-base|binutils(-common|-x86-64-linux-gnu|-aarch64-linux-gnu|-gold|-[a-z0-9-]+)?"
    r"|libbinutils|lib(cc1|gprofng|ctf|ctf-nobfd)-?\d+|lib(gcc|stdc\+\+|gfortran|clang-common|clang-cpp)-?\d+(\.\d+)?-dev"
    r"|musl-tools|gcc-c\+\+"
)
_DEVELOPMENT: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.+_~:-]*-(dev|devel|headers|dev-bin)|linux-libc-dev|linux-headers.*"
)
_NAMES_IN_COMMAND: Final = 4
_COMMANDS: Final = {
    "deb": "apt-get install -y {0} && … && apt-get purge -y --auto-remove {0}",
    "apk": "apk add --no-cache --virtual .build {0} && … && apk del .build",
    "rpm": "dnf install -y {0} && … && dnf remove -y {0} && dnf clean all",
    "alpm": "pacman -S --noconfirm {0} && … && pacman -Rns --noconfirm {0}",
    "opkg": "opkg install {0} && … && opkg remove --autoremove {0}",
}
_ZYPPER: Final = "zypper -n install {0} && … && zypper -n remove --clean-deps {0} && zypper clean -a"
_TDNF: Final = "tdnf install -y {0} && … && tdnf autoremove -y {0} && tdnf clean all"
_WITH_ZYPPER: Final = frozenset(("suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles"))
_WITH_TDNF: Final = frozenset(("photon", "mariner", "azurelinux"))
_FIRST_STAGE: Final = "build in a first stage and COPY --from it"


def is_compiler(package: InstalledPackage) -> bool:
    """Tell whether the package holds a compiler, a linker, or a part that has no use without one."""
    return package.type in DISTRIBUTION_TYPES and _COMPILERS.fullmatch(package.name) is not None


def is_development(package: InstalledPackage) -> bool:
    """Tell whether the package holds headers and the like, other than those that belong to a compiler."""
    is_named_so = package.type in DISTRIBUTION_TYPES and _DEVELOPMENT.fullmatch(package.name) is not None
    return is_named_so and not is_compiler(package)


def without_build_packages(image: InspectedImage, packages: list[InstalledPackage]) -> str:
    """Return advice for an image in which `packages`, all of one layer, should not be."""
    instruction = image.origins[packages[0].layer].instruction
    if instruction is None or instruction.keyword != "RUN":
        return f"{_FIRST_STAGE}, on a base image that has no build tools, such as the -slim variant"
    requested = _requested(image, packages)
    if not requested:
        return _FIRST_STAGE
    names = list(dict.fromkeys(package.name for package in requested))
    named = " ".join(names[:_NAMES_IN_COMMAND]) + (" …" if len(names) > _NAMES_IN_COMMAND else "")
    if not all(map(_is_build_package, requested)):
        return f"{_FIRST_STAGE}: they came along with {named}"
    command = _command(image, packages[0].type)
    return f"{_FIRST_STAGE}, or in one RUN: {command.format(named)}" if command else _FIRST_STAGE


def _command(image: InspectedImage, kind: str) -> str | None:
    """Return what installs packages, builds, and removes them again with all they brought; None where nothing does."""
    if kind != "rpm":
        return _COMMANDS.get(kind)
    names = {image.distro.id, *(image.distro.id_like or "").split()}
    if names & _WITH_ZYPPER:
        return _ZYPPER
    return _TDNF if names & _WITH_TDNF else _COMMANDS["rpm"]


def _is_build_package(package: InstalledPackage) -> bool:
    return is_compiler(package) or is_development(package)


def _requested(image: InspectedImage, packages: list[InstalledPackage]) -> list[InstalledPackage]:
    """Return what somebody asked for to get `packages`: build packages where there are such, else what needs them.

    It is nothing where whatever that was is gone. Where the package manager keeps no record, it is what no other
    build package needs.
    """
    graph = image.package_graph
    if packages[0].is_requested is None:
        outermost = [each for each in packages if not any(map(_is_build_package, _bringing(graph, each)))]
        return outermost or packages
    # What was there before may need it, too, but did not bring it.
    found = [package for package in graph.requested(packages) if package.layer == packages[0].layer]
    return [package for package in found if _is_build_package(package)] or found


def _bringing(graph: PackageGraph[InstalledPackage], package: InstalledPackage) -> tuple[InstalledPackage, ...]:
    return (*graph.needed_by(package), *graph.recommended_by(package))
