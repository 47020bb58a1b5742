"""The gate of `imgscope audit`: every image inspected and judged, and what stderr says of it in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from imgscope.analyze import Inspection
from imgscope.cli._inspect import inspect, inspect_several, show_failures
from imgscope.cli._messages import show_error, show_line, show_step
from imgscope.cli._options import Common
from imgscope.errors import Cancelled, ImgscopeError, SourceError
from imgscope.phrases import check_phrase, verdict_phrase
from imgscope.policy.baseline import Baseline, baseline_of
from imgscope.policy.baseline_file import BaselineFile, is_report, read_baseline_file
from imgscope.policy.judge import judge
from imgscope.policy.settings import Settings
from imgscope.report import ImageReport
from imgscope.text import format_count

_VERDICTS: Final = ("pass", "fail", "incomplete", "not inspected")


class Gate:
    """What images are judged by. Reads the baseline when made, and raises what is wrong with it."""

    def __init__(self, settings: Settings, common: Common) -> None:
        self._settings = settings
        self._common = common
        named = settings.policy.baseline
        self._baseline: Baseline | BaselineFile | None = self._read_baseline(named) if named is not None else None

    def audit(self, references: Sequence[str]) -> tuple[list[ImageReport], int]:
        """Return the reports on all images that could be judged, and the exit code of the others, 0 for none.

        A few are inspected at a time, and reports are in the order of `references`. An image that cannot be inspected
        does not keep the others from being judged; its error is told on stderr.
        """
        reports: list[ImageReport] = []
        failed = 0
        for reference, outcome in inspect_several(references, self._common, self._judge, self._settings.rules):
            if isinstance(outcome, ImageReport):
                show_failures(outcome)
                reports.append(outcome)
                continue
            is_named = len(references) == 1 or reference in outcome.message
            show_error(outcome.message if is_named else f"{reference}: {outcome.message}", outcome.hint)
            failed = max(failed, outcome.exit_code)
        return reports, failed

    def _judge(self, inspection: Inspection) -> ImageReport:
        report, baseline = inspection.report, self._baseline
        if isinstance(baseline, BaselineFile):
            baseline = baseline.baseline_for(report.image.reference, report.image.platform)
        return judge(report, inspection.image.dive_score, self._settings.policy, baseline)

    def _read_baseline(self, named: str) -> Baseline | BaselineFile:
        path = Path(named)
        if is_report(path) or path.suffix == ".json":
            return read_baseline_file(path, self._settings.rules.severities)
        if not self._common.quiet:
            show_step(f"the baseline is {named}")
        try:
            report = inspect(named, self._common, self._settings.rules).report
        except Cancelled:
            raise
        except ImgscopeError as error:
            error.message = f"the baseline {named}: {error.message}"
            raise
        if not report.complete:
            raise SourceError(f"the baseline {named} could not be read completely", hint="compare with another")
        return baseline_of(report)


def show_verdicts(reports: Sequence[ImageReport], count: int) -> None:
    """Print every check and the verdict on each image; on several, of which there were `count`, one line at last."""
    for report in reports:
        for check in report.policy.checks:
            show_line(check_phrase(check))
        show_step(verdict_phrase(report))
    if count > 1:
        verdicts = Counter(map(_verdict, reports))
        verdicts["not inspected"] = count - len(reports)
        counted = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in _VERDICTS if verdicts[verdict])
        show_step(f"{format_count(count, 'image')}: {counted}")


def _verdict(report: ImageReport) -> str:
    if not report.complete:
        return "incomplete"
    return "pass" if report.policy.passed else "fail"
