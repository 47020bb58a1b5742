"""The layer table: from the first paint, with compressed sizes only, to everything the report says of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

from imgscope.facts import LayerOrigin
from imgscope.phrases import made_by
from imgscope.report import LayerReport
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, paragraphs
from imgscope.tui.model.session import Session

LayerState = Literal["waiting", "reading", "read", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer. `share` is of the image's compressed size and `progress` of the layer's own, both from 0 to 1.

    `is_base`: it is one of the image that this one was built on.
    """

    number: int
    state: LayerState
    share: float
    progress: float
    compressed_size: int
    unpacked_size: int | None
    wasted_bytes: int | None
    made_by: str
    is_base: bool


class LayerRows(Sequence[LayerRow]):
    """A row for each layer, the lowest first; none while the image is not found.

    A row is made when it is asked for: of thousands of layers few are in sight. `has_base`: some are of a base image.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        # Of one image: while a session moves on to what its layers turn out to be, these rows may still be drawn.
        self._layers = session.head.manifest.layers if session.head else ()
        self._origins = session.origins
        self._total = sum(layer.size for layer in self._layers)
        self.has_base = any(origin.from_base for origin in self._origins)

    def __len__(self) -> int:
        return len(self._layers)

    @overload
    def __getitem__(self, position: int) -> LayerRow: ...
    @overload
    def __getitem__(self, position: slice) -> list[LayerRow]: ...
    def __getitem__(self, position: int | slice) -> LayerRow | list[LayerRow]:
        if isinstance(position, slice):
            return [self._row(number) for number in range(len(self))[position]]
        return self._row(range(len(self))[position])

    def _row(self, number: int) -> LayerRow:
        session, descriptor = self._session, self._layers[number]
        origin, index, report = self._origins[number], session.indexes.get(number), _report(session, number)
        made = made_by(str(origin.instruction) if origin.instruction else None, origin.created_by, descriptor.digest)
        return LayerRow(
            number=number,
            state=_state(session, number),
            share=descriptor.size / self._total if self._total else 0.0,
            progress=min(session.received.get(number, 0) / descriptor.size, 1.0) if descriptor.size else 0.0,
            compressed_size=descriptor.size,
            unpacked_size=index.unpacked_size if index else None,
            wasted_bytes=report.wasted_bytes if report else None,
            made_by=made,
            is_base=origin.from_base,
        )


def layer_detail(session: Session, number: int) -> list[Line]:
    """Return all there is to say of layer `number`: what it did, why it failed, its whole instruction."""
    assert session.head is not None
    descriptor, origin = session.head.manifest.layers[number], session.origins[number]
    index, report = session.indexes.get(number), _report(session, number)
    lines: list[Line] = []
    if index is not None and index.error is not None:
        lines.append(Line(f"failed: this layer {index.error}", "bad"))
        lines += [Line(f"hint: {index.hint}", "warning")] if index.hint else []
    if report is not None:
        lines.append(Line(f"layer {number} · {changes_phrase(report)}", "strong"))
    if origin.from_base:
        lines.append(Line(f"of the base image{_base_name(session)}"))
    lines += _instruction(origin)
    return [*lines, Line(descriptor.digest, "dim")]


def base_title(session: Session) -> str:
    """Return how many of the layers are of the base image, and of which; empty where that is not known."""
    count = sum(origin.from_base for origin in session.origins)
    if not count:
        return ""
    yours = len(session.origins) - count
    return f"{format_count(count, 'layer')} of the base image{_base_name(session)}, marked ◦ · {yours} of your own"


def _base_name(session: Session) -> str:
    base = session.inspection.report.image.base if session.inspection else None
    return f" {base.reference}" if base and base.reference else ""


def changes_phrase(layer: LayerReport) -> str:
    """Return what `layer` did to the files below it: `+ 3 added, 12 kB · - 1 removed, 5 B`."""
    changes = {"+": ("added", layer.added), "~": ("changed", layer.modified), "-": ("removed", layer.removed)}
    said = [
        f"{sign} {change.files:,} {word}, {format_size(change.bytes)}"
        for sign, (word, change) in changes.items()
        if change.files
    ]
    return " · ".join(said) or "no file added, changed or removed"


def _instruction(origin: LayerOrigin) -> list[Line]:
    if origin.instruction is None:
        return paragraphs(origin.created_by) if origin.created_by else [Line("what made this layer is not recorded")]
    # The line breaks of a RUN are not in the history; before each && is where people put them.
    lines = paragraphs(str(origin.instruction).replace(" && ", "\n    && "))
    if origin.instruction.build_arguments:
        lines.append(Line(f"build arguments: {' '.join(origin.instruction.build_arguments)}"))
    return lines


def _state(session: Session, number: int) -> LayerState:
    index = session.indexes.get(number)
    if index is not None:
        return "failed" if index.error is not None else "read"
    return "reading" if number in session.received else "waiting"


def _report(session: Session, number: int) -> LayerReport | None:
    return session.inspection.report.layers[number] if session.inspection else None
