"""Writing a report to a file: all of it, or none of it and what was there before."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from pathlib import Path
from typing import Final

_NOT_TO_BE_REPLACED: Final = (errno.EBUSY, errno.EXDEV, errno.EPERM)
"""What replacing a file fails with that is mounted by itself, as into containers, or in a directory that guards it."""


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, through a link if it is one. Raises `OSError`, and then nothing half is left.

    Devices, pipes and files that cannot be replaced are written to as they are.
    """
    target = path.resolve()
    is_special = target.exists() and not target.is_file()
    if is_special or not os.access(target.parent, os.W_OK):
        target.write_bytes(content)
        return
    unfinished = target.with_name(f".imgscope-{secrets.token_hex(8)}.tmp")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
        if target.exists():
            shutil.copymode(target, unfinished)
        _replace(unfinished, target, content)
    finally:
        unfinished.unlink(missing_ok=True)


def _replace(unfinished: Path, target: Path, content: bytes) -> None:
    try:
        unfinished.replace(target)
    except OSError as error:
        if error.errno not in _NOT_TO_BE_REPLACED:
            raise
        target.write_bytes(content)
