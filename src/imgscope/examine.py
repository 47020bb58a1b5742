"""Probes and rules over one stacked image: what they find, and which of them crashed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, TypeVar

from imgscope.assemble import Judgement
from imgscope.errors import ImgscopeError
from imgscope.facts import NO_DISTRO, Fact, InspectedImage, InstalledPackage, LayerOrigin
from imgscope.filesystem.efficiency import DiveScore
from imgscope.filesystem.tree import FileTree
from imgscope.oci.config import ImageConfig
from imgscope.probes import probes
from imgscope.report import Distro, Failure, Finding, Libc, LibcBinaries
from imgscope.rules import rules
from imgscope.rules.base import Claim, Rule, RuleSettings, finding_of

Subject = TypeVar("Subject")
Result = TypeVar("Result")
FactType = TypeVar("FactType", Distro, Libc)

_NO_LIBC: Final = Libc(
    family="unknown",
    evidence=(),
    confidence="low",
    binaries=LibcBinaries(glibc=0, musl=0, uclibc=0, static=0, other=0),
)


class Examination:
    """One image under examination. What goes wrong with a single probe or rule is among its `failures`."""

    def __init__(self, settings: RuleSettings) -> None:
        self._settings = settings
        self.failures: list[Failure] = []

    def find_facts(
        self,
        tree: FileTree,
        config: ImageConfig,
        origins: tuple[LayerOrigin, ...],
        *,
        score: DiveScore | None = None,
    ) -> InspectedImage:
        """Return the image of `tree` with all that probes find in it, and with its `score` if that is known."""
        facts: list[Fact] = []
        for probe in probes():
            facts += self._guarded("probe", probe.name, probe.find, tree)
        packages = (fact for fact in facts if isinstance(fact, InstalledPackage))
        return InspectedImage(
            tree=tree,
            config=config,
            origins=origins,
            distro=_surest([fact for fact in facts if isinstance(fact, Distro)]) or NO_DISTRO,
            libc=_surest([fact for fact in facts if isinstance(fact, Libc)]) or _NO_LIBC,
            packages=tuple(sorted(packages, key=lambda package: (package.type, package.name, package.version))),
            facts=tuple(facts),
            score=score,
        )

    def judge(self, image: InspectedImage, asked: Iterable[Rule] | None = None) -> Judgement:
        """Return what the rules say of `image`, those `asked` or all, but for those that the user does not want."""
        findings: list[Finding] = []
        claims: list[tuple[Rule, Claim]] = []
        yielding: dict[str, tuple[str, ...]] = {}
        for rule in rules() if asked is None else asked:
            yielding[rule.id] = rule.yields_to
            if rule.id in self._settings.disabled:
                continue
            if rule.claims is None:
                findings += self._guarded("rule", rule.id, rule.check, image)
                continue
            claimed = self._guarded("rule", rule.id, rule.claims, image)
            claims += ((rule, claim) for claim in claimed)
            findings += (finding_of(claim, rule.id, image) for claim in claimed)
        told = map(self._settings.weighed, _each_cause_once(findings, yielding))
        return Judgement(findings=tuple(told), claims=tuple(claims))

    def fail(self, stage: Literal["layer", "probe", "rule"], name: str, message: str) -> None:
        """Note that part of the examination did not work out."""
        self.failures.append(Failure(stage=stage, name=name, message=message))

    def _guarded(
        self,
        stage: Literal["probe", "rule"],
        name: str,
        function: Callable[[Subject], Iterator[Result]],
        subject: Subject,
    ) -> list[Result]:
        """Return what `function` yields for `subject`; if it crashes, what it yielded until then, and a failure."""
        results: list[Result] = []
        try:
            results.extend(function(subject))
        except ImgscopeError as error:
            self.fail(stage, name, error.message)
        except MemoryError:
            self.fail(stage, name, f"the {stage} {name} needs more memory than there is and its results are missing")
        except Exception as error:  # A mistake in one probe or rule must not cost the report of all others.
            self.fail(stage, name, f"the {stage} {name} crashed and its results are missing: {error!r}")
        return results


def _each_cause_once(findings: Iterable[Finding], yielding: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Yield `findings` but for those on files of which a rule that theirs yields to, by `yielding`, tells as well."""
    listed = list(findings)
    told = {(finding.rule_id, path) for finding in listed for path in finding.paths}
    for finding in listed:
        others = yielding.get(finding.rule_id, ())
        if not finding.paths or any(all((other, path) not in told for other in others) for path in finding.paths):
            yield finding


def _surest(facts: list[FactType]) -> FactType | None:
    """Return the fact of the highest confidence, the first among equals."""
    return max(facts, key=lambda fact: ("low", "medium", "high").index(fact.confidence), default=None)
