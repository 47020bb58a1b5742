"""The history of a path for a person: a layer an item, its instruction below it."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.inside.history import PathEvent, PathHistory
from imgscope.inside.state import PathState
from imgscope.render._terminal import fit_for_logs
from imgscope.text import format_count, format_size, printable

_WORDS = {
    "added": "added",
    "modified": "changed",
    "metadata": "metadata",
    "unchanged": "shipped again",
    "contents": "contents",
    "removed": "removed",
}


def history_text(history: PathHistory, *, width: int) -> str:
    """Return the lines, no control character of the image in them; instructions are cut at `width` columns."""
    return fit_for_logs("".join(f"{line}\n" for line in _lines(history, width)))


def _lines(history: PathHistory, width: int) -> Iterator[str]:
    gone = "" if history.exists else "  (not in the image any more)"
    yield printable(f"/{history.path}") + gone
    if history.package:
        yield printable(f"  of package {history.package} {history.package_version}")
    if history.leads_to is not None:
        yield printable(f"  leads to /{history.leads_to}")
    for name in history.names:
        yield printable(f"  is also /{name}")
    for event in history.events:
        yield f"  layer {event.layer:<3} {_WORDS[event.change]:<13} {printable(_what(event))}"
        instruction = printable(event.instruction or "(not recorded)")
        yield _cut(f"            {instruction}", width)
    yield f"  {_cost(history)}"


def _what(event: PathEvent) -> str:
    before, after = event.before, event.after
    if after is None:
        return _whole(before) if before is not None else ""
    if before is None:
        again = "" if event.same_content_as is None else f", as in layer {event.same_content_as}"
        return f"{_whole(after)}{again}"
    told = list(_differences(event, before, after))
    if event.change == "modified" and event.same_content_as is not None:
        told.append(f"content as in layer {event.same_content_as}")
    if event.change in ("metadata", "unchanged") and event.shipped_bytes:
        told.append(f"ships {format_size(event.shipped_bytes)} again")
    return ", ".join(told)


def _differences(event: PathEvent, before: PathState, after: PathState) -> Iterator[str]:
    if event.change == "contents":
        yield f"{_size(before)} → {_size(after)}"
    for aspect in event.aspects:
        if aspect == "content":
            yield f"{_size(before)} → {_size(after)}"
        elif aspect == "type":
            yield f"{_whole(before)} → {_whole(after)}"
        elif aspect == "mode":
            yield f"mode {before.mode} → {after.mode}"
        elif aspect == "owner":
            yield f"owner {before.uid}:{before.gid} → {after.uid}:{after.gid}"
        elif aspect == "target":
            yield f"{before.target} → {after.target}"
        elif aspect == "time":
            yield f"time {before.modified} → {after.modified}"
        else:
            yield aspect


def _whole(state: PathState) -> str:
    target = f" to {state.target}" if state.target is not None else ""
    sized = "" if state.type not in ("file", "directory") else f", {_size(state)}"
    return f"{state.type}{target}{sized}, mode {state.mode}, owner {state.uid}:{state.gid}"


def _size(state: PathState) -> str:
    files = "" if state.files is None else f" in {format_count(state.files, 'file')}"
    return f"{format_size(state.size)}{files}"


def _cost(history: PathHistory) -> str:
    copies = sum(1 for event in history.events if event.shipped_bytes)
    if not copies:
        return "ships no content of its own"
    shipped = f"ships {format_size(history.shipped_bytes)} in {format_count(copies, 'layer')}"
    if history.visible_bytes >= history.shipped_bytes:
        return f"{shipped}, all of it visible"
    seen = format_size(history.visible_bytes) if history.visible_bytes else "nothing"
    return f"{shipped}, {seen} of it visible"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
