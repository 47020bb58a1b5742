"""`[limits]` of a configuration file: how much of anything is read, in place of the defaults (docs/limits.md)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from imgscope.errors import UsageError
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.policy.configuration_file import read_tables
from imgscope.policy.rule_names import nearest
from imgscope.policy.sizes import parse_size

_LARGEST: Final = 2**63 - 1
_LONGEST_SECONDS: Final = 24 * 60 * 60
_OPTION: Final = "concurrent_layers"
"""The limit that is an option, `--jobs`, and no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitKey:
    """A key of `[limits]`. `smallest` and `largest` are the values that make sense, in the unit of the field."""

    name: str
    field: str
    expected: str
    parse: Callable[[Any], float]
    smallest: float = 1
    largest: float = _LARGEST


def read_limits(directory: Path, config: Path | None = None) -> Limits:
    """Return the limits of the configuration file, `config` or the one in `directory`; the defaults without one.

    Raises `UsageError` for a file that cannot be read, and for keys and values that there are not.
    """
    path, tables = read_tables(directory, config)
    return _limits(tables.get("limits", {}), str(path))


def _limits(table: Mapping[str, Any], path: str) -> Limits:
    values: dict[str, Any] = {}
    for name, written in table.items():
        key = LIMIT_KEYS.get(name)
        if key is None:
            raise UsageError(f"{path}: there is no key {name!r} in [limits]", hint=nearest(name, LIMIT_KEYS))
        try:
            value = key.parse(written)
        except ValueError:
            raise _refused(path, key, written, f"write {key.expected}") from None
        if not key.smallest <= value <= key.largest:
            raise _refused(path, key, written, f"write something from {key.smallest:,} to {key.largest:,}")
        values[key.field] = value
    return replace(DEFAULT_LIMITS, **values)


def _refused(path: str, key: LimitKey, written: Any, hint: str) -> UsageError:
    return UsageError(f"{path}: {key.name} in [limits] cannot be {written!r}", hint=hint)


def _size(written: Any) -> int:
    if isinstance(written, str):
        return parse_size(written)
    return _count(written)


def _count(written: Any) -> int:
    if isinstance(written, bool) or not isinstance(written, int):
        raise ValueError(written)  # noqa: TRY004 - one kind of refusal for all values
    return written


def _seconds(written: Any) -> float:
    if isinstance(written, bool) or not isinstance(written, int | float) or not math.isfinite(written):
        raise ValueError(written)
    return float(written)


def _key(field: str) -> LimitKey:
    name = field.replace("_", "-")
    if field == "zstd_window_size":
        # What the format can ask for (RFC 8878, 3.1.1.1.2) and 64-bit decoders can give.
        return LimitKey(
            name=name, field=field, expected='a size such as "128MiB"', parse=_size, smallest=1024, largest=2**31
        )
    if field.endswith("_size"):
        return LimitKey(name=name, field=field, expected='a size such as "64MiB", or bytes', parse=_size)
    if field.endswith(("_timeout", "_patience")):
        expected, smallest = "seconds such as 30", 0.1
        return LimitKey(
            name=name, field=field, expected=expected, parse=_seconds, smallest=smallest, largest=_LONGEST_SECONDS
        )
    largest = 1024 if field == "connections_per_host" else _LARGEST
    return LimitKey(name=name, field=field, expected="a whole number", parse=_count, largest=largest)


LIMIT_KEYS: Final[Mapping[str, LimitKey]] = {
    key.name: key for key in (_key(each.name) for each in fields(Limits) if each.name != _OPTION)
}
"""The keys of `[limits]` by name."""
