"""`imgscope IMAGE`: the terminal UI, or the text report where there is no terminal."""

from __future__ import annotations

import sys

import click

from imgscope.cli._options import Common, common_options, output_option


@click.command(name="imgscope")
@click.argument("image", metavar="IMAGE")
@click.option("--no-tui", is_flag=True, help="Print the text report instead of opening the terminal UI.")
@output_option
@common_options
@click.pass_context
def COMMAND(context: click.Context, image: str, no_tui: bool, outputs: tuple[str, ...], common: Common) -> None:
    """Show IMAGE in the terminal UI; as text with --no-tui, with -o, or where stdout is no terminal."""
    if no_tui or outputs or not (sys.stdout.isatty() and sys.stdin.isatty()):
        context.exit(_report(image, outputs or ("text",), common))
    from imgscope.tui import run

    context.exit(
        run(
            image,
            platform=common.platform,
            jobs=common.jobs,
            insecure_registries=common.insecure_registries,
            cache=common.cache,
        )
    )


def _report(image: str, outputs: tuple[str, ...], common: Common) -> int:
    from imgscope.cli._inspect import exit_code, inspect
    from imgscope.cli._output import parse_outputs, write_outputs

    parsed = parse_outputs(outputs)
    report = inspect(image, common)
    write_outputs(parsed, [report], several=False, detailed=common.verbose)
    return exit_code([report])
