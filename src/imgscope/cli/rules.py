"""`imgscope rules`: what is judged, and why."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import click

from imgscope.errors import UsageError

if TYPE_CHECKING:
    from imgscope.rules.base import RulePage

_LEAST_WIDTH: Final = 60


@click.command(name="rules")
@click.argument("rule", required=False)
def COMMAND(rule: str | None) -> None:
    """List all rules by severity, or print the page of RULE."""
    from imgscope.rules import rule_pages

    pages = {page.rule.id: page for page in rule_pages()}
    if rule is None:
        click.echo("\n".join(_listed(list(pages.values()))))
        return
    if rule not in pages:
        near = difflib.get_close_matches(rule.lower(), pages, n=1)
        raise UsageError(
            f"there is no rule {rule!r}",
            hint=f"did you mean {near[0]}?" if near else "imgscope rules lists them all",
        )
    click.echo(pages[rule].markdown, nl=False)


def _listed(pages: Sequence[RulePage]) -> Iterator[str]:
    """Yield the lines of the list, the most severe rules first; without a terminal 80 columns wide."""
    from imgscope.cli._output import options_for_stdout
    from imgscope.report import Severity

    longest = max(len(page.rule.id) for page in pages)
    width = max(options_for_stdout().width, _LEAST_WIDTH)
    indent = " " * (longest + 4)
    for severity in reversed(Severity):
        among = [page for page in pages if page.rule.severity is severity]
        yield from [severity.value] if among else []
        for page in among:
            yield textwrap.fill(
                page.summary, width, initial_indent=f"  {page.rule.id:{longest}}  ", subsequent_indent=indent
            )
    yield ""
    yield "imgscope rules RULE prints what a rule does, why it matters and how to fix it."
