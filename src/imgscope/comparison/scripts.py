"""Scripts of an image whose first line names what another base does not have, such as bash."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.data import Break
from imgscope.comparison.moved import Moved, is_own
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules._commands import missing_interpreter
from imgscope.text import format_count, printable

_MOST_PATHS: Final = 100
_EXECUTABLE: Final = 0o111


def lost_scripts(mine: Inspection, moved: Moved, told: Collection[str]) -> Iterator[Break]:
    """Yield, for each program that runs scripts of the image's own and is not in the base, these scripts.

    What is among the `told` paths is left out, and what cannot run in the image as it is now, either.
    """
    stopped: dict[str, list[Node]] = {}
    for node in moved.image.tree.files:
        if not _is_script(node) or node.path in told or not is_own(moved, mine, node):
            continue
        missing = missing_interpreter(moved.image, node)
        before = mine.image.tree.get(node.path)
        if missing is not None and before is not None and missing_interpreter(mine.image, before) is None:
            stopped.setdefault(missing, []).append(node)
    for interpreter, nodes in stopped.items():
        first = f"/{printable(nodes[0].path)}"
        subject = first if len(nodes) == 1 else f"{format_count(len(nodes), 'script')} such as {first}"
        needs = "it needs" if len(nodes) == 1 else "they need"
        yield Break(
            kind="script",
            severity=Severity.MEDIUM,
            confidence="high",
            message=f"{subject} cannot start: {needs} {printable(interpreter)}, which is not in the base",
            paths=tuple(node.path for node in nodes[:_MOST_PATHS]),
            fix=f"install {printable(interpreter.rpartition('/')[2])}, or write for what the base has",
        )


def _is_script(node: Node) -> bool:
    content = node.content
    return content is not None and content.elf is None and bool(content.mode & _EXECUTABLE)
