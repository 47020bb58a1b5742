"""What does not work any more when an image is moved to another base: what rules find there and did not find before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.base import Base
from imgscope.comparison.data import Break, BreakKind
from imgscope.comparison.interpreters import lost_interpreters
from imgscope.comparison.libraries import foreign_libraries
from imgscope.comparison.moved import Moved, is_own, is_packaged, move
from imgscope.comparison.scripts import lost_scripts
from imgscope.comparison.steps import steps_that_fail
from imgscope.examine import Examination
from imgscope.report import Failure, Finding, Severity
from imgscope.rules import rules
from imgscope.rules.base import Rule, RuleSettings

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
_ORDER: Final = ("command", "program", "script", "module", "library", "interpreter", "build")
_MODULES: Final = (".so", ".node")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """What would break, what matters most first; `failures` are those of rules and probes that crashed over it."""

    found: tuple[Break, ...]
    failures: tuple[Failure, ...]


def breaks_of(mine: Inspection, base: Base, candidate: Inspection, settings: RuleSettings) -> Breaks:
    """Return what would break if `mine` were moved off its `base` to `candidate`, as rules with `settings` judge it.

    Files are taken as they are: what a new build would fetch in a build for the new base is told all the same, with
    what to do. Files of distributions' packages are left out: a new build installs those of the new base. What does
    not work in `mine` as it is does not count.
    """
    examination = Examination(settings)
    moved = move(mine, base, candidate, examination)
    found = [*_by_rules(mine, moved, examination), *lost_interpreters(mine, moved)]
    told = {path for each in found for path in each.paths}
    found += lost_scripts(mine, moved, told)
    found += foreign_libraries(mine, moved, told)
    found += steps_that_fail(mine, base, moved)
    return Breaks(found=tuple(sorted(found, key=_order)), failures=tuple(examination.failures))


def _by_rules(mine: Inspection, moved: Moved, examination: Examination) -> Iterator[Break]:
    asked = [rule for rule in rules() if rule.id in _KINDS]
    before = set(_told_before(mine, asked))
    sentences = {(finding.rule_id, finding.message) for finding in mine.report.findings}
    for finding in examination.judge(moved.image, asked).findings:
        kind = _KINDS[finding.rule_id]
        paths = tuple(path for path in finding.paths if (finding.rule_id, path) not in before)
        if kind == "command":
            if paths or not (finding.paths or (finding.rule_id, finding.message) in sentences):
                yield _break(finding, kind, finding.paths)
        elif _concerns(moved, mine, paths):
            yield _break(finding, _kind_of(finding, kind), paths)


def _told_before(mine: Inspection, asked: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """Yield which rules had something to say of which paths, those included that left it to others to tell."""
    yielding = {rule.id: rule.yields_to for rule in asked}
    for finding in mine.report.findings:
        silent = (rule for rule, others in yielding.items() if finding.rule_id in others)
        yield from ((rule, path) for rule in (finding.rule_id, *silent) for path in finding.paths)


def _concerns(moved: Moved, mine: Inspection, paths: tuple[str, ...]) -> bool:
    """Tell whether a file is the image's own, and the first, which is to blame, not that of a package."""
    nodes = (moved.image.tree.get(path) for path in paths)
    return any(node is not None and is_own(moved, mine, node) for node in nodes) and not is_packaged(mine, paths[0])


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
