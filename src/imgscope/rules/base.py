"""What a rule is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Final, Literal

import msgspec

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Confidence, Finding, Severity
from imgscope.text import format_count, format_size, printable

Topic = Literal["start", "secrets", "permissions", "leftovers", "waste", "build"]
TOPICS: Final[Mapping[Topic, str]] = {
    "start": "Whether containers start and run well",
    "secrets": "Secrets",
    "permissions": "Permissions and devices",
    "leftovers": "What the build left behind",
    "waste": "What ships in vain",
    "build": "How the image was built",
}
"""What rules are about, and the title that stands above them in the documentation."""
_LOW_FROM: Final = 1_000_000
_MEDIUM_FROM: Final = 20_000_000
_NAMES_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something in the image that it could do without, all of it brought by layer number `layer`.

    `files` are what would be freed; `roots` and `packages` name the same to a person. `what` says in a few
    words what it is, and `detail` what else there is to say of it. Without a `severity`, the bytes decide.
    """

    layer: int
    files: tuple[Node, ...]
    roots: tuple[str, ...]
    packages: tuple[str, ...]
    what: str
    fix: str
    confidence: Confidence
    severity: Severity | None = None
    detail: str = ""

    @property
    def size(self) -> int:
        """Bytes of the claimed files."""
        return sum(node.size for node in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Judges an image. `check` is pure: it sees facts and the tree, never the network or the disk.

    `severity` is the highest it gives, `topic` what it is about. Rules on leftovers are made by `leftover_rule`:
    `leftover` is the kind of what they find and `claims` what `check` makes its findings from, so that files can be
    priced once over all rules. What rules it `yields_to` say of the same files, it says only if they do not.
    """

    id: str
    severity: Severity
    check: Callable[[InspectedImage], Iterator[Finding]]
    topic: Topic = "build"
    leftover: str | None = None
    claims: Callable[[InspectedImage], Iterator[Claim]] | None = None
    yields_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """What a user makes of the rules: those in `disabled` are not asked, `severities` replace those they give."""

    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def weighed(self, finding: Finding) -> Finding:
        """Return `finding` with the severity that it has for this user."""
        severity = self.severities.get(finding.rule_id)
        return finding if severity is None else msgspec.structs.replace(finding, severity=severity)


def leftover_rule(
    *, id: str, severity: Severity, kind: str, claims: Callable[[InspectedImage], Iterator[Claim]]
) -> Rule:
    """Return the rule that has one finding for each of its `claims` on an image."""

    def check(image: InspectedImage) -> Iterator[Finding]:
        return (finding_of(claim, id, image) for claim in claims(image))

    return Rule(id=id, severity=severity, check=check, topic="leftovers", leftover=kind, claims=claims)


def finding_of(claim: Claim, rule_id: str, image: InspectedImage) -> Finding:
    """Return the finding of rule `rule_id` that says what `claim` says."""
    return Finding(
        rule_id=rule_id,
        severity=claim.severity or severity_by_size(claim.size),
        confidence=claim.confidence,
        message=_sentence(claim),
        paths=claim.roots,
        packages=claim.packages,
        layer=claim.layer,
        instruction=image.instruction(claim.layer),
        bytes=claim.size,
        fix=claim.fix,
    )


def severity_by_size(size: int) -> Severity:
    """Return how much `size` bytes that need not ship matter: `info` below 1 MB, `medium` from 20 MB on."""
    if size >= _MEDIUM_FROM:
        return Severity.MEDIUM
    return Severity.LOW if size >= _LOW_FROM else Severity.INFO


def _sentence(claim: Claim) -> str:
    where = _some_of(f"/{root}" for root in claim.roots)
    if claim.packages:
        where = f"{format_count(len(claim.packages), 'package')} ({_some_of(claim.packages)})"
    return f"{claim.what} in {where}: {format_size(claim.size)}" + (f"; {claim.detail}" if claim.detail else "")


def _some_of(names: Iterable[str]) -> str:
    listed = [printable(name) for name in names]
    more = len(listed) - _NAMES_SHOWN
    return ", ".join(listed[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """A rule and its page: the docstring of its module, `summary` being the first line."""

    rule: Rule
    summary: str
    text: str

    @property
    def markdown(self) -> str:
        """The page with its title, as `docs/rules/` has it."""
        return f"# {self.rule.id}\n\n{self.text}\n"


@cache
def page_of(rule: Rule, module: ModuleType) -> RulePage:
    """Return the page of the rule that `module` exports; a module without a docstring is a `ValueError`."""
    text = inspect.getdoc(module)
    if not text:
        raise ValueError(f"{module.__name__} has no docstring to be the page of its rule")
    return RulePage(rule=rule, summary=text.partition("\n")[0].rstrip("."), text=text)
