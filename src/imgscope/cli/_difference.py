"""Running `imgscope diff`: both images read at once, layers that they share once, what did not work out on stderr."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Final

from imgscope.analyze import Inspection, Options
from imgscope.cli._inspect import in_background
from imgscope.cli._look import is_quiet, looking_options
from imgscope.cli._messages import show_error
from imgscope.cli._options import Common
from imgscope.cli._progress import images_progress_on_stderr
from imgscope.difference.document import Difference, Document
from imgscope.difference.images import difference_of
from imgscope.difference.platforms import matrix_of, platforms_of
from imgscope.errors import ImgscopeError
from imgscope.oci.platform import Platform
from imgscope.together import ImagesProgress, inspect_together

ALL_PLATFORMS: Final = "all"


def compare(old: str, new: str, common: Common) -> Document:
    """Return what differs; for every platform where that is asked for. Failures of either image are told on stderr.

    Raises what keeps either image from being inspected.
    """
    if common.platform != ALL_PLATFORMS:
        return _compare(old, new, looking_options(common), common)
    options = looking_options(replace(common, platform=None))
    cancelled = threading.Event()
    sides = [
        (reference, in_background(partial(platforms_of, reference, options.source), cancelled))
        for reference in (old, new)
    ]

    def compare_for(platform: Platform) -> Difference:
        return _compare(old, new, replace(options, platform=platform), common)

    return matrix_of(sides[0], sides[1], compare_for)


def _compare(old: str, new: str, options: Options, common: Common) -> Difference:
    cancelled = threading.Event()
    with images_progress_on_stderr(2, quiet=is_quiet(common)) as progress:
        before, after = in_background(partial(_inspect, old, new, options, progress, cancelled), cancelled)
    for inspection in (before, after):
        for failure in inspection.report.failures:
            show_error(f"{inspection.report.image.reference}: {failure.message}", None)
    return difference_of(before, after)


def _inspect(
    old: str, new: str, options: Options, progress: ImagesProgress, cancelled: threading.Event
) -> tuple[Inspection, Inspection]:
    inspections: list[Inspection] = []
    read = inspect_together(
        (old, new), take=lambda inspection: inspection, options=options, progress=progress, cancelled=cancelled
    )
    for reference, taken in read:
        if isinstance(taken, ImgscopeError):
            if reference not in taken.message:
                taken.message = f"{reference}: {taken.message}"
            raise taken
        inspections.append(taken)
    before, after = inspections
    return before, after
