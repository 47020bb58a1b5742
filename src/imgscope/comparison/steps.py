"""Steps of an image's own Dockerfile that call programs which another base does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.base import Base
from imgscope.comparison.data import Break
from imgscope.comparison.moved import Moved
from imgscope.oci.instruction import Instruction
from imgscope.report import Severity
from imgscope.rules._commands import is_in_path
from imgscope.rules._scripts import called_programs
from imgscope.text import printable

_LONGEST: Final = 120


def steps_that_fail(mine: Inspection, base: Base, moved: Moved) -> Iterator[Break]:
    """Yield, for each program that RUN steps call and only the base of the image has, those steps.

    A program that the image does not have now tells nothing: a step may have removed it.
    """
    calling: dict[str, list[str]] = {}
    for origin in mine.image.origins[base.layer_count :]:
        instruction = origin.instruction
        if instruction is None or instruction.keyword != "RUN":
            continue
        for program in dict.fromkeys(called_programs(instruction.text)):
            if is_in_path(mine.image, program) and not is_in_path(moved.image, program):
                calling.setdefault(program, []).append(_shown(instruction))
    for program, steps in calling.items():
        more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
        yield Break(
            kind="build",
            severity=Severity.MEDIUM,
            confidence="high",
            message=f"{printable(program)} is not in the base: {printable(steps[0])}{more} would fail",
            paths=(),
            fix="rewrite what it does for the new base, such as the names of packages and how they are installed",
        )


def _shown(instruction: Instruction) -> str:
    text = " ".join(f"{instruction.keyword} {instruction.text}".split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
