"""Everything a user says about judging: `imgscope.toml`, `.dive-ci`, `.imgscopeignore` and options, in one place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from imgscope.errors import UsageError
from imgscope.policy.configuration_file import read_tables
from imgscope.policy.dive import DIVE_FILE, read_dive_file
from imgscope.policy.ignore import IGNORE_FILE, read_ignore_file
from imgscope.policy.keys import KEYS, SEVERITIES
from imgscope.policy.policy import Policy
from imgscope.policy.rule_names import check_rule, nearest
from imgscope.report import Severity
from imgscope.rules.base import RuleSettings

_RULE_KEYS: Final = ("disable", "severity")
_KEYS: Final = {key.name: key for key in KEYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What stands on the command line: `policy` by key, rules to disable, and `RULE=SEVERITY` each."""

    policy: Mapping[str, str] = field(default_factory=dict)
    disable: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was asked for, and notes on what a user should know of it."""

    policy: Policy
    rules: RuleSettings
    notes: tuple[str, ...] = ()


def read_settings(directory: Path, choices: Choices, *, config: Path | None = None, today: date) -> Settings:
    """Return what the files in `directory` and `choices` ask for together; an option wins over a file.

    `config` stands for the configuration file that is found there otherwise, and then findings are ignored by the
    file beside it: who may not change the one may not undo it by the other.
    Raises `UsageError` for whatever cannot be understood, with its place, what was expected and the nearest name.
    A file that is there and cannot be read is an error as well: no gate stands open without a word.
    """
    path, tables = read_tables(directory, config)
    values = _policy_values(tables.get("policy", {}), str(path))
    for name, text in choices.policy.items():
        values[_KEYS[name].field] = _value(name, text, f"--{name}")
    policy = _with_default(Policy(**values), is_asked_for="policy" in tables or bool(choices.policy), values=values)
    _check_baseline(policy)
    notes: tuple[str, ...] = ()
    if os.path.lexists(dive_file := directory / DIVE_FILE):
        limits, notes = read_dive_file(dive_file)
        policy = replace(policy, dive=limits)
    ignore_file = (directory if config is None else config.parent) / IGNORE_FILE
    if os.path.lexists(ignore_file):
        ignores, expired = read_ignore_file(ignore_file, today=today)
        policy, notes = replace(policy, ignores=ignores), (*notes, *expired)
    notes = (*notes, *_passed_over(directory / IGNORE_FILE, ignore_file))
    return Settings(policy=policy, rules=_rules(tables.get("rules", {}), str(path), choices), notes=notes)


def read_rules(directory: Path, config: Path | None) -> RuleSettings:
    """Return what the configuration file alone makes of the rules, for images that are shown and not judged.

    Raises `UsageError`.
    """
    path, tables = read_tables(directory, config)
    return _rules(tables.get("rules", {}), str(path), Choices())


def _passed_over(found: Path, ignore_file: Path) -> Iterator[str]:
    """Yield a note where `found` is there and somebody may think that it holds in place of `ignore_file`."""
    if os.path.lexists(found) and found.parent.resolve() != ignore_file.parent.resolve():
        yield f"{found} ignores nothing: with --config, findings are ignored by {ignore_file} alone"


def _policy_values(table: Mapping[str, Any], path: str) -> dict[str, Any]:
    values = {}
    for name, value in table.items():
        if name not in _KEYS:
            raise UsageError(f"{path}: there is no key {name!r} in [policy]", hint=nearest(name, _KEYS))
        values[_KEYS[name].field] = _value(name, value, f"{path}: {name} in [policy]")
    return values


def _value(name: str, written: Any, place: str) -> Any:
    try:
        value = _KEYS[name].parse(written)
    except ValueError:
        raise UsageError(f"{place} cannot be {written!r}", hint=f"write {_KEYS[name].expected}") from None
    return Severity(value) if value is not None and name.startswith("fail-on") else value


def _with_default(policy: Policy, *, is_asked_for: bool, values: Mapping[str, Any]) -> Policy:
    """Return `policy` with the severity that fails where it does not say."""
    if not is_asked_for or "fail_on" in values or policy.fail_on_new is not None:
        return policy
    return replace(policy, fail_on=Severity.HIGH)


def _check_baseline(policy: Policy) -> None:
    if policy.baseline is not None:
        return
    for name, value in (("max-growth", policy.max_growth), ("fail-on-new", policy.fail_on_new)):
        if value is not None:
            raise UsageError(
                f"{name} needs a baseline to compare with", hint="name an image or a JSON report: --baseline IMAGE|FILE"
            )


def _rules(table: Mapping[str, Any], path: str, choices: Choices) -> RuleSettings:
    for key in table:
        if key not in _RULE_KEYS:
            raise UsageError(f"{path}: there is no key {key!r} in [rules]", hint=nearest(key, _RULE_KEYS))
    disable, severity = table.get("disable", []), table.get("severity", {})
    if not isinstance(disable, list) or not all(isinstance(name, str) for name in disable):
        raise UsageError(f"{path}: disable in [rules] cannot be {disable!r}", hint='write a list: ["logs-left"]')
    if not isinstance(severity, dict):
        hint = 'write a table: { "runs-as-root" = "low" }'
        raise UsageError(f"{path}: severity in [rules] cannot be {severity!r}", hint=hint)
    severities = [(name, value, f"{path}: severity in [rules]") for name, value in severity.items()]
    severities += [(*_pair(text), "--severity") for text in choices.severity]
    disabled = [(name, f"{path}: disable in [rules]") for name in disable]
    disabled += [(name, "--disable") for name in choices.disable]
    return RuleSettings(
        disabled=frozenset(check_rule(name, place) for name, place in disabled),
        severities={check_rule(name, place): _severity(value, name, place) for name, value, place in severities},
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--severity cannot be {text!r}", hint="write RULE=SEVERITY, such as runs-as-root=low")
    return name, value


def _severity(value: Any, name: str, place: str) -> Severity:
    if value not in SEVERITIES:
        hint = nearest(value, SEVERITIES) if isinstance(value, str) else f"write one of {', '.join(SEVERITIES)}"
        raise UsageError(f"{place}: the severity of {name} cannot be {value!r}", hint=hint)
    return Severity(value)
