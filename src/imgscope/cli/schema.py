"""`imgscope schema`: the JSON Schemas of what imgscope writes."""

from __future__ import annotations

import click


@click.command(name="schema")
@click.argument("name", default="report")
def COMMAND(name: str) -> None:
    """Print the JSON Schema of what is written as JSON: of the report, or of what NAME says, such as diff."""
    import json

    from imgscope.render.schemas import schema_document

    click.echo(json.dumps(schema_document(name), indent=2))
