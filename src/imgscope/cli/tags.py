"""`imgscope tags`: the tags of a repository, one a line."""

from __future__ import annotations

import click

from imgscope.cli._options import insecure_registry_option


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
    from imgscope.oci.reference import parse_repository
    from imgscope.oci.tag import tag_order
    from imgscope.sources import sources
    from imgscope.sources.base import SourceOptions
    from imgscope.sources.registry.client import RegistrySource
    from imgscope.text import format_count

    def show_count(count: int) -> None:
        if not quiet:
            show_step(f"{format_count(count, 'tag')} so far")

    if (scheme := repository.partition(":")[0]) in sources() and scheme != "docker":
        raise UsageError(
            f"{repository!r} is no repository in a registry", hint="name one, such as nginx or ghcr.io/org/app"
        )
    reference = parse_repository(repository)
    options = SourceOptions(insecure_registries=frozenset(insecure_registries))
    with closing(RegistrySource(reference, options)) as source:
        tags = sorted(source.tags(show_count), key=tag_order)
        for warning in source.warnings:
            show_note(warning)
    for tag in tags[-limit:] if limit else tags:
        click.echo(tag)
