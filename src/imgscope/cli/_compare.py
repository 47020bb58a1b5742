"""Running one comparison for the command: which images, with progress, and what did not work out told on stderr."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from imgscope import analyze
from imgscope.cli._inspect import INCOMPLETE, in_background, inspection_options
from imgscope.cli._messages import show_error, show_note, show_step
from imgscope.cli._options import Common
from imgscope.cli._output import Output, options_for, write_each
from imgscope.cli._progress import images_progress_on_stderr
from imgscope.comparison.data import Comparison
from imgscope.comparison.run import Compared, compare_heads, compare_whole
from imgscope.comparison.variants import FoundVariants, find_variants
from imgscope.errors import UsageError
from imgscope.render.comparison.base import ComparisonRender
from imgscope.rules.base import RuleSettings
from imgscope.text import format_count

_MOST_IMAGES: Final = 60
_MOST_VARIANTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be compared, as it was typed. `limit` is None where none was given."""

    images: tuple[str, ...]
    variants: bool
    limit: int | None
    whole: bool
    moving: str | None

    def check(self) -> None:
        """Raise `UsageError` for options that do not go together, and for too few or too many images."""
        if self.variants and len(self.images) != 1:
            raise UsageError(
                f"--variants takes one image, not {len(self.images)}", hint="name the one whose variants to find"
            )
        if not self.variants and (self.whole or self.limit is not None):
            option = "--whole" if self.whole else "--limit"
            raise UsageError(f"{option} is of use only with --variants", hint="images that are named are read whole")
        if not self.variants and self.moving is None and len(self.images) < 2:
            raise UsageError(
                "there is nothing to compare the image with",
                hint="name a second image, or find its variants with --variants",
            )
        if len(self.images) > _MOST_IMAGES:
            raise UsageError(
                f"{len(self.images)} images are more than the {_MOST_IMAGES} that are compared at once",
                hint="compare some of them; imgscope audit reports on any number",
            )


def compare(asked: Asked, common: Common, rules: RuleSettings) -> tuple[Comparison | None, int]:
    """Return the comparison and the exit code; None where no image could be compared."""
    asked.check()
    options = inspection_options(common, rules)
    cancelled = threading.Event()
    found = None
    if asked.variants:
        found = in_background(partial(_find_variants, asked, options, common), cancelled)
        for note in found.notes:
            show_note(note)
    references: Sequence[str] = found.references if found is not None else asked.images
    if found is not None and not asked.whole and asked.moving is None:
        work = partial(compare_heads, references, options=options, variants=found, cancelled=cancelled)
        return _told(in_background(work, cancelled))
    count = len(references) + (asked.moving is not None)
    with images_progress_on_stderr(count, quiet=common.quiet, verbose=common.verbose) as progress:
        whole = partial(
            compare_whole,
            references,
            options=options,
            variants=found,
            moving=asked.moving,
            progress=progress,
            cancelled=cancelled,
        )
        compared = in_background(whole, cancelled)
    return _told(compared)


def write_comparison(comparison: Comparison, outputs: Sequence[Output[ComparisonRender]], *, detailed: bool) -> None:
    """Write the comparison wherever it is asked for. Raises `UsageError` when a file cannot be written after all."""
    write_each(
        outputs, lambda output: output.render.render(comparison, replace(options_for(output), detailed=detailed))
    )


def _find_variants(asked: Asked, options: analyze.Options, common: Common) -> FoundVariants:
    def show_count(count: int) -> None:
        if not common.quiet:
            show_step(f"{format_count(count, 'tag')} so far")

    limit = _MOST_VARIANTS if asked.limit is None else asked.limit
    return find_variants(asked.images[0], options.source, limit=limit, progress=show_count)


def _told(compared: Compared) -> tuple[Comparison | None, int]:
    moves = compared.comparison.moves if compared.comparison is not None else None
    unjudged = [move.not_judged for move in (moves.candidates if moves is not None else ()) if move.not_judged]
    code = INCOMPLETE if compared.failures or unjudged else 0
    for reason in unjudged if not compared.failures else ():
        show_error(reason, None)
    for reference, failure in compared.failures:
        show_error(f"{reference}: {failure.message}", None)
    for reference, error in compared.errors:
        show_error(error.message if reference in error.message else f"{reference}: {error.message}", error.hint)
        code = max(code, error.exit_code)
    return compared.comparison, code
