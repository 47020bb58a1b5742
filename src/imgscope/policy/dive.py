"""dive's own policy file, `.dive-ci`, read unchanged: its rules, its defaults and its way to compare."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from imgscope.errors import UsageError
from imgscope.policy.sizes import parse_size
from imgscope.text import printable

Value = TypeVar("Value")

DIVE_FILE: Final = ".dive-ci"
DISABLED: Final = "disabled"
_DISABLED: Final = (DISABLED, "off", "false")
_DEFAULTS: Final = {"lowestEfficiency": "0.9", "highestWastedBytes": DISABLED, "highestUserWastedPercent": "0.1"}
DIVE_RULES: Final = {
    "lowestEfficiency": "Least efficiency by dive's arithmetic, from 0 to 1.",
    "highestWastedBytes": "Most bytes that are wasted by dive's arithmetic.",
    "highestUserWastedPercent": "Most bytes that are wasted, as a share of those above the lowest layer, from 0 to 1.",
}
"""What each of dive's rules asks."""
_NULL: Final = ("~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiveLimits:
    """The three rules; None is disabled. Shares are from 0 to 1, also the one that dive calls a percentage."""

    lowest_efficiency: float | None
    highest_wasted_bytes: int | None
    highest_user_wasted_percent: float | None


def read_dive_file(path: Path) -> tuple[DiveLimits, tuple[str, ...]]:
    """Return what the `.dive-ci` at `path` asks for, and notes on what dive does not know of it either.

    Defaults stand in for what is not there. As in dive, the case of keys does not matter, and what is disabled is
    `disabled`; `off` and `false`, which its later versions know, are read in the same way. Raises `UsageError`.
    """
    known = {name.lower(): name for name in _DEFAULTS}
    values, notes = dict(_DEFAULTS), []
    for key, value in _rules(path).items():
        name = known.get(str(key).lower())
        if name is not None:
            values[name] = _scalar(path, name, value) or values[name]
            continue
        near = difflib.get_close_matches(str(key).lower(), known, n=1)
        advice = f"; did you mean {known[near[0]]}?" if near else ""
        notes.append(f"{str(path)!r} has a rule {str(key)!r} that is none of dive's and is passed over{advice}")
    limits = DiveLimits(
        lowest_efficiency=_limit(path, "lowestEfficiency", values, _share, "a number from 0 to 1"),
        highest_wasted_bytes=_limit(path, "highestWastedBytes", values, parse_size, "a size such as 20MB"),
        highest_user_wasted_percent=_limit(path, "highestUserWastedPercent", values, _share, "a number from 0 to 1"),
    )
    return limits, tuple(notes)


def _rules(path: Path) -> dict[Any, Any]:
    import yaml

    try:
        # Every scalar stays the text it is: no number, date or truth is made of it.
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        where = f" (line {place.line + 1})" if place is not None else ""
        raise UsageError(f"{str(path)!r} is no YAML{where}", hint="correct it, or see what dive says of it") from None
    if not document or document in _NULL:
        return {}
    rules = document.get("rules") if isinstance(document, dict) else document
    if not rules or rules in _NULL:
        return {}
    if not isinstance(rules, dict):
        raise UsageError(f"{str(path)!r} should have its rules below 'rules:'", hint="write them as dive's README does")
    return rules


def _scalar(path: Path, name: str, value: Any) -> str | None:
    """Return the text of a value, or None for one that is not there: its default holds."""
    if not isinstance(value, str):
        raise UsageError(f"{name} in {str(path)!r} should be a single value")
    return None if value in ("", *_NULL) else value


def _limit(path: Path, name: str, values: dict[str, str], parse: Callable[[str], Value], expected: str) -> Value | None:
    text = values[name].strip()
    if text.lower() in _DISABLED:
        return None
    try:
        return parse(text)
    except ValueError:
        raise UsageError(
            f"{name} in {str(path)!r} is {printable(text)!r}, which is not {expected}",
            hint=f"write {expected}, or '{DISABLED}'",
        ) from None


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share
