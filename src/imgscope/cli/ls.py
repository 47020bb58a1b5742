"""`imgscope ls`: the files of an image, or what one layer did to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imgscope.cli._options import Common
from imgscope.cli._reading_options import reading_options

if TYPE_CHECKING:
    from imgscope.inside.listing import Listing, Order


@click.command(name="ls")
@click.argument("image", metavar="IMAGE")
@click.argument("path", metavar="[PATH]", default="/")
@click.option("--recursive", "-R", is_flag=True, help="List everything below PATH, each with its whole path.")
@click.option("--directory", "-d", is_flag=True, help="List PATH itself, and not what is in it.")
@click.option("--layer", type=click.IntRange(min=0), metavar="N", help="List what layer N added, changed and removed.")
@click.option(
    "--sort",
    "order",
    type=click.Choice(("name", "size")),
    default="name",
    show_default=True,
    help="By name, or the largest first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each path, one a line.")
@reading_options()
@click.pass_context
def COMMAND(
    context: click.Context,
    *,
    image: str,
    path: str,
    recursive: bool,
    directory: bool,
    layer: int | None,
    order: Order,
    as_json: bool,
    common: Common,
) -> None:
    """List what is in the directory PATH of IMAGE, or the file PATH.

    Type and mode, number of names, owner, size, time, layer, name, and the package that owns it. The size of a
    directory is that of all files below it. Links are followed to PATH, inside the image.

    With --layer, + is what the layer added, ~ what it changed, m what it changed only in mode, owner or time, and
    - what it removed.
    """
    from imgscope.cli._inspect import INCOMPLETE
    from imgscope.cli._list import print_json, print_list
    from imgscope.cli._look import look
    from imgscope.errors import UsageError
    from imgscope.inside.listing import list_image, list_layer

    if layer is not None and directory:
        raise UsageError("--layer and --directory do not go together", hint="leave one of them out")
    inspection = look(image, common)
    listing: Listing
    if layer is not None:
        listing = list_layer(inspection.image, layer, path, recursive=recursive, order=order)
    else:
        listing = list_image(inspection.image, path, recursive=recursive, order=order, directory=directory)
    if as_json:
        print_json(listing)
    else:
        print_list(listing, whole_paths=recursive or listing.directory is None)
    context.exit(0 if inspection.report.complete else INCOMPLETE)
