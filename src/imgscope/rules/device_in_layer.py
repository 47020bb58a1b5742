"""A device node in a layer.

## What it does
Lists the device nodes of the image but for those that every root has (`null`, `zero`, `full`, `random`, `urandom`,
`tty`, `console`, `ptmx`, known by their numbers wherever they lie). Disks and the memory of the machine matter most;
what is in `/dev` is information only. A character device 0/0 is how overlay file systems mark what is deleted.

## Why it matters
Outside of `/dev`, where runtimes put their own, such a node reaches the disk or memory of the host as soon as a
container is allowed the device, as privileged ones are. Engines that do not run as root cannot make it and leave it
out. With 0/0, the file below is gone for one engine and a device for the next.

## How to fix
Leave it out, and give containers the devices they need when they start (`--device`).

    RUN debootstrap bookworm /root-file-system && rm -rf /root-file-system/dev/*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.report import Finding, Severity
from imgscope.rules._shell_words import shell_word
from imgscope.rules._special_files import finding_on, grouped, listed
from imgscope.rules.base import Rule

# Character devices by the kernel's list of allocated numbers (admin-guide/devices.txt): 1 memory, 5 terminals.
_IN_EVERY_ROOT: Final = frozenset([(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2)])
_MEMORY: Final = frozenset([(1, 1), (1, 2), (1, 4)])
_WHITEOUT: Final = (0, 0)


def _check(image: InspectedImage) -> Iterator[Finding]:
    devices = list(_devices(image))
    marks = [each for each in devices if _is_mark(each[1])]
    others = [each for each in devices if not _is_mark(each[1])]
    for _, severity, nodes in [*grouped(others), *grouped(marks)]:
        yield finding_on(
            image,
            nodes,
            rule_id="device-in-layer",
            severity=severity,
            message=_message(nodes, severity),
            fix=f"{_removal(nodes[0])} in the instruction that makes it; containers get devices by --device",
        )


def _message(nodes: list[Node], severity: Severity) -> str:
    found = listed(nodes, "device node")
    if _is_mark(nodes[0]):
        return f"{found} (character device 0/0): deleted for engines that use overlayfs, a device for others"
    if severity is Severity.INFO:
        return f"{found} ({_kind(nodes[0])}) cannot be seen in a container: runtimes put a /dev of their own there"
    return f"{found} ({_kind(nodes[0])}) reaches the host's device from any container that is allowed to use it"


def _removal(node: Node) -> str:
    path = shell_word(f"/{node.path}")
    return f"rm {path}" if path else "remove it"


def _kind(node: Node) -> str:
    entry = node.content
    if entry is None or entry.device is None:
        return "device"
    major, minor = entry.device
    return f"{'character' if _is_character(entry) else 'block'} device {major}/{minor}"


def _is_mark(node: Node) -> bool:
    return node.content is not None and _is_character(node.content) and node.content.device == _WHITEOUT


def _devices(image: InspectedImage) -> Iterator[tuple[Severity, Node]]:
    for node in image.tree.nodes:
        entry = node.content
        if entry is None or entry.type not in (EntryType.CHARACTER_DEVICE, EntryType.BLOCK_DEVICE):
            continue
        if _is_character(entry) and entry.device in _IN_EVERY_ROOT:
            continue
        yield _severity(node, entry), node


def _is_character(entry: LayerEntry) -> bool:
    return entry.type is EntryType.CHARACTER_DEVICE


def _severity(node: Node, entry: LayerEntry) -> Severity:
    if node.path.startswith("dev/") and not _is_mark(node):
        return Severity.INFO
    is_the_hosts = entry.device in _MEMORY if _is_character(entry) else True
    return Severity.MEDIUM if is_the_hosts else Severity.LOW


RULE = Rule(id="device-in-layer", severity=Severity.MEDIUM, topic="permissions", check=_check)
