"""What the rules on libraries have in common: what is not found, what of it is elsewhere, and how to get the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.linking.linker import Linked
from imgscope.rules._programs import elf_of, named, native_programs
from imgscope.text import printable

_SONAME: Final = re.compile(r"(?P<name>[A-Za-z0-9_+.-]+?)\.so(?:\.(?P<version>[0-9.]+))?")
_MOST_NAMED: Final = 4
# They belong to the driver of the host's graphics processor, and come from there when a container starts.
_FROM_THE_HOST: Final = (
    *("libcuda.so", "libcudadebugger.so", "libnvidia-", "libnvcuvid.so", "libnvoptix.so"),
    *("libGLX_nvidia.so", "libEGL_nvidia.so", "libdxcore.so"),
)
_APK: Final = frozenset({"alpine", "wolfi", "chainguard", "postmarketos"})
_DEB: Final = frozenset({"debian", "ubuntu"})
_RPM: Final = frozenset({"fedora", "rhel", "centos", "rocky", "almalinux", "amzn", "ol", "azurelinux", "mariner"})
# Where Debian's package is not called as its policy (section 8.1) says.
_DEBIAN_NAMES: Final = {
    "libz.so.1": "zlib1g",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libcrypto.so.3": "libssl3",
    "libcrypto.so.1.1": "libssl1.1",
    "libldap-2.5.so.0": "libldap-2.5-0",
    "liblber-2.5.so.0": "libldap-2.5-0",
    "libtk8.6.so": "libtk8.6",
    "libtcl8.6.so": "libtcl8.6",
}

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


def how_to_get(image: InspectedImage, names: Iterable[str]) -> str:
    """Return the instruction that brings the libraries `names` into the image, as its distribution does that."""
    distributions = {image.distro.id, *(image.distro.id_like or "").split()}
    plain = [name for name in names if _SONAME.fullmatch(name)]
    if not plain:
        return "copy it into the image, too, or build what needs it without it"
    if distributions & _APK:
        return f"RUN apk add --no-cache {' '.join(f'so:{name}' for name in plain)}"
    if distributions & _DEB:
        packages = " ".join(dict.fromkeys(map(debian_package, plain)))
        install = f"apt-get install -y --no-install-recommends {packages}"
        return f"RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*"
    if distributions & _RPM:
        provided = " ".join(f"'{name}()(64bit)'" for name in plain)
        return f"RUN dnf install -y {provided} && dnf clean all"
    return f"copy {listed(plain)} into the image, too, or link what needs it statically"


def debian_package(name: str) -> str:
    """Return the package of Debian that has the library `name`, by the rule that its policy gives for such names."""
    match = _SONAME.fullmatch(name)
    if name in _DEBIAN_NAMES or match is None:
        return _DEBIAN_NAMES.get(name, name)
    stem, version = match["name"].lower().replace("_", "-"), match["version"] or ""
    return f"{stem}{'-' if version and stem[-1].isdigit() else ''}{version}"
