"""A file or directory of the system that everybody may write.

## What it does
Finds files that everybody may write, and directories without the sticky bit where everybody may, among what the
system runs and reads: `/bin`, `/sbin`, `/lib`, `/usr`, `/etc`, `/boot`, `/opt`, `/root` and the root directory itself.
In other places, such as the application's own, files are told and directories are not: those may be made for data.
Places made for everybody, such as `/tmp`, `/run` and `/dev`, are left out, and so are symbolic links, whose mode means
nothing.

## Why it matters
Who breaks into a service that does not run as root can replace programs, libraries and settings that others, root
included, use next. The usual cause is `chmod -R 777`.

## How to fix
Give what the service must write to its user, in the instruction that brings it: changing the mode of files later ships
them all once more.

    COPY --chown=app:app data /var/lib/app
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType
from imgscope.report import Finding, Severity
from imgscope.rules._shell_words import shell_word
from imgscope.rules._special_files import finding_on, grouped, listed
from imgscope.rules.base import Rule

_WRITABLE: Final = 0o002
_STICKY: Final = 0o1000
_SYSTEM: Final = frozenset("bin boot etc lib lib32 lib64 libx32 opt root sbin usr".split())
_FOR_EVERYBODY: Final = frozenset("dev proc run sys tmp".split())
_FOR_EVERYBODY_BELOW: Final = ("var/tmp", "var/run", "var/lock", "usr/tmp")


def _check(image: InspectedImage) -> Iterator[Finding]:
    for layer, severity, nodes in grouped(_writable(image)):
        instruction = image.origins[layer].instruction
        yield finding_on(
            image,
            _topmost(nodes),
            rule_id="writable-by-all",
            severity=severity,
            message=f"everybody may write {listed(nodes, 'path')}",
            fix=_fix(nodes[0], instruction.keyword if instruction is not None else ""),
        )


def _writable(image: InspectedImage) -> Iterator[tuple[Severity, Node]]:
    for node in image.tree.nodes:
        entry = node.content
        if entry is None or not entry.mode & _WRITABLE:
            continue
        if entry.type is EntryType.DIRECTORY:
            is_open = not entry.mode & _STICKY and _is_system(node)
        else:
            is_open = entry.type is EntryType.FILE
        if is_open and not _is_for_everybody(node):
            yield (Severity.MEDIUM if _is_system(node) else Severity.LOW), node


def _is_system(node: Node) -> bool:
    return node.parent is None or node.path.partition("/")[0] in _SYSTEM


def _is_for_everybody(node: Node) -> bool:
    path = node.path
    return path.partition("/")[0] in _FOR_EVERYBODY or f"{path}/".startswith(_FOR_EVERYBODY_BELOW)


def _topmost(nodes: list[Node]) -> list[Node]:
    """Return those of `nodes` that are in no directory that is one of them."""
    among = set(nodes)
    return [node for node in nodes if node.parent not in among]


def _fix(first: Node, keyword: str) -> str:
    if keyword in ("COPY", "ADD"):
        return f"{keyword} --chmod=755, or --chown=USER for whom it is meant"
    command = "chmod -R o-w" if first.is_directory else "chmod o-w"
    path = shell_word(f"/{first.path}")
    change = f"{command} {path}" if path else f"take the permission away with {command}"
    return f"in the instruction that makes it so: {change}, and chown it to its user"


RULE = Rule(id="writable-by-all", severity=Severity.MEDIUM, topic="permissions", check=_check)
