"""`imgscope serve`: the terminal UI in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import click

from imgscope.cli._options import Common, common_options


@click.command(name="serve")
@click.argument("image", metavar="IMAGE")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@common_options
def COMMAND(image: str, host: str, port: int, common: Common) -> None:
    """Show IMAGE in a browser: the same as in a terminal, on a page that only this machine can open.

    Needs the extra imgscope[serve]. Ends with Ctrl-C.
    """
    from imgscope.cli._messages import show_note, show_step
    from imgscope.errors import UsageError

    try:
        from imgscope.tui import web
    except ModuleNotFoundError as error:
        if error.name not in ("textual_serve", "aiohttp"):
            raise
        raise UsageError(
            "serve needs the package textual-serve, which is not installed",
            hint='install it with: pip install "imgscope[serve]"',
        ) from None

    if not web.is_loopback(host):
        show_note(
            f"whoever can reach {host} on port {port} sees what this image holds, without a password or encryption"
        )
    web.serve(
        list(_arguments(image, common)),
        host=host,
        port=port,
        title="imgscope",
        started=lambda url: show_step(f"{image} is at {url} until Ctrl-C"),
    )


def _arguments(image: str, common: Common) -> Iterator[str]:
    """Yield the arguments that mean the same for `imgscope IMAGE`."""
    if common.platform is not None:
        yield from ("--platform", common.platform)
    if common.config is not None:
        yield from ("--config", str(common.config.resolve()))
    for host in common.insecure_registries:
        yield from ("--insecure-registry", host)
    if not common.cache:
        yield "--no-cache"
    yield from ("--jobs", str(common.jobs))
    yield from ("--", image)
