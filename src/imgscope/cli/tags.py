"""`imgscope tags`: the tags of a repository, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imgscope.cli._options import insecure_registry_option, limits_of_user

if TYPE_CHECKING:
    from imgscope.sources.base import ImageSource


@click.command(name="tags")
@click.argument("repository", metavar="REPOSITORY")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Print only the last N, the highest versions.")
@insecure_registry_option
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def COMMAND(repository: str, limit: int | None, insecure_registries: tuple[str, ...], quiet: bool) -> None:
    """List the tags of REPOSITORY, such as nginx or ghcr.io/org/app.

    One a line, in the order that people expect: words first, then versions by their numbers, 1.9 before 1.10.
    """
    from contextlib import closing

    from imgscope.cli._messages import show_note, show_step
    from imgscope.errors import UsageError
    from imgscope.oci.tag import tag_order
    from imgscope.sources.abilities import ListsTags
    from imgscope.text import format_count

    def show_count(count: int) -> None:
        if not quiet:
            show_step(f"{format_count(count, 'tag')} so far")

    with closing(_open(repository, insecure_registries)) as source:
        if not isinstance(source, ListsTags):
            raise UsageError(
                f"{repository!r} is no repository in a registry", hint="name one, such as nginx or ghcr.io/org/app"
            )
        tags = sorted(source.tags(show_count), key=tag_order)
        for warning in source.warnings:
            show_note(warning)
    for tag in tags[-limit:] if limit else tags:
        click.echo(tag)


def _open(repository: str, insecure_registries: tuple[str, ...]) -> ImageSource:
    from imgscope.oci.reference import parse_repository
    from imgscope.sources import open_source, sources
    from imgscope.sources.base import SourceOptions

    options = SourceOptions(insecure_registries=frozenset(insecure_registries), limits=limits_of_user())
    scheme = repository.partition(":")[0]
    if scheme in sources() and scheme != "docker":
        return open_source(repository, options)
    return open_source(f"docker://{parse_repository(repository)}", options)
