"""How a path came to be: every layer that had to do with it, with what made that layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.errors import ImgscopeError
from imgscope.facts import InspectedImage
from imgscope.inside.history import PathChange, PathEvent, PathHistory, history_of_path
from imgscope.inside.state import PathState
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone

_WORDS: Final[dict[PathChange, tuple[str, Tone]]] = {
    "added": ("+ added", "good"),
    "modified": ("~ changed", "warning"),
    "metadata": ("* changed, but not its content", "info"),
    "unchanged": ("= shipped again as it was", "warning"),
    "contents": ("  what is in it changed", "plain"),
    "removed": ("- removed", "bad"),
}
_INDENT: Final = "    "


def history_lines(image: InspectedImage, path: str) -> list[Line]:
    """Return what every layer did to `path`, the lowest first, and what all of it costs."""
    try:
        history = history_of_path(image, path)
    except ImgscopeError as error:
        return [Line(error.message, "warning")]
    return list(_lines(history))


def _lines(history: PathHistory) -> Iterator[Line]:
    yield Line(f"/{history.path}{'' if history.exists else ' is not in the image any more'}", "strong")
    if history.leads_to is not None:
        yield Line(f"leads to /{history.leads_to}")
    for name in history.names:
        yield Line(f"is also /{name}")
    for event in history.events:
        yield Line("")
        word, tone = _WORDS[event.change]
        yield Line(f"layer {event.layer}: {word}", tone)
        yield from (Line(f"{_INDENT}{told}") for told in _told(event))
        yield Line(f"{_INDENT}{event.instruction or 'what made this layer is not recorded'}", "dim")
    yield Line("")
    yield Line(_cost(history))


def _told(event: PathEvent) -> Iterator[str]:
    before, after = event.before, event.after
    if before is None or after is None:
        state = after or before
        if state is not None:
            yield _whole(state)
    else:
        for name, old, new in _fields(before, after):
            if old != new:
                yield f"{name}: {old} → {new}"
    if event.same_content_as is not None:
        yield f"the same content as in layer {event.same_content_as}"
    if event.change in ("metadata", "unchanged") and event.shipped_bytes:
        yield f"{format_size(event.shipped_bytes)} ship again"


def _fields(before: PathState, after: PathState) -> Iterator[tuple[str, str | None, str | None]]:
    yield "type", before.type, after.type
    yield "size", _size(before), _size(after)
    yield "mode", before.mode, after.mode
    yield "owner", f"{before.uid}:{before.gid}", f"{after.uid}:{after.gid}"
    yield "target", before.target, after.target
    yield "device", before.device, after.device
    yield "attributes", ", ".join(before.xattrs or ()), ", ".join(after.xattrs or ())
    yield "time", before.modified, after.modified


def _whole(state: PathState) -> str:
    target = f" to {state.target}" if state.target is not None else ""
    size = f", {_size(state)}" if state.type in ("file", "directory") else ""
    return f"{state.type}{target}{size}, mode {state.mode}, owner {state.uid}:{state.gid}"


def _size(state: PathState) -> str:
    return format_size(state.size) + ("" if state.files is None else f" in {format_count(state.files, 'file')}")


def _cost(history: PathHistory) -> str:
    copies = sum(1 for event in history.events if event.shipped_bytes)
    if not copies:
        return "no layer ships content for it"
    shipped = f"{format_size(history.shipped_bytes)} ship in {format_count(copies, 'layer')}"
    if history.visible_bytes >= history.shipped_bytes:
        return shipped
    return f"{shipped}, {format_size(history.visible_bytes) if history.visible_bytes else 'nothing'} of it visible"
