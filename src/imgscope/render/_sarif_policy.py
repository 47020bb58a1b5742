"""Checks of the policy as SARIF has rules: one for each that judged the image, with what it asks as its help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from imgscope.policy.dive import DIVE_RULES
from imgscope.policy.keys import KEYS
from imgscope.report import PolicyCheck
from imgscope.text import printable

_GROWTH: Final = ("compressed-growth", "unpacked-growth")


def check_rules(checks: Sequence[PolicyCheck]) -> Iterator[dict[str, Any]]:
    """Yield the reporting descriptor of each check that passed or failed; what was skipped was asked of nothing."""
    for check in checks:
        if check.status == "skip":
            continue
        asks, where = _help(check.name)
        title = f"The policy's {printable(check.name)}"
        yield {
            "id": check_rule_id(check),
            "shortDescription": {"text": f"{title} holds."},
            "fullDescription": {"text": asks},
            "help": {"text": f"{asks}\n\n{where}", "markdown": f"# {title}\n\n{asks}\n\n{where}"},
            "defaultConfiguration": {"level": "error"},
            "properties": {"tags": ["container", "policy"]},
        }


def check_rule_id(check: PolicyCheck) -> str:
    """Return the identifier of the rule, which no rule of imgscope itself has."""
    return f"policy-{printable(check.name)}"


def check_message(check: PolicyCheck) -> str:
    """Return in one line how far off the image is."""
    return printable(f"{check.name} is {check.actual}, limit {check.limit}")


def _help(name: str) -> tuple[str, str]:
    """Return what the check asks, and where its limit is set."""
    if name in DIVE_RULES:
        return DIVE_RULES[name], "Set in the file .dive-ci."
    set_by = "max-growth" if name in _GROWTH else name
    asks = next((key.help for key in KEYS if key.name == set_by), "A check of the policy.")
    return asks, f"Set by {printable(set_by)} in the policy of imgscope.toml, or by the option of that name."
