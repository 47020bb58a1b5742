"""The terminal UI. Importing this loads none of it; `run` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from imgscope.analyze import Inspection, Options
    from imgscope.comparison.data import Comparison
    from imgscope.tui.app import InspectApp
    from imgscope.tui.model.comparing import Comparing

_INCOMPLETE: Final = 3
_PATIENCE: Final = 0.8


def run(
    reference: str | None,
    options: Options,
    *,
    write_report: Callable[[Inspection, str], str] | None = None,
    formats: Sequence[str] = (),
) -> int:
    """Show the image that `reference` names until the user quits; return the exit code of docs/contract.md.

    Without a `reference` the user chooses one first. `write_report` writes a report, as described at `WriteReport` in
    `imgscope.tui.app`, in one of `formats`. Three lines that sum up the image that was shown last are left on stdout.
    Raises `UsageError` for settings of the user that cannot be understood, and `ImgscopeError`, once the terminal is
    free again, where there is no image to show.
    """
    from functools import partial
    from pathlib import Path

    from imgscope.known_images import KnownImages
    from imgscope.offers import find_offers
    from imgscope.tui.app import InspectApp
    from imgscope.tui.opening import Opener
    from imgscope.tui.user_settings import keep_theme, user_settings

    known = KnownImages(options.cache.directory) if options.cache is not None else ()
    opener = Opener(options)
    app = InspectApp(
        opener,
        reference,
        settings=user_settings(),
        find_offers=partial(find_offers, known, directory=Path()),
        write_report=write_report,
        formats=formats,
        keep_theme=keep_theme(),
    )
    app.run_until_signalled()
    app.stop_reading(_PATIENCE)
    opener.close()
    if app.error is not None:
        raise app.error
    return app.return_code or _sum_up(app)


def run_comparison(comparison: Comparison, options: Options) -> int:
    """Show a comparison that is finished until the user quits; images of it are opened as `options` say.

    Returns 0, or the exit code of a terminal UI that came to an end by itself.
    """
    from imgscope.tui.model.comparing import Comparing

    return _run_comparison(Comparing.of(comparison), options)


def run_comparing(references: Sequence[str], options: Options) -> int:
    """Compare the images called `references`, which are shown while they are read; return the exit code.

    A line on each image is left on stdout.
    """
    from imgscope.tui.model.comparing import Comparing

    comparing = Comparing(references)
    return _run_comparison(comparing, options, reads=True) or comparing.exit_code


def _run_comparison(comparing: Comparing, options: Options, *, reads: bool = False) -> int:
    """Show `comparing`, and read its images while it is shown if it `reads`; leave a line on each on stdout.

    Returns 0, or the exit code of a terminal UI that came to an end by itself.
    """
    import sys
    from functools import partial

    from imgscope.text import printable
    from imgscope.tui.app import InspectApp
    from imgscope.tui.comparison_worker import ComparisonThread
    from imgscope.tui.model.comparison_rows import closing_lines
    from imgscope.tui.opening import Opener
    from imgscope.tui.screens.comparison import ComparisonScreen
    from imgscope.tui.user_settings import keep_theme, user_settings

    compare = partial(ComparisonThread, options=options)
    screen = ComparisonScreen(comparing, compare(comparing.references) if reads else None, compare=compare)
    opener = Opener(options)
    app = InspectApp(opener, settings=user_settings(), keep_theme=keep_theme(), comparison=screen)
    app.run_until_signalled()
    app.stop_reading(_PATIENCE)
    opener.close()
    error = app.error or screen.error
    if error is not None:
        raise error
    if app.return_code:
        return app.return_code
    sys.stdout.writelines(f"{printable(line)}\n" for line in closing_lines(comparing))
    return 0


def _sum_up(app: InspectApp) -> int:
    """Leave on stdout and stderr what is worth keeping of the image that was shown; return the exit code."""
    import sys

    from imgscope.text import printable
    from imgscope.tui.model.summary import closing_lines

    if app.session is None:
        return 0
    sys.stdout.writelines(f"{printable(line)}\n" for line in closing_lines(app.session))
    sys.stderr.writelines(f"imgscope: note: {printable(note)}\n" for note in app.session.notes)
    return 0 if app.session.is_complete else _INCOMPLETE
