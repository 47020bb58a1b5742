"""Which files a package of Debian owns: its list, or its checksums where the list is gone, and what was diverted."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes._content import content_of
from imgscope.probes._control import lines_of

_INFO: Final = "var/lib/dpkg/info"
_DIVERSIONS: Final = "var/lib/dpkg/diversions"
_KEPT: Final = b"imgscope: paths of md5sums 1\n"
_SUM: Final = re.compile(r"[0-9a-f]{32}  ")
_LARGEST: Final = 64 * 1024 * 1024

Diversions = Mapping[str, tuple[str, str]]
"""By path, where a file of that path goes instead, and the package whose file stays, or `:`."""


def compressed_sums(content: bytes) -> bytes:
    """Return what is kept of a list of checksums, hardly ever looked at; what was kept before stays as it is."""
    return content if content.startswith(_KEPT) else _KEPT + zlib.compress(content, 1)


WANTS: Final = (f"{_INFO}/*.list", Want(glob=f"{_INFO}/*.md5sums", reduce=compressed_sums), _DIVERSIONS)


def paths_of(tree: FileTree, name: str, architecture: str, diversions: Diversions) -> tuple[str, ...]:
    """Return the paths of a package in `tree`; only where packages of several architectures fit is one in the name."""
    for stem in (name, f"{name}:{architecture}"):
        content = content_of(tree, f"{_INFO}/{stem}.list")
        if content is not None:
            return _diverted(lines_of(content), name, diversions)
    for stem in (name, f"{name}:{architecture}"):
        kept = content_of(tree, f"{_INFO}/{stem}.md5sums")
        if kept is not None:
            paths = (f"/{path}" for path in summed_paths(_decompressed(compressed_sums(kept))))
            return _diverted(paths, name, diversions)
    return ()


def summed_paths(content: bytes) -> tuple[str, ...]:
    """Return the paths in a list of checksums, as `md5sum` writes it."""
    return tuple(line[match.end() :] for line in lines_of(content) if (match := _SUM.match(line)))


def read_diversions(tree: FileTree) -> Diversions:
    """Return what dpkg-divert recorded: three lines for each diversion, the path, the other path and the package."""
    lines = lines_of(content_of(tree, _DIVERSIONS) or b"")
    return {path: (instead, owner) for path, instead, owner in zip(*(lines[n::3] for n in range(3)), strict=False)}


def _diverted(paths: Iterable[str], name: str, diversions: Diversions) -> tuple[str, ...]:
    if not diversions:
        return tuple(paths)
    return tuple(diversions[path][0] if path in diversions and diversions[path][1] != name else path for path in paths)


def _decompressed(kept: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(kept.removeprefix(_KEPT), _LARGEST)
    except zlib.error:
        # Something in the image looks as if it had been kept.
        return b""
