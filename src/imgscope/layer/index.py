"""What one pass over a layer leaves behind."""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from imgscope.layer.elf import ElfFacts

MOST_ANOMALIES: Final = 1000
"""How many are kept of a layer, and of a tree: there may be as many as entries."""


class EntryType(Enum):
    """What a tar entry makes (POSIX pax, "typeflag")."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARD_LINK = "hardlink"
    CHARACTER_DEVICE = "character-device"
    BLOCK_DEVICE = "block-device"
    FIFO = "fifo"


class LayerEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One entry of a layer's archive, whiteouts included.

    `path` has no leading or trailing slash and no `.` or `..`; the root is the empty string. Bytes of a
    name that are not UTF-8 are kept by surrogateescape. `size` is the length of a regular file's content
    in bytes, holes included, and 0 for everything else. `mtime` is in whole seconds since 1970.
    `link_name` is the target exactly as the archive has it. `fingerprint` is the xxh3-128 of the content.
    """

    path: str
    type: EntryType
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    link_name: str = ""
    fingerprint: bytes | None = None
    elf: ElfFacts | None = None
    xattrs: dict[str, bytes] | None = None
    device: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]

    def same_content(self, other: LayerEntry) -> bool:
        """Whether both make the same kind of thing with the same content, whatever owner, mode or time."""
        return (
            self.type is other.type
            and self.size == other.size
            and self.fingerprint == other.fingerprint
            and self.link_name == other.link_name
            and self.device == other.device
        )


class Anomaly(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Something a layer should not contain but that does not stop it from being read."""

    path: str
    message: str


class LayerIndex(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Everything imgscope keeps of a layer.

    `compressed_size` counts the bytes of the blob, `tar_size` those of the archive in it and
    `unpacked_size` those of its regular files, whiteouts left out. `captured` holds the content of the files
    that probes asked for, by path. With `error` set, the listing ends where the layer could not be read any
    further, and `hint` says what to do. `error` begins with a verb: its subject is the layer. `diff_id` is the
    digest of the archive as it was read; where that did not reach the end, the one that the configuration
    promises, or empty.
    """

    digest: str
    diff_id: str
    compression: str
    compressed_size: int
    tar_size: int
    unpacked_size: int
    file_count: int
    entries: tuple[LayerEntry, ...]
    captured: dict[str, bytes]
    anomalies: tuple[Anomaly, ...] = ()
    error: str | None = None
    hint: str | None = None
