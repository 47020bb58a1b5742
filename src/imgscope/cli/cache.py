"""`imgscope cache`: what earlier inspections left on disk."""

from __future__ import annotations

import click


@click.group(name="cache")
def COMMAND() -> None:
    """Show or clear the cache of layers that were read before."""


@COMMAND.command()
def info() -> None:
    """Print where the cache is and how much it holds."""
    from imgscope.cache import LayerCache
    from imgscope.text import format_count, format_size, printable

    held = LayerCache().info()
    click.echo(printable(str(held.directory)))
    click.echo(
        f"{format_count(held.layers, 'layer')}, {format_size(held.size)} of at most {format_size(held.largest_size)}"
    )


@COMMAND.command()
def clear() -> None:
    """Remove every layer from the cache, and forget which images were inspected."""
    from imgscope.cache import LayerCache
    from imgscope.errors import UsageError
    from imgscope.known_images import KnownImages
    from imgscope.text import format_count, format_size, printable

    cache = LayerCache()
    try:
        removed = cache.clear()
        KnownImages(cache.directory).clear()
    except OSError as error:
        raise UsageError(
            f"the cache in {str(cache.directory)!r} cannot be cleared: {error.strerror}",
            hint="check who owns that directory",
        ) from None
    count, size = format_count(removed.layers, "layer"), format_size(removed.size)
    click.echo(f"removed {count}, {size}, from {printable(str(cache.directory))}")
