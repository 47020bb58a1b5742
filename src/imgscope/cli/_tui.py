"""Opening the terminal UI, and what it cannot do without the rest of the program: write reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from imgscope import analyze
from imgscope.cli._inspect import inspection_options
from imgscope.cli._options import Common
from imgscope.cli._output import needs_contents, parse_outputs, write_outputs
from imgscope.contents import with_contents
from imgscope.policy.settings import read_rules
from imgscope.render import formats
from imgscope.tui import run


def open_tui(image: str | None, common: Common) -> int:
    """Show `image`, or first a choice of images, until the user quits; return the exit code. Raises `ImgscopeError`."""
    rules = read_rules(Path(), common.config)
    write_report = partial(_write_report, disabled=rules.disabled)
    return run(image, inspection_options(common, rules), write_report=write_report, formats=formats())


def _write_report(inspection: analyze.Inspection, output: str, *, disabled: frozenset[str]) -> str:
    """Write the report on an inspected image to `output`, which is `FORMAT=PATH`; return the path."""
    outputs = parse_outputs([output])
    report = inspection.report
    if needs_contents(outputs):
        report = with_contents(report, inspection.image.tree)
    write_outputs(outputs, [report], several=False, detailed=True, disabled=disabled)
    return output.partition("=")[2]
