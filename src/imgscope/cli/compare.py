"""`imgscope compare`: images side by side, the variants of one, and what moving an image to another base would do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from imgscope.cli._options import Common, common_options, comparison_output_option
from imgscope.cli._terminal import is_capable_terminal

if TYPE_CHECKING:
    from imgscope.cli._compare import Asked


@click.command(name="compare")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--variants", is_flag=True, help="Find the variants of IMAGE among its tags, such as -slim and -alpine.")
@click.option(
    "--limit",
    type=click.IntRange(1, 50),
    metavar="N",
    help="Compare at most N variants, the most useful; 8 by default.",
)
@click.option("--whole", is_flag=True, help="Read the layers of variants, too, and not only their manifests.")
@click.option(
    "--for",
    "moving",
    metavar="MYIMAGE",
    help="Tell what MYIMAGE would save with each image as its base, and what would break.",
)
@comparison_output_option
@common_options
@click.pass_context
def COMMAND(
    context: click.Context,
    *,
    images: tuple[str, ...],
    variants: bool,
    limit: int | None,
    whole: bool,
    moving: str | None,
    outputs: tuple[str, ...],
    common: Common,
) -> None:
    """Compare images side by side; the first is the one that all others are held against.

    \b
    imgscope compare python:3.12 python:3.12-slim python:3.12-alpine
    imgscope compare python:3.12 --variants
    imgscope compare python:3.12 --variants --for registry.example/my/app:1

    Variants are compared by their manifests alone, which takes a few requests and fetches no layer, unless --whole or
    --for asks for more. The base of MYIMAGE is the one of the images whose layers it begins with, or else what its
    history tells.

    Exit code 0: all were compared. 2: usage or configuration error. 3: an image could not be read, or not completely.
    """
    from imgscope.cli._compare import Asked

    asked = Asked(images=images, variants=variants, limit=limit, whole=whole, moving=moving)
    context.exit(_compare(asked, outputs, common))


def _compare(asked: Asked, outputs: tuple[str, ...], common: Common) -> int:
    """Compare, on a terminal in the terminal UI unless something is to be written; return the exit code."""
    from imgscope.cli._compare import compare, write_comparison
    from imgscope.cli._inspect import inspection_options
    from imgscope.cli._output import parse_outputs_as
    from imgscope.policy.settings import read_rules
    from imgscope.render.comparison import comparison_renderer

    parsed = parse_outputs_as(outputs or ("text",), comparison_renderer)
    rules = read_rules(Path(), common.config)
    is_shown = not outputs and is_capable_terminal()
    if is_shown and not asked.variants and asked.moving is None:
        from imgscope.tui import run_comparing

        asked.check()
        return run_comparing(asked.images, inspection_options(common, rules))
    comparison, code = compare(asked, common, rules)
    if comparison is not None and is_shown:
        from imgscope.tui import run_comparison

        return run_comparison(comparison, inspection_options(common, rules)) or code
    if comparison is not None:
        write_comparison(comparison, parsed, detailed=common.verbose)
    return code
