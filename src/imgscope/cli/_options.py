"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from imgscope.errors import UsageError
from imgscope.limits import DEFAULT_LIMITS, Limits

Function = TypeVar("Function", bound=Callable[..., Any])

LIST_PLATFORMS: Final = "list"
"""What `--platform` takes in place of a platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The options of every command that reads images, as they were typed.

    `contents` is not typed: an output that was asked for needs to know what is in the image. Nor are `limits`: the
    configuration file has them. `recalls_images`: images that were inspected before are known as the base of others,
    which is of use on a screen; a report and its verdict say the same on every machine.
    """

    platform: str | None
    config: Path | None
    jobs: int
    insecure_registries: tuple[str, ...]
    cache: bool
    quiet: bool
    verbose: bool
    contents: bool = False
    recalls_images: bool = True
    limits: Limits = DEFAULT_LIMITS


def insecure_registry_option(function: Function) -> Function:
    """Add the repeatable `--insecure-registry HOST`."""
    return click.option(
        "--insecure-registry",
        "insecure_registries",
        metavar="HOST",
        multiple=True,
        help="Allow plain HTTP and unknown certificates for this host, with port if any. Repeatable.",
    )(function)


def reading_options(*, lists_platforms: bool = False) -> Callable[[Function], Function]:
    """Return what adds the options that say how images are read; the command gets them one by one."""

    def add(function: Function) -> Function:
        options = (
            click.option(
                "--platform",
                metavar="OS/ARCH[/VARIANT]" + ("|list" if lists_platforms else ""),
                help="Platform to inspect; linux on this machine's by default."
                + (" 'list' shows all there are, with their sizes." if lists_platforms else ""),
            ),
            click.option(
                "--config",
                metavar="FILE",
                type=click.Path(path_type=Path),
                help="Read FILE instead of imgscope.toml or .imgscope.toml in this directory.",
            ),
            click.option(
                "--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Layers read at once."
            ),
            insecure_registry_option,
            click.option("--no-cache", is_flag=True, help="Fetch every layer, and keep none for the next time."),
        )
        for option in reversed(options):
            function = option(function)
        return function

    return add


def common_options(function: Function) -> Function:
    """Add the shared options; the command gets them as one `Common` under the name `common`."""
    return _common_options(function, lists_platforms=False)


def image_options(function: Function) -> Function:
    """Add the shared options for a command that also knows `--platform list`."""
    return _common_options(function, lists_platforms=True)


def _common_options(function: Function, *, lists_platforms: bool) -> Function:
    @reading_options(lists_platforms=lists_platforms)
    @click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
    @click.option(
        "--verbose",
        "-v",
        is_flag=True,
        help="Cut nothing short in the text report; a line for each layer as it is read.",
    )
    @wraps(function)
    def command(
        *,
        platform: str | None,
        config: Path | None,
        jobs: int,
        insecure_registries: tuple[str, ...],
        no_cache: bool,
        quiet: bool,
        verbose: bool,
        **others: Any,
    ) -> Any:
        if not lists_platforms:
            require_platform(platform)
        common = Common(
            platform=platform,
            config=config,
            jobs=jobs,
            insecure_registries=insecure_registries,
            cache=not no_cache,
            quiet=quiet,
            verbose=verbose,
            limits=limits_of_user(config),
        )
        return function(common=common, **others)

    return command  # type: ignore[return-value]


def require_platform(platform: str | None) -> None:
    """Raise `UsageError` where `platform` asks for a list in place of an inspection."""
    if platform == LIST_PLATFORMS:
        raise UsageError(
            "--platform list only lists the platforms of one image, so nothing would be inspected",
            hint="list them with: imgscope IMAGE --platform list",
        )


def limits_of_user(config: Path | None = None) -> Limits:
    """Return how much of anything is read, as the configuration file says. Raises `UsageError`."""
    from imgscope.policy.reading_limits import read_limits

    return read_limits(Path(), config)


class _OutputOption(click.Option):
    """Lists the formats only where help is asked for: to find them takes loading what they are made of."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from imgscope.render import formats

        self.help = f"Write a report to PATH or stdout ('-'); repeatable. Formats: {', '.join(formats())}."
        return super().get_help_record(ctx)


class _ComparisonOutputOption(click.Option):
    """The same for the formats of a comparison."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from imgscope.render.comparison import comparison_formats

        names = ", ".join(comparison_formats())
        self.help = f"Write the comparison to PATH or stdout ('-'); repeatable. Formats: {names}."
        return super().get_help_record(ctx)


def comparison_output_option(function: Function) -> Function:
    """Add the repeatable `-o FORMAT[=PATH]` of a comparison."""
    return click.option(
        "-o", "--output", "outputs", metavar="FORMAT[=PATH]", multiple=True, cls=_ComparisonOutputOption
    )(function)


class _DifferenceOutputOption(click.Option):
    """The same for the formats of a difference."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from imgscope.render.difference import difference_formats

        names = ", ".join(difference_formats())
        self.help = f"Write the difference to PATH or stdout ('-'); repeatable. Formats: {names}."
        return super().get_help_record(ctx)


def difference_output_option(function: Function) -> Function:
    """Add the repeatable `-o FORMAT[=PATH]` of a difference."""
    return click.option(
        "-o", "--output", "outputs", metavar="FORMAT[=PATH]", multiple=True, cls=_DifferenceOutputOption
    )(function)


def output_option(function: Function) -> Function:
    """Add the repeatable `-o FORMAT[=PATH]`."""
    return click.option("-o", "--output", "outputs", metavar="FORMAT[=PATH]", multiple=True, cls=_OutputOption)(
        function
    )


def dockerfile_option(function: Function) -> Function:
    """Add `--dockerfile PATH`."""
    return click.option(
        "--dockerfile",
        metavar="PATH",
        help="The Dockerfile that the image was built from: sarif and github show findings at its lines.",
    )(function)
