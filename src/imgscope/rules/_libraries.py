"""What the rules on libraries have in common: what is not found, what of it is elsewhere, and how to get the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.linking.linker import Linked
from imgscope.rules._debian_packages import LIBRARY, debian_package, is_in_every_release
from imgscope.rules._package_managers import package_manager
from imgscope.rules._programs import elf_of, named, native_programs
from imgscope.text import printable

_MOST_NAMED: Final = 4
# They belong to the driver of the host's graphics processor, and come from there when a container starts.
_FROM_THE_HOST: Final = (
    *("libcuda.so", "libcudadebugger.so", "libnvidia-", "libnvcuvid.so", "libnvoptix.so"),
    *("libGLX_nvidia.so", "libEGL_nvidia.so", "libdxcore.so"),
)
# Debian's names of what a processor runs besides its own machine's programs.
_DEBIAN_ARCHITECTURES: Final = {"386": "i386", "arm": "armhf", "mipsle": "mipsel", "ppc": "powerpc"}

Lack = tuple[Node | None, tuple[str, ...]]
"""The library to blame, None for programs themselves, and the libraries it names that are not found."""


def stopped_programs(image: InspectedImage) -> dict[tuple[Lack, int], list[Node]]:
    """Return the programs that cannot start for want of libraries, by what they lack and their layer."""
    stopped: dict[tuple[Lack, int], list[Node]] = {}
    for program in native_programs(image):
        for node, names in lacks(image.linker.link(program)):
            blamed = None if node is program else node
            layer = program.content_layer if blamed is None else blamed.content_layer
            stopped.setdefault(((blamed, names), layer), []).append(program)
    return stopped


def lacks(linked: Linked) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield each file that names libraries that are not found, with their names."""
    by_file: dict[Node, dict[str, None]] = {}
    for each in linked.missing:
        if not each.name.startswith(_FROM_THE_HOST):
            by_file.setdefault(each.needed_by, {})[each.name] = None
    for node, names in by_file.items():
        yield node, tuple(names)


class Libraries:
    """All libraries of an image by their names, wherever they are."""

    def __init__(self, image: InspectedImage) -> None:
        self._by_name: dict[str, list[Node]] = {}
        for node in image.tree.elf_files:
            elf = elf_of(node)
            if elf.kind == "shared-library":
                for name in {node.name, elf.soname or node.name}:
                    self._by_name.setdefault(name, []).append(node)

    def named(self, name: str, elf: ElfFacts) -> list[Node]:
        """Return the libraries of that name that can be loaded beside the file whose facts are `elf`."""
        return [
            node
            for node in self._by_name.get(name, ())
            if (elf_of(node).machine, elf_of(node).bits) == (elf.machine, elf.bits)
        ]


def cannot_start(programs: list[Node], blamed: Node | None, names: Iterable[str]) -> str:
    """Return the beginning of a sentence: which programs cannot start, and which libraries are to blame."""
    subject = "it needs" if len(programs) == 1 else "they need"
    if blamed is not None:
        subject = f"/{printable(blamed.path)}, which {'it loads' if len(programs) == 1 else 'they load'}, needs"
    return f"{named(programs)} cannot start: {subject} {listed(names)}"


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them, the first few of many."""
    shown = [printable(name) for name in names]
    if len(shown) > _MOST_NAMED:
        return f"{', '.join(shown[:_MOST_NAMED])} and {len(shown) - _MOST_NAMED} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def how_to_get(image: InspectedImage, names: Iterable[str], elf: ElfFacts) -> str:
    """Return what brings the libraries `names` into the image, as its package manager does that.

    `elf` has the facts of the file that needs them: they have to be for its machine.
    """
    plain = [name for name in names if LIBRARY.fullmatch(name)]
    if not plain:
        return "copy it into the image, too, or build what needs it without it"
    manager = package_manager(image)
    is_foreign = elf.machine != (image.config.platform.architecture or elf.machine)
    if manager is None or manager.kind == "opkg" or (is_foreign and manager.kind not in ("deb", "rpm")):
        return _from_elsewhere(image, plain, f" for {elf.machine}" if is_foreign else "")
    if manager.kind == "alpm":
        return f"RUN {manager.install.format('PACKAGE')}, with what this names: pacman -Fy {plain[0]}"
    if manager.kind == "apk":
        return f"RUN {manager.install.format(' '.join(f'so:{name}' for name in plain))}"
    if manager.kind == "rpm":
        provided = (name if elf.bits == 32 else f"'{name}()(64bit)'" for name in plain)
        return f"RUN {manager.install.format(' '.join(provided))}"
    return _with_apt(image, plain, manager.install, _DEBIAN_ARCHITECTURES.get(elf.machine, "") if is_foreign else "")


def _from_elsewhere(image: InspectedImage, names: list[str], machine: str) -> str:
    """Return what to do where nothing in the image installs the libraries."""
    packages = list(dict.fromkeys(debian_package(name, image.distro) for name in names))
    is_debian = "deb" in {package.type for package in image.distribution_packages}
    there = f" (package{'s' if len(packages) > 1 else ''} {listed(packages)})" if is_debian else ""
    it = "it" if len(names) == 1 else "them"
    return (
        f"copy {listed(names)}{machine} from a first stage{there}, take a base image that has {it}, "
        f"or link what needs {it} statically"
    )


def _with_apt(image: InspectedImage, names: list[str], install: str, architecture: str) -> str:
    packages = {debian_package(name, image.distro): name for name in names}
    suffix, first = (f":{architecture}", f"dpkg --add-architecture {architecture} && ") if architecture else ("", "")
    command = f"RUN {first}{install.format(' '.join(f'{package}{suffix}' for package in packages))}"
    doubtful = [package for package in packages if not is_in_every_release(package)]
    if not doubtful:
        return command
    return (
        f"{command}; if the release has no {listed(doubtful)}, apt-file search {packages[doubtful[0]]} tells what has "
        "it; if nothing has, build on this release what needs it"
    )
