"""`imgscope why`: every layer that had to do with a path."""

from __future__ import annotations

import click

from imgscope.cli._options import Common
from imgscope.cli._reading_options import reading_options


@click.command(name="why")
@click.argument("image", metavar="IMAGE")
@click.argument("path", metavar="PATH")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@reading_options()
@click.pass_context
def COMMAND(context: click.Context, *, image: str, path: str, as_json: bool, common: Common) -> None:
    """Tell which layers of IMAGE created, changed, re-moded or removed PATH, and by which instruction.

    What was deleted since is found as well. A symbolic link is not followed if it is at the end of the path.
    """
    from imgscope.cli._history import history_text
    from imgscope.cli._inspect import INCOMPLETE
    from imgscope.cli._look import look
    from imgscope.cli._output import options_for_stdout, write_stdout
    from imgscope.inside.history import history_of_path
    from imgscope.render._json import document_text

    inspection = look(image, common)
    history = history_of_path(inspection.image, path)
    write_stdout(document_text(history) if as_json else history_text(history, width=options_for_stdout().width))
    context.exit(0 if inspection.report.complete else INCOMPLETE)
