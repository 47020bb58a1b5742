"""What the rules on permissions and devices have in common: how a file was before, one finding on many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.index import LayerEntry
from imgscope.report import Finding, Severity
from imgscope.text import format_count, printable

EXECUTABLE: Final = 0o111
_SYSTEM_PACKAGES: Final = frozenset(["deb", "apk", "rpm", "alpm", "opkg"])
# What runs the code or the command that it is given, or reads and writes any file: with root's rights, that is root.
_DOES_ANYTHING: Final = frozenset(
    "sh bash dash ash zsh ksh mksh fish env find xargs nice timeout stdbuf nohup setarch unshare nsenter chroot perl "
    "ruby node lua php gdb strace ltrace awk gawk mawk nawk sed ed vi vim view nano less more tee dd cp mv tar cpio "
    "rsync socat nc ncat netcat docker podman make git tclsh expect irb cat install chmod chown openssl curl".split()
)
_INTERPRETERS: Final = ("python", "pypy", "perl5", "ruby", "php", "lua", "vim.", "nodejs")


def does_anything(node: Node) -> bool:
    """Tell by its name whether `node` is a shell, an interpreter or a tool that does to any file what it is told."""
    return node.name in _DOES_ANYTHING or node.name.startswith(_INTERPRETERS)


def has_system_packages(image: InspectedImage) -> bool:
    """Tell whether a package database says what files the distribution's own packages brought."""
    return any(package.paths for package in image.packages if package.type in _SYSTEM_PACKAGES)


def entries_before(image: InspectedImage, nodes: Iterable[Node]) -> Mapping[Node, LayerEntry]:
    """Return what those of `nodes` were whose layer changed only owner, mode or attributes of a lower layer's file."""
    after = {id(node.entry): node for node in nodes}
    if not after:
        return {}
    changes = (change for change in image.tree.replacements if change.kind == "metadata" and id(change.after) in after)
    return {after[id(change.after)]: change.before for change in changes}


def grouped(nodes: Iterable[tuple[Severity, Node]]) -> list[tuple[int, Severity, list[Node]]]:
    """Return `nodes` by the layer that last changed them and by how much they matter, lowest layer first."""
    found: dict[tuple[int, Severity], list[Node]] = {}
    for severity, node in nodes:
        found.setdefault((node.layer, severity), []).append(node)
    return [(*key, found[key]) for key in sorted(found, key=lambda key: (key[0], -key[1].rank))]


def listed(nodes: Sequence[Node], singular: str, plural: str | None = None) -> str:
    """Return the path of the only one of `nodes`, or how many there are and the path of the first."""
    path = f"/{printable(nodes[0].path)}"
    return path if len(nodes) == 1 else f"{format_count(len(nodes), singular, plural)} such as {path}"


def finding_on(
    image: InspectedImage, nodes: Sequence[Node], *, rule_id: str, severity: Severity, message: str, fix: str
) -> Finding:
    """Return the finding on `nodes`, all of one layer."""
    layer = nodes[0].layer
    return Finding(
        rule_id=rule_id,
        severity=severity,
        confidence="high",
        message=message,
        paths=tuple(node.path for node in nodes),
        packages=(),
        layer=layer,
        instruction=image.instruction(layer),
        fix=fix,
    )
