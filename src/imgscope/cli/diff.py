"""`imgscope diff`: what changed between two images."""

from __future__ import annotations

import click

from imgscope.cli._options import Common, difference_output_option
from imgscope.cli._reading_options import reading_options


@click.command(name="diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@difference_output_option
@click.option("--exit-code", "tells", is_flag=True, help="Exit with 1 where the images differ.")
@click.option("--verbose", "-v", is_flag=True, help="Cut nothing short in the text.")
@reading_options(platform_help="'all' compares each that both have.")
@click.pass_context
def COMMAND(
    context: click.Context,
    *,
    old: str,
    new: str,
    outputs: tuple[str, ...],
    tells: bool,
    verbose: bool,
    common: Common,
) -> None:
    """Show what changed from the image OLD to the image NEW: by layer, package and file, and in the configuration.

    Files are compared by what they hold, their type, mode, owner and extended attributes, and links by where they
    lead. Paths that differ only in their time are counted, and make no difference. How layers are cut or compressed
    makes none either.

    Exit code 0: compared. 1: with --exit-code, there are differences. 2: usage error. 3: an image could not be read,
    or not completely.
    """
    from dataclasses import replace

    from imgscope.cli._difference import compare
    from imgscope.cli._inspect import INCOMPLETE
    from imgscope.cli._output import options_for, parse_outputs_as, write_each
    from imgscope.render.difference import difference_renderer

    parsed = parse_outputs_as(outputs or ("text",), difference_renderer)
    document = compare(old, new, common)
    write_each(parsed, lambda output: output.render.render(document, replace(options_for(output), detailed=verbose)))
    if not document.complete:
        context.exit(INCOMPLETE)
    context.exit(1 if tells and not document.same else 0)
