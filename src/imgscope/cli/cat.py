"""`imgscope cat`: what one file of an image holds."""

from __future__ import annotations

import click

from imgscope.cli._options import Common
from imgscope.cli._reading_options import reading_options


@click.command(name="cat")
@click.argument("image", metavar="IMAGE")
@click.argument("path", metavar="PATH")
@click.option("--layer", type=click.IntRange(min=0), metavar="N", help="Take the file as layer N left it.")
@click.option("--force", "-f", is_flag=True, help="Send the bytes to a terminal as they are.")
@click.option("--verify", is_flag=True, help="Read the layer to its end, and hold it against its digest.")
@reading_options(with_jobs=False)
@click.pass_context
def COMMAND(
    context: click.Context,
    *,
    image: str,
    path: str,
    layer: int | None,
    force: bool,
    verify: bool,
    common: Common,
) -> None:
    """Write what the file PATH of IMAGE holds to stdout, byte for byte.

    Links are followed inside the image. Layers are looked at from the top down, no further than it takes, and of the
    layer that has the file no more is read than up to its end. With --layer, those above it are left out: what was
    removed or changed by them is still there. A terminal gets text with everything that could act on it made visible,
    and no binary file.
    """
    from imgscope.cli._file import write_file
    from imgscope.cli._inspect import INCOMPLETE

    is_complete = write_file(image, path, common, layer=layer, force=force, verify=verify)
    context.exit(0 if is_complete else INCOMPLETE)
