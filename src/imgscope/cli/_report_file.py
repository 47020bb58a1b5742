"""Writing a report to a file: all of it, or none of it and what was there before."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

from imgscope.whole_files import write_whole

_NOT_TO_BE_REPLACED: Final = (errno.EBUSY, errno.EXDEV, errno.EPERM)
"""What replacing a file fails with that is mounted by itself, as into containers, or in a directory that guards it."""
_USUAL: Final = 0o666


def write_report(path: Path, content: bytes) -> None:
    """Write `content` to `path`, through a link if it is one. Raises `OSError`, and then nothing half is left.

    Devices, pipes and files that cannot be replaced are written to as they are.
    """
    target = path.resolve()
    is_special = target.exists() and not target.is_file()
    if is_special or not os.access(target.parent, os.W_OK):
        target.write_bytes(content)
        return
    try:
        write_whole(target, content, mode=_mode(target))
    except OSError as error:
        if error.errno not in _NOT_TO_BE_REPLACED:
            raise
        target.write_bytes(content)


def _mode(target: Path) -> int:
    """Return the mode of what is there, or the one that a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    # It can only be read by setting it: for this moment, files are for this user alone.
    mask = os.umask(0o077)
    os.umask(mask)
    return _USUAL & ~mask
