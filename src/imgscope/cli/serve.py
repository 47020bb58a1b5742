"""`imgscope serve`: the terminal UI in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from imgscope.cli._options import limits_of_user, reading_options, require_platform


@click.command(name="serve")
@click.argument("image", metavar="IMAGE")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@reading_options()
def COMMAND(image: str, host: str, port: int, **options: Any) -> None:
    """Show IMAGE in a browser: the same as in a terminal, on loopback unless --host says otherwise.

    Needs the package textual-serve, which the extra 'serve' brings. Ends with Ctrl-C.
    """
    from imgscope.cli._messages import show_note, show_step
    from imgscope.cli._process import Stopped
    from imgscope.errors import UsageError

    try:
        from imgscope.tui import web
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("textual_serve", "aiohttp"):
            raise
        raise UsageError(
            "serve needs the package textual-serve, which is not installed",
            hint="install it with: pip install textual-serve",
        ) from None

    _check(image, **options)
    if not web.is_loopback(host):
        show_note(
            f"whoever can reach {host} on port {port} sees what this image holds, without a password or encryption"
        )
    stopped_by = web.serve(
        [*_arguments(**options), "--", image],
        host=host,
        port=port,
        title="imgscope",
        started=lambda url: show_step(f"{image} is at {url} until Ctrl-C"),
    )
    if stopped_by is not None:
        raise Stopped(stopped_by)


def _check(
    image: str, *, platform: str | None, config: Path | None, insecure_registries: tuple[str, ...], **_: Any
) -> None:
    """Raise now what every page would end with: `ImgscopeError` for a setting, or an image that is nowhere."""
    from contextlib import closing

    from imgscope.oci.platform import Platform
    from imgscope.policy.settings import read_rules
    from imgscope.sources import open_source
    from imgscope.sources.base import SourceOptions

    require_platform(platform)
    if platform is not None:
        Platform.parse(platform)
    read_rules(Path(), config)
    asking = SourceOptions(insecure_registries=frozenset(insecure_registries), limits=limits_of_user(config))
    with closing(open_source(image, asking)):
        pass


def _arguments(
    *, platform: str | None, config: Path | None, jobs: int, insecure_registries: tuple[str, ...], no_cache: bool
) -> Iterator[str]:
    """Yield options that mean the same for `imgscope IMAGE`."""
    if platform is not None:
        yield from ("--platform", platform)
    if config is not None:
        yield from ("--config", str(config.resolve()))
    for host in insecure_registries:
        yield from ("--insecure-registry", host)
    if no_cache:
        yield "--no-cache"
    yield from ("--jobs", str(jobs))
