"""What a path is: type, mode, owner, size and time, as lists, histories and differences tell it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from typing import Final

import msgspec

from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.report import Bytes, Count, Path

_FILE_TYPES: Final = {
    EntryType.FILE: stat.S_IFREG,
    EntryType.HARD_LINK: stat.S_IFREG,
    EntryType.DIRECTORY: stat.S_IFDIR,
    EntryType.SYMLINK: stat.S_IFLNK,
    EntryType.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryType.BLOCK_DEVICE: stat.S_IFBLK,
    EntryType.FIFO: stat.S_IFIFO,
}
UNLISTED: Final = LayerEntry(path="", type=EntryType.DIRECTORY, mode=0o755)
"""What runtimes make of a directory that no layer lists."""


class PathState(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A path at one moment. A hard link is what it is a name of.

    `mode` is octal, without the type. `size` is the length of a file in bytes; of a directory, that of all files below
    it, of which there are `files`. `modified` is an RFC 3339 time, left out where the archive has a time that no
    calendar has. `target` is where a symbolic link leads, as written. `xattrs` are names.
    """

    type: str
    mode: str
    uid: int
    gid: int
    size: Bytes
    files: Count | None = None
    modified: str | None = None
    target: Path | None = None
    device: str | None = None
    xattrs: tuple[str, ...] | None = None


def entry_of(node: Node) -> LayerEntry:
    """Return what tells type, mode and owner of `node`."""
    return node.content or node.entry or UNLISTED


def state_of(entry: LayerEntry, *, size: int | None = None, files: int | None = None) -> PathState:
    """Return what `entry` is; `size` and `files` are those of a directory."""
    return PathState(
        type=EntryType.FILE.value if entry.type is EntryType.HARD_LINK else entry.type.value,
        mode=f"{entry.mode & 0o7777:04o}",
        uid=entry.uid,
        gid=entry.gid,
        size=entry.size if size is None else size,
        files=files,
        modified=None if entry is UNLISTED else moment(entry.mtime),
        target=entry.link_name if entry.type is EntryType.SYMLINK else None,
        device="{}:{}".format(*entry.device) if entry.device else None,
        xattrs=tuple(sorted(entry.xattrs)) if entry.xattrs else None,
    )


def mode_text(entry: LayerEntry) -> str:
    """Return type and mode as `ls -l` shows them: `-rw-r--r--`."""
    return stat.filemode(_FILE_TYPES[entry.type] | entry.mode & 0o7777)


def moment(seconds: int) -> str | None:
    """Return a time in seconds since 1970 as RFC 3339 has it, None where no calendar does."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def changed_aspects(before: LayerEntry, after: LayerEntry) -> tuple[str, ...]:
    """Return in which respects the two differ.

    These are `type`, `content`, `target`, `device`, `mode`, `owner`, `xattrs` and `time`; where the type differs,
    content, target and device are not compared.
    """
    differing = {
        "type": _kind(before) is not _kind(after),
        "content": before.size != after.size or before.fingerprint != after.fingerprint,
        "target": before.link_name != after.link_name,
        "device": before.device != after.device,
    }
    if differing["type"]:
        differing = {"type": True}
    differing |= {
        "mode": before.mode != after.mode,
        "owner": (before.uid, before.gid) != (after.uid, after.gid),
        "xattrs": (before.xattrs or None) != (after.xattrs or None),
        "time": before.mtime != after.mtime,
    }
    return tuple(aspect for aspect, differs in differing.items() if differs)


def _kind(entry: LayerEntry) -> EntryType:
    return EntryType.FILE if entry.type is EntryType.HARD_LINK else entry.type
