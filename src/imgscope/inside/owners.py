"""Which package has which path of an image."""

from __future__ import annotations

from functools import cached_property

from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.filesystem.node import Node


class PathOwners:
    """Which package has which path of an image, links and directories included."""

    def __init__(self, image: InspectedImage) -> None:
        self._image = image

    def owner(self, node: Node) -> InstalledPackage | None:
        """Return the package that has the path; of those that all have a directory, the first."""
        return self._image.owner(node) or self._named.get(id(node))

    @cached_property
    def _named(self) -> dict[int, InstalledPackage]:
        named: dict[int, InstalledPackage] = {}
        for package in self._image.packages:
            for path in package.paths:
                node = self._image.tree.locate(path)
                if node is not None and not node.is_file:
                    named.setdefault(id(node), package)
        return named
