"""How the image configures the loaders of its programs (ld.so.conf, ld.so.cache, musl's path files)."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.filesystem.tree import FileTree
from imgscope.linking.configuration import WANTED, LinkerConfiguration, read_configuration
from imgscope.probes.base import Probe


def _find(tree: FileTree) -> Iterator[LinkerConfiguration]:
    yield read_configuration(tree, tree.captured)


PROBE = Probe(name="linker-configuration", wants=WANTED, find=_find)
