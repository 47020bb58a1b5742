"""`imgscope.toml`: which file it is, and its tables; what their keys mean is told where they are used."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Final

from imgscope.errors import UsageError
from imgscope.policy.rule_names import nearest

CONFIGURATION_FILES: Final = ("imgscope.toml", ".imgscope.toml")
_TABLES: Final = ("policy", "rules", "limits")


def read_tables(directory: Path, config: Path | None) -> tuple[Path | None, dict[str, dict[str, Any]]]:
    """Return the configuration file, `config` or the one in `directory`, and its tables by name; none without a file.

    Raises `UsageError` for a file that cannot be read, is no TOML, or has anything but the tables that there are.
    """
    path = _found(directory, config)
    return path, _read(path) if path is not None else {}


def _found(directory: Path, chosen: Path | None) -> Path | None:
    if chosen is not None:
        return chosen
    found = [path for name in CONFIGURATION_FILES if os.path.lexists(path := directory / name)]
    if len(found) > 1:
        raise UsageError(
            f"there are both {' and '.join(map(repr, CONFIGURATION_FILES))}",
            hint="keep one of them, or name one by --config",
        )
    return found[0] if found else None


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}", hint="name a file by --config") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{str(path)!r} is no TOML: {error}", hint="correct it there") from None
    for name, table in tables.items():
        if name not in _TABLES:
            raise UsageError(f"{path}: there is no table [{name}]", hint=nearest(name, _TABLES))
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {name} should be a table", hint=f"write [{name}] and its keys below it")
    return tables
