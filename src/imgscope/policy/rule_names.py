"""Names of rules and severities that users write, checked before anything is fetched."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from imgscope.errors import UsageError


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint that names the one of `known` that `name` resembles, or else all of them."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"


def check_rule(name: str, place: str) -> str:
    """Return `name` if there is a rule of that name. Raises `UsageError` that says where it was written."""
    from imgscope.rules import rules

    known = [rule.id for rule in rules()]
    if name not in known:
        near = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f"did you mean {near[0]}?" if near else "imgscope rules lists them all"
        raise UsageError(f"{place}: there is no rule {name!r}", hint=hint)
    return name
