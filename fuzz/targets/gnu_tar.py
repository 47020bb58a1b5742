"""Tar archives, beside GNU tar, where it is installed: a few hundred a second instead of thousands."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from fuzz.archives import repaired
from fuzz.targets import tar
from imgscope.layer.index import EntryType

_TAR: Final = shutil.which("tar")
_LINE: Final = re.compile(r"([-dlhbcp])\S{9}\S* (\d+)/(\d+) +(\d+|\d+,\d+) \S+ \S+ (.*?)(?: -> (.*)| link to (.*))?")
_KINDS: Final = {
    "-": EntryType.FILE,
    # GNU tar takes a file whose name ends in a slash for a directory; runtimes do so in archives of v7 only.
    "d": EntryType.FILE,
    "l": EntryType.SYMLINK,
    "h": EntryType.HARD_LINK,
    "b": EntryType.BLOCK_DEVICE,
    "c": EntryType.CHARACTER_DEVICE,
    "p": EntryType.FIFO,
}
_ALIKE: Final = {EntryType.DIRECTORY: EntryType.FILE}
_OPTIONS: Final = ("--list", "--verbose", "--numeric-owner", "--full-time", "--quoting-style=escape", "--file=-")
_PLAIN: Final = re.compile(r"[\w./-]+", re.ASCII)


def target(data: bytes) -> None:
    """Ordinary archives are read as GNU tar reads them."""
    archive = repaired(data)
    members, error = tar.read(archive, len(archive) or 1)
    plain = all(_PLAIN.fullmatch(each.path) and _PLAIN.fullmatch(each.link_name or "-") for each in members)
    if _TAR is None or error is not None or not members or not plain or not tar.is_ordinary(archive):
        return
    listed = _listed(archive)
    if listed is not None:
        assert [(_ALIKE.get(each.type, each.type), each.uid, each.gid, each.path) for each in members] == listed


def _listed(archive: bytes) -> list[tuple[EntryType, int, int, str]] | None:
    assert _TAR is not None
    done = subprocess.run(
        [_TAR, *_OPTIONS], input=archive, capture_output=True, timeout=20, check=False, env={"LC_ALL": "C", "TZ": "UTC"}
    )
    if done.returncode or done.stderr:
        return None
    rows = [_LINE.fullmatch(line) for line in done.stdout.decode().splitlines()]
    return [(_KINDS[row[1]], int(row[2]), int(row[3]), tar.normalized(row[5])) for row in rows if row is not None]


def seeds() -> Mapping[str, bytes]:
    """Those of the other target."""
    return {name: seed for name, seed in tar.seeds().items() if not name.startswith(("sparse", "global"))}
