"""`imgscope schema`: the JSON Schemas of what imgscope writes."""

from __future__ import annotations

import click


@click.command(name="schema")
@click.argument("document", metavar="[report|compare]", default="report")
def COMMAND(document: str) -> None:
    """Print the JSON Schema of the report, or of what `imgscope compare -o json` writes."""
    import json

    from imgscope.errors import UsageError
    from imgscope.render.schema import SCHEMAS

    if document not in SCHEMAS:
        raise UsageError(f"there is no schema of {document!r}", hint=f"there are: {', '.join(SCHEMAS)}")
    click.echo(json.dumps(SCHEMAS[document](), indent=2))
