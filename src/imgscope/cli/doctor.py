"""`imgscope doctor`: what reaching a registry would do, and what to do where it does not work."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from imgscope.cli._options import insecure_registry_option, limits_of_user
from imgscope.text import printable

if TYPE_CHECKING:
    from imgscope.render.base import RenderOptions
    from imgscope.sources.registry.diagnosis.diagnose import Section
    from imgscope.sources.registry.diagnosis.step import Step

_CANNOT_PULL: Final = 3
_COLORS: Final = {"ok": "green", "failed": "red", "skipped": "bright_black"}
_STATUS_WIDTH: Final = max(map(len, _COLORS))
_NAME_WIDTH: Final = len("credentials")


@click.command(name="doctor")
@click.argument("target", metavar="[HOST[/REPOSITORY[:TAG]]]", required=False)
@insecure_registry_option
@click.pass_context
def COMMAND(context: click.Context, target: str | None, insecure_registries: tuple[str, ...]) -> None:
    """Tell why a registry can or cannot be reached.

    Tries step by step what an inspection does, with Docker Hub by default. Shows the mirrors, certificates, proxy and
    credentials that are used, and what to do where a step fails. Secrets are never shown. The exit code is 0 if images
    can be pulled, else 3.
    """
    from imgscope.cli._output import options_for_stdout
    from imgscope.sources.base import SourceOptions
    from imgscope.sources.registry.diagnosis.diagnose import diagnose
    from imgscope.sources.registry.diagnosis.target import Target

    options = options_for_stdout()
    named = Target.parse(target)
    serving: str | None = None
    asking = SourceOptions(insecure_registries=frozenset(insecure_registries), limits=limits_of_user())
    for section in diagnose(named, asking):
        works = _show(section, options)
        serving = serving or (section.title if works and section.can_serve else None)
    what = (
        f"nothing stands in the way of pulling from the {serving.partition(',')[0]}"
        if serving
        else "images cannot be pulled"
    )
    click.echo(f"\n{printable(what)}")
    if serving is None and (image := named.image_of_that_name):
        click.echo(printable(f"for the image of that name: imgscope doctor {image}"))
    context.exit(0 if serving else _CANNOT_PULL)


def _show(section: Section, options: RenderOptions) -> bool:
    """Print the steps as they are taken and return whether none is in the way of pulling."""
    works = True
    click.echo("\n" * section.can_serve + "\n".join(_wrapped(printable(section.title), "", "  ", options.width)))
    for step in section.steps:
        works = works and not step.is_in_the_way
        for line in _lines(step, options.width):
            click.echo(_colored(line, step) if options.color else line, color=options.color)
    return works


def _lines(step: Step, width: int) -> Iterator[str]:
    finding = step.finding
    start = f"  {finding.status:{_STATUS_WIDTH}}  {step.name:{_NAME_WIDTH}}  "
    yield from _wrapped(printable(finding.message), start, " " * len(start), width)
    if finding.hint:
        indent = " " * len(start)
        yield from _wrapped(printable(finding.hint), f"{indent}→ ", f"{indent}  ", width)


def _wrapped(text: str, start: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        # On a terminal too narrow for a column of text, lines are as long as they have to be.
        width=max(width, len(start) + 20),
        initial_indent=start,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _colored(line: str, step: Step) -> str:
    status = step.finding.status
    return line.replace(f"  {status}", f"  {click.style(status, fg=_COLORS[status])}", 1)
