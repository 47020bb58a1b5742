"""`imgscope IMAGE`: the terminal UI, or the text report where there is no terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from imgscope.cli._misuse import ImageCommand
from imgscope.cli._options import LIST_PLATFORMS, Common, image_options, output_option
from imgscope.cli._terminal import is_capable_terminal


class _Context(click.Context):
    """That of a command which has no name on the command line, and so no space before it in its usage."""

    @property
    def command_path(self) -> str:
        return super().command_path.rstrip()


class _Command(ImageCommand):
    context_class = _Context


@click.command(name="imgscope", cls=_Command)
@click.argument("image", metavar="IMAGE", required=False)
@click.option("--no-tui", is_flag=True, help="Print the text report instead of opening the terminal UI.")
@output_option
@image_options
@click.pass_context
def COMMAND(context: click.Context, image: str | None, no_tui: bool, outputs: tuple[str, ...], common: Common) -> None:
    """Show IMAGE in the terminal UI; as text with --no-tui, with -o, or where stdout is no terminal."""
    shows_text = bool(no_tui or outputs or not is_capable_terminal())
    if image is None:
        if shows_text or common.platform == LIST_PLATFORMS:
            raise click.MissingParameter(ctx=context, param=context.command.params[0])
    elif common.platform == LIST_PLATFORMS:
        context.exit(_list_platforms(image, outputs, common))
    elif shows_text:
        context.exit(_report(image, outputs or ("text",), replace(common, recalls_images=not outputs)))
    from imgscope.cli._tui import open_tui

    context.exit(open_tui(image, common))


def _list_platforms(image: str, outputs: tuple[str, ...], common: Common) -> int:
    from imgscope.cli._platforms import print_platforms
    from imgscope.errors import UsageError

    if outputs:
        raise UsageError(
            "--platform list prints a list on stdout and writes no report", hint="leave out -o, or name one platform"
        )
    return print_platforms(image, common)


def _report(image: str, outputs: tuple[str, ...], common: Common) -> int:
    from imgscope.cli._inspect import exit_code, inspect
    from imgscope.cli._output import needs_contents, parse_outputs, write_outputs
    from imgscope.policy.settings import read_rules

    parsed = parse_outputs(outputs)
    rules = read_rules(Path(), common.config)
    report = inspect(image, replace(common, contents=needs_contents(parsed)), rules).report
    write_outputs(parsed, [report], several=False, detailed=common.verbose, disabled=rules.disabled)
    return exit_code([report])
