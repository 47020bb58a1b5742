"""Files that are there whole or not at all, whenever the process ends."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import tempfile
import threading
from pathlib import Path
from typing import Final

UNFINISHED_SUFFIX: Final = ".tmp"
"""What a file that is being written ends with; its name begins with a dot. Killed processes leave them."""

# Files that are being written. Where the process ends meanwhile, the threads that write them do not tidy up, and one
# that comes to write after that would leave another.
_being_written: Final[set[Path]] = set()
_naming: Final = threading.Lock()
_has_ended: Final = threading.Event()


def make_directory(path: Path) -> None:
    """Make `path`, and what is missing above it, for this user alone, as XDG has it. Raises `OSError`.

    Who could write to a directory above could put another one in its place.
    """
    if not path.is_dir():
        make_directory(path.parent)
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None


def write_whole(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Make `path` hold `content`, all of it or not at all, for this user alone or with `mode`.

    Raises `OSError`, also where the process is at its end.
    """
    handle, temporary = _new_temporary(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    finally:
        _being_written.discard(temporary)


@atexit.register
def _remove_unfinished() -> None:
    with _naming:
        _has_ended.set()
    for temporary in tuple(_being_written):
        with contextlib.suppress(OSError):
            temporary.unlink()


def _new_temporary(directory: Path) -> tuple[int, Path]:
    """Return a new file in `directory`, open, and its path. Raises `OSError`, also where the process is at its end."""
    with _naming:
        if _has_ended.is_set():
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR), str(directory))
        handle, name = tempfile.mkstemp(prefix=".", suffix=UNFINISHED_SUFFIX, dir=directory)
        temporary = Path(name)
        _being_written.add(temporary)
    return handle, temporary
