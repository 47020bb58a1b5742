"""`imgscope rules`: what is judged, and why."""

from __future__ import annotations

import difflib

import click

from imgscope.errors import UsageError


@click.command(name="rules")
@click.argument("rule", required=False)
def COMMAND(rule: str | None) -> None:
    """List every rule, or print the page of RULE."""
    from imgscope.rules import rule_pages

    pages = {page.rule.id: page for page in rule_pages()}
    if rule is None:
        width = max(map(len, pages))
        for identity, page in pages.items():
            click.echo(f"{identity:{width}}  {page.rule.severity.value:8}  {page.summary}")
        return
    if rule not in pages:
        near = difflib.get_close_matches(rule, pages, n=1)
        raise UsageError(
            f"there is no rule {rule!r}",
            hint=f"did you mean {near[0]}?" if near else "imgscope rules lists them all",
        )
    click.echo(f"# {rule}\n\n{pages[rule].text}")
