"""Which shells and package managers a container of an image can start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imgscope.facts import InspectedImage

_SHELLS: Final = ("sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "fish")
# The program that stands for each of them; what a distribution has several of is listed by what people call first.
_PACKAGE_MANAGERS: Final = {
    "apt": "apt-get",
    "dpkg": "dpkg",
    "apk": "apk",
    "dnf": "dnf",
    "dnf5": "dnf5",
    "microdnf": "microdnf",
    "tdnf": "tdnf",
    "yum": "yum",
    "zypper": "zypper",
    "rpm": "rpm",
    "pacman": "pacman",
    "opkg": "opkg",
    "xbps": "xbps-install",
    "emerge": "emerge",
    "nix": "nix-env",
}
_DIRECTORIES: Final = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")
_EXECUTABLE: Final = 0o111


def shells(image: InspectedImage) -> tuple[str, ...]:
    """Return the names of the shells that are in the image and executable."""
    return tuple(name for name in _SHELLS if _has(image, name))


def package_managers(image: InspectedImage) -> tuple[str, ...]:
    """Return the names of the distributions' package managers that are in the image and executable."""
    return tuple(name for name, program in _PACKAGE_MANAGERS.items() if _has(image, program))


def _has(image: InspectedImage, program: str) -> bool:
    return any(_is_program(image, path) for path in _places(program))


def _places(program: str) -> Iterable[str]:
    return (f"{directory}/{program}" for directory in _DIRECTORIES)


def _is_program(image: InspectedImage, path: str) -> bool:
    node = image.tree.resolve(path)
    content = node.content if node is not None and not node.is_directory else None
    return content is not None and bool(content.mode & _EXECUTABLE)
