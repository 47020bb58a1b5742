"""Running inspections for a command: progress while they run, sentences for what did not work out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from functools import partial
from typing import Final, TypeVar

from imgscope import analyze
from imgscope.cli._messages import show_error
from imgscope.cli._options import Common
from imgscope.cli._progress import images_progress_on_stderr, progress_on_stderr
from imgscope.errors import ImgscopeError
from imgscope.outcomes import await_outcome, settle
from imgscope.report import ImageReport
from imgscope.rules.base import RuleSettings

Result = TypeVar("Result")
Taken = TypeVar("Taken")

INCOMPLETE = 3
POLICY_FAILED = 1
_PATIENCE: Final = 0.2
"""Seconds that an interrupted inspection has to tidy up."""


def inspect(reference: str, common: Common, rules: RuleSettings | None = None) -> analyze.Inspection:
    """Return the inspected image and the report on it; failures that it lists are also told on stderr."""
    cancelled = threading.Event()
    with progress_on_stderr(quiet=common.quiet, verbose=common.verbose) as progress:
        work = partial(
            analyze.inspect,
            reference,
            options=inspection_options(common, rules),
            progress=progress,
            cancelled=cancelled,
        )
        inspection = in_background(work, cancelled)
    show_failures(inspection.report)
    return inspection


def inspect_several(
    references: Sequence[str],
    common: Common,
    take: Callable[[analyze.Inspection], Taken],
    rules: RuleSettings | None = None,
) -> list[tuple[str, Taken | ImgscopeError]]:
    """Return what `take` makes of the inspection of each image, in their order, or the error why there is none.

    A few images are inspected at a time; `take` is called from several threads, and an inspection is let go after it.
    """
    from imgscope.together import inspect_together

    cancelled = threading.Event()
    with images_progress_on_stderr(len(references), quiet=common.quiet, verbose=common.verbose) as progress:

        def work() -> list[tuple[str, Taken | ImgscopeError]]:
            options = inspection_options(common, rules)
            return list(
                inspect_together(references, take=take, options=options, progress=progress, cancelled=cancelled)
            )

        return in_background(work, cancelled)


def show_failures(report: ImageReport) -> None:
    """Tell on stderr what of an image could not be read."""
    for failure in report.failures:
        show_error(f"{report.image.reference}: {failure.message}", None)


def inspection_options(common: Common, rules: RuleSettings | None) -> analyze.Options:
    """Return how images are read as `common` says. Raises `UsageError` for a platform that cannot be understood."""
    return analyze.make_options(
        platform=common.platform,
        jobs=common.jobs,
        insecure_registries=common.insecure_registries,
        cache=common.cache,
        limits=common.limits,
        contents=common.contents,
        rules=rules,
        known=None if common.recalls_images else (),
    )


def in_background(work: Callable[[], Result], cancelled: threading.Event) -> Result:
    """Return what `work` returns or raises. It is done by a thread that Ctrl-C, which sets `cancelled`, leaves behind.

    A host name that is being looked up, for one, can be waited for but not interrupted.
    """
    outcome: futures.Future[Result] = futures.Future()

    thread = threading.Thread(target=settle, args=(outcome, work), name="inspection", daemon=True)
    thread.start()
    try:
        return await_outcome(outcome, thread, lambda: None)
    except BaseException:
        cancelled.set()
        thread.join(_PATIENCE)
        raise


def exit_code(reports: Sequence[ImageReport]) -> int:
    """Return the code for all `reports` together: what could not be inspected outweighs what does not hold."""
    if not all(report.complete for report in reports):
        return INCOMPLETE
    return 0 if all(report.policy.passed for report in reports) else POLICY_FAILED
