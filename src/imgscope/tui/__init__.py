"""The terminal UI. Importing this loads none of it; `run` does."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from imgscope.rules.base import RuleSettings

_INCOMPLETE: Final = 3
_PATIENCE: Final = 0.8
_SHARE_OF_A_THREAD: Final = 0.001


def run(
    reference: str,
    *,
    platform: str | None = None,
    jobs: int = 4,
    insecure_registries: Collection[str] = (),
    cache: bool = True,
    rules: RuleSettings | None = None,
) -> int:
    """Show the image that `reference` names until the user quits; return the exit code of docs/contract.md.

    What the options mean is told at `imgscope.inspect`; `rules` is what the user makes of the rules. Three lines that
    sum up the image are left on stdout. Raises `ImgscopeError`, once the terminal is free again, where there is no
    image to show.
    """
    import gc
    import sys
    import threading
    from functools import partial

    from imgscope import analyze
    from imgscope import progress as events
    from imgscope.inside.reopened import ReopenedImage
    from imgscope.sources import open_source
    from imgscope.text import printable
    from imgscope.tui.app import InspectApp
    from imgscope.tui.model.summary import closing_lines

    options = analyze.make_options(
        platform=platform, jobs=jobs, insecure_registries=insecure_registries, cache=cache, rules=rules
    )
    def inspect(*, progress: events.Progress, cancelled: threading.Event) -> analyze.Inspection:
        inspection = analyze.inspect(reference, options=options, progress=progress, cancelled=cancelled)
        # It lives as long as the program. Looking for garbage in it takes half a second in an image of 500,000 files.
        gc.freeze()
        return inspection

    # Keys should not wait long for a thread that works something out.
    sys.setswitchinterval(_SHARE_OF_A_THREAD)
    contents = ReopenedImage(partial(open_source, reference, options.source), options.platform)
    app = InspectApp(reference, inspect, contents.open_file)
    app.run()
    contents.close()
    app.thread.stop()
    app.thread.wait(_PATIENCE)
    if app.error is not None:
        raise app.error
    if app.return_code:
        return app.return_code
    sys.stdout.writelines(f"{printable(line)}\n" for line in closing_lines(app.session))
    sys.stderr.writelines(f"imgscope: note: {printable(note)}\n" for note in app.session.notes)
    return 0 if app.session.is_complete else _INCOMPLETE
