"""`imgscope audit`: inspect images and write reports; the exit code is the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from imgscope.cli._options import Common, common_options, dockerfile_option, output_option
from imgscope.cli._policy_options import policy_options
from imgscope.cli._sections import SectionedCommand

if TYPE_CHECKING:
    from imgscope.policy.settings import Choices


@click.command(name="audit", cls=SectionedCommand)
@click.argument("images", metavar="IMAGE...", nargs=-1)
@output_option
@click.option("--image-list", metavar="FILE", help="Inspect the images in FILE, one a line, # comments; '-' is stdin.")
@dockerfile_option
@common_options
@policy_options
@click.pass_context
def COMMAND(
    context: click.Context,
    *,
    images: tuple[str, ...],
    outputs: tuple[str, ...],
    image_list: str | None,
    dockerfile: str | None,
    choices: Choices,
    common: Common,
) -> None:
    """Inspect images, judge them by a policy, and write reports.

    The policy is that of imgscope.toml and .dive-ci in this directory, and of the options below; without any, an
    image that could be inspected passes. .imgscopeignore, in this directory or beside the FILE of --config, names
    findings that are not judged.

    Exit code 0: the policy holds. 1: it does not. 2: usage or configuration error. 3: an image could not be
    inspected, or not completely.
    """
    from dataclasses import replace
    from datetime import UTC, datetime
    from pathlib import Path

    from imgscope.cli._gate import Gate, show_verdicts
    from imgscope.cli._image_list import read_image_list
    from imgscope.cli._inspect import exit_code
    from imgscope.cli._messages import show_note
    from imgscope.cli._output import needs_contents, parse_outputs, write_outputs
    from imgscope.dockerfile.parse import read_dockerfile
    from imgscope.policy.settings import read_settings

    listed = read_image_list(image_list) if image_list is not None else ()
    references = list(dict.fromkeys((*images, *listed)))
    if not references:
        raise click.UsageError("Missing argument 'IMAGE...'.", context)
    parsed = parse_outputs(outputs or ("text",))
    built_from = read_dockerfile(dockerfile) if dockerfile is not None else None
    settings = read_settings(Path(), choices, config=common.config, today=datetime.now(UTC).date())
    for note in settings.notes:
        show_note(note)
    common = replace(common, contents=needs_contents(parsed), recalls_images=False)
    reports, failed = Gate(settings, common).audit(references)
    try:
        if reports:
            write_outputs(
                parsed,
                reports,
                several=len(references) > 1,
                detailed=common.verbose,
                dockerfile=built_from,
                disabled=settings.rules.disabled,
            )
    finally:
        # Whatever keeps a report from being written, what the images were judged to be is told.
        if not common.quiet:
            show_verdicts(reports, len(references))
    context.exit(max(exit_code(reports), failed))
