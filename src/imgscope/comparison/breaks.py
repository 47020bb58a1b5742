"""What does not work any more when an image is moved to another base: what rules find there and did not find before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.base import Base
from imgscope.comparison.data import Break, BreakKind
from imgscope.comparison.interpreters import lost_interpreters
from imgscope.comparison.libraries import foreign_libraries
from imgscope.comparison.moved import Moved, move
from imgscope.comparison.steps import steps_that_fail
from imgscope.examine import Examination
from imgscope.facts import DISTRIBUTION_TYPES
from imgscope.filesystem.node import Node
from imgscope.report import Finding, Severity
from imgscope.rules import rules
from imgscope.rules.base import RuleSettings

_KINDS: Final[dict[str, BreakKind]] = {
    "interpreter-missing": "program",
    "library-missing": "program",
    "library-out-of-reach": "program",
    "symbol-version-missing": "program",
    "foreign-architecture": "program",
    "foreign-module": "module",
    "module-library-missing": "module",
    "start-command-cannot-run": "command",
    "healthcheck-cannot-run": "command",
}
_ORDER: Final = ("command", "program", "module", "library", "interpreter", "build")
_MODULES: Final = (".so", ".node")


def breaks_of(mine: Inspection, base: Base, candidate: Inspection) -> tuple[Break, ...]:
    """Return what would break if `mine` were moved off its `base` to `candidate`, what matters most first.

    Files are taken as they are: what a new build would fetch in a build for the new base is told all the same, with
    what to do. Files of distributions' packages are left out: a new build installs those of the new base. What does
    not work in `mine` as it is does not count.
    """
    moved = move(mine, base, candidate)
    found = [*_by_rules(mine, moved), *lost_interpreters(mine, moved)]
    told = {path for each in found for path in each.paths}
    found += foreign_libraries(mine, moved, told)
    found += steps_that_fail(mine, base, moved)
    return tuple(sorted(found, key=_order))


def _by_rules(mine: Inspection, moved: Moved) -> Iterator[Break]:
    asked = [rule for rule in rules() if rule.id in _KINDS]
    before = {(finding.rule_id, path) for finding in mine.report.findings for path in finding.paths}
    sentences = {(finding.rule_id, finding.message) for finding in mine.report.findings}
    for finding in Examination(RuleSettings()).judge(moved.image, asked).findings:
        kind = _KINDS[finding.rule_id]
        if kind == "command":
            if (finding.rule_id, finding.message) not in sentences:
                yield _break(finding, kind, finding.paths)
            continue
        paths = tuple(path for path in finding.paths if (finding.rule_id, path) not in before)
        if any(_is_own(moved, mine, path) for path in paths) and not _is_of_distribution(finding, mine):
            yield _break(finding, _kind_of(finding, kind), paths)


def _is_own(moved: Moved, mine: Inspection, path: str) -> bool:
    node = moved.image.tree.get(path)
    if node is None or node.content_layer < moved.first_own:
        return False
    return not _is_packaged(mine, mine.image.tree.get(path))


def _is_packaged(mine: Inspection, node: Node | None) -> bool:
    owner = mine.image.owner(node) if node is not None else None
    return owner is not None and owner.type in DISTRIBUTION_TYPES


def _is_of_distribution(finding: Finding, mine: Inspection) -> bool:
    """Tell whether what is to blame, which stands first, came with a package that a new build installs anew."""
    return bool(finding.paths) and _is_packaged(mine, mine.image.tree.get(finding.paths[0]))


def _kind_of(finding: Finding, kind: BreakKind) -> BreakKind:
    is_module = finding.rule_id == "symbol-version-missing" and finding.paths[0].endswith(_MODULES)
    return "module" if is_module else kind


def _break(finding: Finding, kind: BreakKind, paths: tuple[str, ...]) -> Break:
    return Break(
        kind=kind,
        rule_id=finding.rule_id,
        severity=finding.severity,
        confidence=finding.confidence,
        message=finding.message,
        paths=paths,
        fix=finding.fix,
    )


def _order(each: Break) -> tuple[int, int, str]:
    return list(Severity).index(each.severity) * -1, _ORDER.index(each.kind), each.message
