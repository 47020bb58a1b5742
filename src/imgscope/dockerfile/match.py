"""Which instruction of a Dockerfile made which layer of an image.

Nothing in an image says so. Instructions and layers stand in the same order, though, and history has most of their
text, so they are aligned like two versions of a text: the most likely pairs that keep the order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.dockerfile.parse import Dockerfile, SourceInstruction, Stage
from imgscope.report import Instruction, LayerReport

_MAKES_LAYERS: Final = ("RUN", "COPY", "ADD", "WORKDIR")
_MOST_ALIGNED: Final = 500
_LONGEST_COMPARED: Final = 100_000
_EQUAL, _ALIKE, _SAME_PLACE, _POSSIBLE = 8, 5, 4, 1
_LEAST_ALIKE: Final = 0.6
_FLAG: Final = re.compile(r"--[a-z][\w-]*(?:=\S+)?\s+")
_WORD: Final = re.compile(r"[\w./:@-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedDockerfile:
    """`instructions` are those of the stage that the image was made from, with the stages it is built on, in order.

    `by_layer` has those that made a layer, by its number.
    """

    path: str
    instructions: tuple[SourceInstruction, ...]
    by_layer: Mapping[int, SourceInstruction]

    @property
    def base(self) -> SourceInstruction:
        """The FROM that names the image everything else is built on."""
        return self.instructions[0]

    def last(self, keywords: Sequence[str]) -> SourceInstruction | None:
        """Return the last instruction with one of `keywords`, which is the one that counts."""
        return next((found for found in reversed(self.instructions) if found.keyword in keywords), None)


def match_layers(dockerfile: Dockerfile, layers: Sequence[LayerReport]) -> MatchedDockerfile:
    """Return the stage of `dockerfile` that fits `layers` best, the last among equals, and what made which layer."""
    best: tuple[int, MatchedDockerfile] | None = None
    for position in reversed(range(len(dockerfile.stages))):
        instructions = _with_stages_below(dockerfile.stages, position)
        score, by_layer = _align(instructions, layers)
        if best is None or score > best[0]:
            matched = MatchedDockerfile(path=dockerfile.path, instructions=instructions, by_layer=by_layer)
            best = score, matched
    assert best is not None, "a Dockerfile has a stage"
    return best[1]


def _with_stages_below(stages: Sequence[Stage], position: int) -> tuple[SourceInstruction, ...]:
    chain = [stages[position]]
    below: int | None = position
    while below is not None:
        base = stages[below].base.lower()
        below = next((number for number in reversed(range(below)) if stages[number].name == base), None)
        if below is not None:
            chain.insert(0, stages[below])
    return tuple(instruction for stage in chain for instruction in stage.instructions)


def _align(
    instructions: Sequence[SourceInstruction], layers: Sequence[LayerReport]
) -> tuple[int, dict[int, SourceInstruction]]:
    """Return the pairs of highest total likelihood in which both keep their order, and that total."""
    rows = [each for each in instructions if each.keyword in _MAKES_LAYERS][-_MOST_ALIGNED:]
    columns = [layer for layer in layers if layer.instruction is not None][-_MOST_ALIGNED:]
    written = [_Text.of(row) for row in rows]
    recorded = [_Text.of(column.instruction) for column in columns if column.instruction is not None]
    likely = [[_likelihood(ours, theirs) for theirs in recorded] for ours in written]
    # best[i][j] is the highest total of the instructions from i on and the layers from j on.
    best = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in reversed(range(len(rows))):
        for j in reversed(range(len(columns))):
            paired = likely[i][j] + best[i + 1][j + 1] if likely[i][j] else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: dict[int, SourceInstruction] = {}
    i = j = 0
    while i < len(rows) and j < len(columns):
        if best[i][j] == best[i][j + 1]:
            j += 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            pairs[columns[j].index] = rows[i]
            i, j = i + 1, j + 1
    return best[0][0], pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What is compared of an instruction, made once: there may be hundreds on both sides, and history is hostile."""

    keyword: str
    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, instruction: SourceInstruction | Instruction) -> _Text:
        text = _normalized(instruction.text[:_LONGEST_COMPARED])
        return cls(keyword=instruction.keyword, text=text, words=frozenset(_WORD.findall(text)))


def _likelihood(ours: _Text, theirs: _Text) -> int:
    if ours.keyword != theirs.keyword:
        return 0
    if ours.text == theirs.text:
        return _EQUAL
    if ours.keyword in ("COPY", "ADD"):
        return _copied_alike(ours.text, theirs.text)
    if ours.keyword == "WORKDIR":
        return _ALIKE if theirs.text.endswith(ours.text.lstrip("./")) else _possible(ours.text)
    return _ALIKE if _share(ours.words, theirs.words) >= _LEAST_ALIKE else 0


def _copied_alike(ours: str, theirs: str) -> int:
    """`COPY . /app` is recorded as `. /app`, with variables replaced, or as `dir:0123… in /app`."""
    (*sources, place), recorded = (ours.split() or [""]), theirs.split()
    if not recorded:
        return 0
    if place.rstrip("/") == recorded[-1].rstrip("/"):
        return _ALIKE if set(sources) & set(recorded) else _SAME_PLACE
    return _possible(ours)


def _possible(ours: str) -> int:
    return _POSSIBLE if "$" in ours else 0


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / max(len(first | second), 1)


def _normalized(text: str) -> str:
    position = len(text) - len(text.lstrip())
    while flag := _FLAG.match(text, position):
        position = flag.end()
    return " ".join(text[position:].split())
