"""`imgscope schema`: the JSON Schema of the report."""

from __future__ import annotations

import click


@click.command(name="schema")
def COMMAND() -> None:
    """Print the JSON Schema of the report that -o json writes."""
    import json

    from imgscope.render.schema import report_schema

    click.echo(json.dumps(report_schema(), indent=2))
