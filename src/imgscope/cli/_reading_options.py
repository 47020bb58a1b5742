"""Options of the commands that look inside images: how those are reached and read, and not how they are judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from imgscope.cli._options import Common, insecure_registry_option, limits_of_user

Function = TypeVar("Function", bound=Callable[..., Any])


def reading_options(*, with_jobs: bool = True, platform_help: str = "") -> Callable[[Function], Function]:
    """Add them; the command gets them as one `Common` under the name `common`.

    `platform_help` is what a command does with more than one platform.
    """

    def decorate(function: Function) -> Function:
        @click.option(
            "--platform",
            metavar="OS/ARCH[/VARIANT]" + ("|all" if platform_help else ""),
            help=f"Platform to read; linux on this machine's by default. {platform_help}".rstrip(),
        )
        @insecure_registry_option
        @click.option("--no-cache", is_flag=True, help="Fetch every layer, and keep none for the next time.")
        @click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
        @wraps(function)
        def command(
            *,
            platform: str | None,
            insecure_registries: tuple[str, ...],
            no_cache: bool,
            quiet: bool,
            jobs: int = 1,
            **others: Any,
        ) -> Any:
            common = Common(
                platform=platform,
                config=None,
                jobs=jobs,
                insecure_registries=insecure_registries,
                cache=not no_cache,
                quiet=quiet,
                verbose=False,
                limits=limits_of_user(),
            )
            return function(common=common, **others)

        return _jobs(command) if with_jobs else command  # type: ignore[return-value]

    return decorate


def _jobs(function: Function) -> Function:
    return click.option(
        "--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Layers read at once."
    )(function)
