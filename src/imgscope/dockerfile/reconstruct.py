"""The Dockerfile of an image as far as its history tells, and what that leaves open.

There is no specification of what builders write into the history; `oci/instruction.py` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.oci.config import History, ImageConfig
from imgscope.oci.instruction import Instruction, parse_instruction
from imgscope.secrets import redact

# What the classic builder and buildah record of the files that were copied.
_HASHED: Final = re.compile(r"(?:multi:|file:|dir:)[0-9a-f]{12,64}")
_COPIES: Final = ("COPY", "ADD")
_FROM_STAGE: Final = re.compile(r"--from=\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStep:
    """One step of a build. `instruction` is None where `recorded` is no instruction; `layer` is what the step made."""

    instruction: Instruction | None
    recorded: str
    layer: int | None = None
    is_layer: bool = False

    @property
    def line(self) -> str:
        """The step as a line of a Dockerfile, that of something else as a comment."""
        if self.instruction is not None:
            return str(self.instruction)
        return f"# {' '.join(self.recorded.split()) or '(not recorded)'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildHistory:
    """`base_steps` made the image this one was built on, `steps` the rest; `gaps` say what history does not tell."""

    base: str | None
    base_steps: tuple[BuildStep, ...]
    steps: tuple[BuildStep, ...]
    gaps: tuple[str, ...]

    def dockerfile(self) -> str:
        """Return the steps as text, line breaks before `&&` where people put them; it need not build as it is."""
        begin = f"FROM {self.base}" if self.base else "FROM scratch" if not self.base_steps else "# FROM (not recorded)"
        notes = [f"# {gap}" for gap in self.gaps]
        return "\n".join([*notes, begin, *(broken(step.line) for step in self.steps)]) + "\n"


def build_history(config: ImageConfig, *, layer_count: int, base_layers: int, base: str | None) -> BuildHistory:
    """Return how an image of `layer_count` layers was made, the lowest `base_layers` of them by its base image `base`.

    Secrets are redacted. Where steps and layers do not match in number, no step is told to have made a layer, and all
    count as this image's.
    """
    recorded = config.history or ()
    matches = any(step is not None for step in config.layer_history(layer_count))
    steps = list(_steps(recorded, matches=matches))
    split = _end_of_base(steps, base_layers) if matches else 0
    return BuildHistory(
        base=base if split else None,
        base_steps=tuple(steps[:split]),
        steps=tuple(steps[split:]),
        gaps=tuple(_gaps(steps[split:], is_named=bool(base and split), matches=matches)),
    )


def broken(line: str) -> str:
    """Return an instruction with its line breaks where people put them: history has none."""
    return line.replace(" && ", " \\\n    && ") if line.startswith("RUN ") else line


def _steps(recorded: Sequence[History], *, matches: bool) -> Iterator[BuildStep]:
    layer = 0
    for step in recorded:
        text = redact(step.created_by or "", in_variables=True)
        yield BuildStep(
            instruction=parse_instruction(text),
            recorded=text or step.comment or "",
            layer=layer if matches and not step.empty_layer else None,
            is_layer=not step.empty_layer,
        )
        layer += not step.empty_layer


def _end_of_base(steps: Sequence[BuildStep], base_layers: int) -> int:
    """Return how many of `steps` are the base image's: all up to its last layer, and its last CMD or ENTRYPOINT.

    Which of the steps in between that make no layer are whose, nothing tells for sure; what an image is to start is
    said at its end.
    """
    if not base_layers:
        return 0
    last = next(position for position, step in enumerate(steps) if step.layer == base_layers - 1)
    following = [position for position in range(last + 1, len(steps)) if steps[position].is_layer]
    between = range(last + 1, following[0] if following else len(steps))
    for keyword in ("CMD", "ENTRYPOINT"):
        said = [position for position in between if _keyword(steps[position]) == keyword]
        if said:
            # Where no layer follows, the last may be this image's own.
            return (said[-1] if following else said[0]) + 1
    return last + 1


def _keyword(step: BuildStep) -> str:
    return step.instruction.keyword if step.instruction is not None else ""


def _gaps(steps: Sequence[BuildStep], *, is_named: bool, matches: bool) -> Iterator[str]:
    if not steps:
        yield "the image has no history"
        return
    instructions = [step.instruction for step in steps if step.instruction is not None]
    if not is_named:
        yield "which image it was built FROM is not recorded"
    if not matches:
        yield "steps and layers do not match in number, so that nothing tells which step made which layer"
    others = sum(step.instruction is None for step in steps)
    if others:
        yield f"{others} of {len(steps)} steps are no instruction of a Dockerfile"
    if any(each.keyword in _COPIES and _HASHED.search(each.text) for each in instructions):
        yield "what was copied is recorded by its hash, not by its name"
    copies = [each for each in instructions if each.keyword in _COPIES]
    if copies and not any(_FROM_STAGE.search(each.text) for each in copies):
        yield "whether files were copied from other build stages, and what these did, is not recorded"
    if any(each.keyword == "RUN" for each in instructions):
        yield "line breaks, comments, ARG and here-documents of RUN are not recorded as they were written"
