"""What somebody may have meant who wrote an image where a command was expected, or an option where it is not one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import click

from imgscope.errors import UsageError

_LEAST_LIKENESS: Final = 0.6
_SEVERAL: Final = (
    "several images: imgscope compare IMAGE IMAGE, or imgscope audit IMAGE IMAGE; imgscope --help lists all commands"
)


class ImageCommand(click.Command):
    """The command that has no name: what no other takes ends up here, and what is wrong with it is told for both."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Raise `UsageError` for what only another command takes, and leave everything else to click."""
        written = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name in _options_of_audit(ctx):
                raise UsageError(
                    f"{error.option_name} is an option of imgscope audit",
                    hint="judge an image with: imgscope audit IMAGE, with all its options after it",
                ) from None
            raise
        except click.UsageError:
            names = [word for word in written if not word.startswith("-")]
            if len(names) > 1 and ctx.params.get("image") == names[0]:
                raise _too_many(names, _commands(ctx)) from None
            raise


def _too_many(names: Sequence[str], commands: Collection[str]) -> UsageError:
    import difflib

    if names[0] in commands:
        return UsageError(
            f"the command {names[0]} has to be the first word",
            hint=f"write its options after it: imgscope {names[0]} …",
        )
    near = difflib.get_close_matches(names[0], commands, n=1, cutoff=_LEAST_LIKENESS)
    return UsageError(
        f"{names[0]!r} is no command, and of images one is shown at a time: there is also {names[1]!r}",
        hint=f"did you mean imgscope {near[0]}?" if near else _SEVERAL,
    )


def _commands(ctx: click.Context) -> list[str]:
    group = ctx.parent.command if ctx.parent is not None else None
    return group.list_commands(ctx) if isinstance(group, click.Group) else []


def _options_of_audit(ctx: click.Context) -> frozenset[str]:
    group = ctx.parent.command if ctx.parent is not None else None
    audit = group.get_command(ctx, "audit") if isinstance(group, click.Group) else None
    return frozenset(name for parameter in (audit.params if audit else ()) for name in parameter.opts)
