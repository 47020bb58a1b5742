"""Where the configuration files of Podman and Docker are, and reading one: bounded, and told by its path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from imgscope.errors import UsageError

SYSTEM = Path("/etc")
"""Where the files of the whole machine are."""

_LARGEST_FILE: Final = 1024 * 1024


def user_directory(environ: Mapping[str, str]) -> Path | None:
    """Return `$XDG_CONFIG_HOME`, else `~/.config`; None for a user without a home."""
    named = environ.get("XDG_CONFIG_HOME")
    if named:
        return Path(named)
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) / ".config" if home else None


def read(path: Path, *, passes_over_forbidden: bool = False) -> bytes | None:
    """Return what is in a file, or None where there is none; raises `UsageError` for one that cannot be read.

    With `passes_over_forbidden`, a file that this user may not read is as good as none.
    """
    try:
        with path.open("rb") as file:
            body = file.read(_LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if passes_over_forbidden and isinstance(error, PermissionError):
            return None
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="check who may read it; it says which registries to use"
        ) from None
    if len(body) > _LARGEST_FILE:
        raise UsageError(f"{path} has more than the {_LARGEST_FILE:,} bytes that are read of a configuration file")
    return body


def drop_ins(directory: Path | None) -> list[Path]:
    """Return the `*.conf` files of a directory in the order of their names, none where there is no directory."""
    if directory is None or not directory.is_dir():
        return []
    try:
        return sorted(path for path in directory.iterdir() if path.suffix == ".conf" and not path.is_dir())
    except OSError as error:
        raise UsageError(f"{directory} cannot be read: {error.strerror}", hint="check who may read it") from None
