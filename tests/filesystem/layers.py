"""Layers without archives: what a tree is made of, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash

from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.whiteout import is_marker


def file(path: str, content: bytes = b"", *, mode: int = 0o644) -> LayerEntry:
    """A regular file."""
    return LayerEntry(
        path=path, type=EntryType.FILE, size=len(content), mode=mode, fingerprint=xxhash.xxh3_128_digest(content)
    )


def directory(path: str, *, mode: int = 0o755) -> LayerEntry:
    """A directory."""
    return LayerEntry(path=path, type=EntryType.DIRECTORY, mode=mode)


def symlink(path: str, target: str) -> LayerEntry:
    """A symbolic link."""
    return LayerEntry(path=path, type=EntryType.SYMLINK, link_name=target)


def hard_link(path: str, target: str) -> LayerEntry:
    """A hard link."""
    return LayerEntry(path=path, type=EntryType.HARD_LINK, link_name=target)


def whiteout(path: str) -> LayerEntry:
    """What removes `path`."""
    parent, _, name = path.rpartition("/")
    return file(f"{parent}/.wh.{name}" if parent else f".wh.{name}")


def opaque(path: str) -> LayerEntry:
    """What empties the directory `path`."""
    return file(f"{path}/.wh..wh..opq" if path else ".wh..wh..opq")


def layer(*entries: LayerEntry, captured: dict[str, bytes] | None = None) -> LayerIndex:
    """A layer of `entries`."""
    files = [entry for entry in entries if entry.type is EntryType.FILE and not is_marker(entry.path)]
    return LayerIndex(
        digest="sha256:" + "0" * 64,
        diff_id="sha256:" + "0" * 64,
        compression="none",
        compressed_size=0,
        tar_size=0,
        unpacked_size=sum(entry.size for entry in files),
        file_count=len(files),
        entries=entries,
        captured=captured or {},
    )


def paths(tree: FileTree) -> list[str]:
    """All paths of the tree in order; directories end in a slash."""
    return [node.path + ("/" if node.is_directory else "") for node in tree.nodes if node.parent is not None]


def remarks(tree: FileTree) -> list[tuple[str, str]]:
    """What the tree finds odd, path and message."""
    return [(anomaly.path, anomaly.message) for anomaly in tree.anomalies]


def total_size(entries: Iterable[LayerEntry]) -> int:
    """The bytes of all files among `entries`."""
    return sum(entry.size for entry in entries)
