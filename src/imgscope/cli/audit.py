"""`imgscope audit`: inspect images and write reports; the exit code is the gate."""

from __future__ import annotations

import click

from imgscope.cli._options import Common, common_options, output_option


@click.command(name="audit")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@output_option
@common_options
@click.pass_context
def COMMAND(context: click.Context, images: tuple[str, ...], outputs: tuple[str, ...], common: Common) -> None:
    """Inspect images and write reports.

    Exit code 0: inspected. 2: usage error. 3: an image could not be inspected, or not completely.
    """
    from imgscope.cli._inspect import exit_code, inspect_each
    from imgscope.cli._output import parse_outputs, write_outputs

    parsed = parse_outputs(outputs or ("text",))
    reports, failed = inspect_each(images, common)
    if reports:
        write_outputs(parsed, reports, several=len(images) > 1, detailed=common.verbose)
    context.exit(max(exit_code(reports), failed))
