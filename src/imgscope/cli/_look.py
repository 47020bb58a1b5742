"""Reading an image to look inside it: nothing is judged, and what is attached to it is not looked up."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from functools import partial

from imgscope import analyze
from imgscope.cli._inspect import in_background, inspection_options, show_failures
from imgscope.cli._options import LIST_PLATFORMS, Common
from imgscope.cli._progress import progress_on_stderr
from imgscope.errors import UsageError
from imgscope.rules import rules
from imgscope.rules.base import RuleSettings


def looking_options(common: Common) -> analyze.Options:
    """Return how to read images to look inside them. Raises `UsageError` for a platform that cannot be understood."""
    if common.platform == LIST_PLATFORMS:
        raise UsageError(
            "--platform list only lists the platforms of one image, so nothing would be read",
            hint="list them with: imgscope IMAGE --platform list",
        )
    options = inspection_options(common, RuleSettings(disabled=frozenset(rule.id for rule in rules())))
    return replace(options, attachments=False)


def is_quiet(common: Common) -> bool:
    """Tell whether to show no progress: what is read by programs comes without, but for bars on a terminal."""
    return common.quiet or not sys.stderr.isatty()


def look(reference: str, common: Common) -> analyze.Inspection:
    """Return the image that `reference` names, read to its end; what could not be read is told on stderr."""
    options = looking_options(common)
    cancelled = threading.Event()
    with progress_on_stderr(quiet=is_quiet(common)) as progress:
        work = partial(analyze.inspect, reference, options=options, progress=progress, cancelled=cancelled)
        inspection = in_background(work, cancelled)
    show_failures(inspection.report)
    return inspection
