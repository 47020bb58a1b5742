"""What the rules on wasted copies have in common: one finding for each layer that ships bytes in vain."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.waste import Cause, WastedCopy
from imgscope.report import Finding
from imgscope.rules.base import severity_by_size
from imgscope.text import format_count, format_size, printable

_SMALLEST: Final = 100_000
_LONGEST_INSTRUCTION: Final = 120


def waste_findings(image: InspectedImage, rule_id: str, cause: Cause, *, done: str, fix: str) -> Iterator[Finding]:
    """Yield a finding for each layer with at least 100 kB of copies wasted by `cause`; `done` says how."""
    by_layer: dict[int, list[WastedCopy]] = {}
    for copy in image.wasted:
        if copy.cause == cause:
            by_layer.setdefault(copy.layer, []).append(copy)
    for layer, copies in sorted(by_layer.items()):
        size = sum(copy.size for copy in copies)
        if size < _SMALLEST or image.origins[layer].from_base:
            continue
        sizes: dict[str, int] = {}
        for copy in copies:
            sizes[copy.told_as] = sizes.get(copy.told_as, 0) + copy.size
        largest = sorted(sizes, key=lambda path: (-sizes[path], path))
        yield Finding(
            rule_id=rule_id,
            severity=severity_by_size(size),
            confidence="high",
            message=f"{_told(copies, sizes, largest[0])}, {format_size(size)}, {done}{_culprit(image, copies)}",
            paths=tuple(dict.fromkeys(path.rstrip("/") for path in largest)),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            bytes=size,
            fix=fix,
        )


def _told(copies: Sized, paths: Sized, largest: str) -> str:
    path, count = f"/{printable(largest)}", len(copies)
    if len(paths) == 1:
        return f"{path} ({format_count(count, 'file')})" if count > 1 else path
    among = "those in " if path.endswith("/") else ""
    return f"{format_count(count, 'file')} such as {among}{path}"


def _culprit(image: InspectedImage, copies: list[WastedCopy]) -> str:
    """Name the instruction that hid all `copies`, if it is one, and another than the one that is blamed."""
    hiding = {copy.related_layer for copy in copies}
    instruction = image.instruction(max(hiding))
    if len(hiding) > 1 or max(hiding) <= copies[0].layer or instruction is None:
        return ""
    shown = instruction if len(instruction) <= _LONGEST_INSTRUCTION else f"{instruction[:_LONGEST_INSTRUCTION]}…"
    return f" by: {printable(shown)}"
