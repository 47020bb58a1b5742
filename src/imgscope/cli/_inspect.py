"""Running one inspection for a command: progress while it runs, sentences for what did not work out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from typing import Final

import imgscope
from imgscope.cli._messages import show_error
from imgscope.cli._options import Common
from imgscope.cli._progress import progress_on_stderr
from imgscope.errors import Cancelled, ImgscopeError
from imgscope.report import ImageReport

INCOMPLETE = 3
POLICY_FAILED = 1
_LOOK_AROUND: Final = 0.1
_PATIENCE: Final = 0.2
"""Seconds that an interrupted inspection has to tidy up."""


def inspect(reference: str, common: Common) -> ImageReport:
    """Return the report on one image; failures that it lists are also told on stderr."""
    cancelled = threading.Event()
    with progress_on_stderr(quiet=common.quiet, verbose=common.verbose) as progress:

        def work() -> ImageReport:
            return imgscope.inspect(
                reference,
                platform=common.platform,
                jobs=common.jobs,
                insecure_registries=common.insecure_registries,
                cache=common.cache,
                progress=progress,
                cancelled=cancelled,
            )

        report = _in_background(work, cancelled)
    for failure in report.failures:
        show_error(f"{report.image.reference}: {failure.message}", None)
    return report


def _in_background(work: Callable[[], ImageReport], cancelled: threading.Event) -> ImageReport:
    """Return what `work` returns or raises. It is done by a thread that Ctrl-C, which sets `cancelled`, leaves behind.

    A host name that is being looked up, for one, can be waited for but not interrupted.
    """
    outcome: futures.Future[ImageReport] = futures.Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            outcome.set_exception(error)

    thread = threading.Thread(target=run, name="inspection", daemon=True)
    thread.start()
    try:
        while not outcome.done():
            futures.wait([outcome], timeout=_LOOK_AROUND)
    except BaseException:
        cancelled.set()
        thread.join(_PATIENCE)
        raise
    return outcome.result()


def inspect_each(references: Sequence[str], common: Common) -> tuple[list[ImageReport], int]:
    """Return the reports on all images that could be inspected, and the exit code of the others, 0 for none.

    An image that cannot be inspected does not keep the others from being judged; its error is told on stderr.
    """
    reports: list[ImageReport] = []
    failed = 0
    for reference in references:
        try:
            reports.append(inspect(reference, common))
        except Cancelled:
            raise
        except ImgscopeError as error:
            is_named = len(references) == 1 or reference in error.message
            show_error(error.message if is_named else f"{reference}: {error.message}", error.hint)
            failed = max(failed, error.exit_code)
    return reports, failed


def exit_code(reports: Sequence[ImageReport]) -> int:
    """Return the code for all `reports` together: what could not be inspected outweighs what does not hold."""
    if not all(report.complete for report in reports):
        return INCOMPLETE
    return 0 if all(report.policy.passed for report in reports) else POLICY_FAILED
