"""Writing a file of an image to where the user says, and nowhere else."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from imgscope.errors import UsageError
from imgscope.text import printable

_LONGEST_NAME: Final = 120
_BEGINNING: Final = re.compile(r"^[\s.~-]+")
"""What the name of a file may not begin with."""


class TargetExists(UsageError):
    """There is a file where the content should go, and nobody said that it may be replaced."""


def suggested_name(path: str) -> str:
    """Return a name for the file at `path` of an image that does no harm in any directory.

    It has no slash, does not begin with a dot or a dash, and nothing in it acts on a terminal.
    """
    name = printable(path.rpartition("/")[2]).replace("/", "_").replace("\\", "_").strip()
    return _BEGINNING.sub("", name)[:_LONGEST_NAME] or "file"


def target_of(written: str, name: str) -> Path:
    """Return the path that the user means by `written`: in a directory, the file called `name` there.

    Raises `UsageError` where that is no path.
    """
    if not written.strip() or "\0" in written:
        raise UsageError("that is no path to save to")
    try:
        target = Path(written.strip()).expanduser()
        return target / name if target.is_dir() else target
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{written!r} is no path to save to: {error}") from None


def save(chunks: Iterable[bytes | memoryview], target: Path, *, replace: bool = False) -> int:
    """Write all of `chunks` to `target` and return how many bytes that were; whatever fails, nothing half is left.

    What is there is replaced only with `replace`; a link there is replaced and not followed. Raises `TargetExists`,
    `UsageError` where nothing can be written, and what `chunks` raises.
    """
    if not replace and os.path.lexists(target):
        raise _exists(target)
    unfinished = target.with_name(f".imgscope-{secrets.token_hex(8)}")
    try:
        try:
            with unfinished.open("xb") as file:
                size = sum(map(file.write, chunks))
            _place(unfinished, target, replace=replace)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror or error}") from None
    return size


def _place(unfinished: Path, target: Path, *, replace: bool) -> None:
    if not replace:
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            raise _exists(target) from None
    unfinished.replace(target)


def _exists(target: Path) -> TargetExists:
    return TargetExists(f"{target} exists", hint="press enter again to replace it")
