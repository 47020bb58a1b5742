"""A file tree with the contents that probes look at, made without an archive: thousands can be tried a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from imgscope.errors import ImgscopeError
from imgscope.facts import Fact
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.wants import Wants
from imgscope.probes import probes

PROBES: Final = {probe.name: probe for probe in probes()}
_WANTS: Final = {name: Wants(probe.wants) for name, probe in PROBES.items()}


def found_by(name: str, *layers: Mapping[str, bytes]) -> list[Fact]:
    """Return what the probe called `name` finds in an image of `layers`, each the files in it."""
    wants = _WANTS[name]
    tree = stack(_index(files, wants) for files in layers)
    return found_in(name, tree)


def found_in(name: str, tree: FileTree) -> list[Fact]:
    """Return what a probe finds in `tree`; what it refuses with an error for users is nothing."""
    found: list[Fact] = []
    try:
        found.extend(PROBES[name].find(tree))
    except ImgscopeError:
        return found
    return found


def _index(files: Mapping[str, bytes], wants: Wants) -> LayerIndex:
    captured = {}
    for path, content in files.items():
        if wants.match(path) or wants.match_content(path, content[: wants.head_size]):
            captured[path] = kept = wants.reduced(path, content)
            # A layer that comes from the cache is reduced a second time.
            assert wants.reduced(path, kept) == kept, f"what is kept of {path} is not kept as it is"
    return LayerIndex(
        digest="",
        diff_id="",
        compression="none",
        compressed_size=0,
        tar_size=0,
        unpacked_size=0,
        file_count=len(files),
        entries=tuple(LayerEntry(path=path, type=EntryType.FILE, size=len(files[path])) for path in files),
        captured=captured,
    )
