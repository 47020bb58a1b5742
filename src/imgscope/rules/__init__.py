"""Judgements about an image: one file a rule, named after the problem. Each exports `RULE`."""

from __future__ import annotations

from imgscope import discovery
from imgscope.rules.base import Rule, RulePage, page_of

__all__ = ["rule_pages", "rules"]


def rules() -> list[Rule]:
    """Return all rules in order of their ids; two of one id are a `ValueError`."""
    return [page.rule for page in rule_pages()]


def rule_pages() -> list[RulePage]:
    """Return all rules, each with its page in the documentation, in order of their ids."""
    found: dict[str, RulePage] = {}
    for module, rule in discovery.exported(__name__, "RULE", Rule):
        if rule.id in found:
            raise ValueError(f"{module.__name__} is a second rule with the id {rule.id!r}")
        found[rule.id] = page_of(rule, module)
    return [found[identity] for identity in sorted(found)]
