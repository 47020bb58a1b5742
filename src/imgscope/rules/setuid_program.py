"""A setuid or setgid program that no package brought.

## What it does
Finds programs that run with the rights of their owner or group, whoever starts them, and that belong to no package or
were made so by a later layer. Shells, interpreters and tools such as `find` and `cp` are told wherever they come from.
What distributions ship as such (`su`, `passwd`, `mount`, …) is as it should be: it is known by the package database, or
by name where there is none. What a later layer deletes cannot be started, and is not told.

## Why it matters
While a setuid program of root runs, whoever started it is root: one mistake in it, and USER protects from nothing.
A shell or an interpreter needs no mistake for that.

## How to fix
Take the bit away in the instruction that brings the program, and give a service the one capability that it needs.
Containers that run with `no-new-privileges` ignore the bit.

    RUN make install && chmod ug-s /usr/local/bin/tool
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.index import LayerEntry
from imgscope.report import Finding, Severity
from imgscope.rules._shell_words import shell_word
from imgscope.rules._special_files import (
    EXECUTABLE,
    does_anything,
    entries_before,
    finding_on,
    grouped,
    has_system_packages,
    listed,
)
from imgscope.rules.base import Rule

_SETUID: Final = 0o4000
_SETGID: Final = 0o2000
# Without it, the bit of the group asks for mandatory locks instead (inode(7)).
_GROUP_EXECUTABLE: Final = 0o010
_ROOT: Final = 0
_USUAL: Final = frozenset(
    "su sudo sudoedit doas passwd chfn chsh chage expiry gpasswd newgrp newuidmap newgidmap mount umount fusermount "
    "fusermount3 bbsuid pkexec polkit-agent-helper-1 dbus-daemon-launch-helper unix_chkpwd pam_timestamp_check "
    "pam_extrausers_chkpwd ssh-agent ssh-keysign crontab at wall write write.ul bsd-write locate mlocate plocate "
    "utempter ping ping6 traceroute userhelper usernetctl".split()
)
_CONSEQUENCES: Final = {
    Severity.HIGH: "runs as root whoever starts it, and does whatever it is told: everybody in a container is root",
    Severity.MEDIUM: "runs as root whoever starts it, and no package brought it so",
    Severity.LOW: "runs with the rights of its owner or group whoever starts it, and no package brought it so",
}


def _check(image: InspectedImage) -> Iterator[Finding]:
    programs = [node for node in image.tree.files if node.content is not None and _runs_as_another(node.content)]
    expected = _expected(image, programs)
    unusual = [(_severity(node), node) for node in programs]
    told = [(severity, node) for severity, node in unusual if severity is Severity.HIGH or id(node) not in expected]
    for _, severity, nodes in grouped(told):
        yield finding_on(
            image,
            nodes,
            rule_id="setuid-program",
            severity=severity,
            message=f"{listed(nodes, 'program')} {_CONSEQUENCES[severity]}",
            fix=_fix(nodes[0]),
        )


def _fix(first: Node) -> str:
    path = shell_word(f"/{first.path}")
    change = f"chmod ug-s {path}" if path else "take the bits away with chmod ug-s"
    return f"in the instruction that brings it: {change}"


def _runs_as_another(entry: LayerEntry) -> bool:
    mode = entry.mode
    return bool((mode & _SETUID and mode & EXECUTABLE) or (mode & _SETGID and mode & _GROUP_EXECUTABLE))


def _severity(node: Node) -> Severity:
    content = node.content
    if content is None or not content.mode & _SETUID or content.uid != _ROOT:
        return Severity.LOW
    return Severity.HIGH if does_anything(node) else Severity.MEDIUM


def _expected(image: InspectedImage, programs: list[Node]) -> set[int]:
    """Return the identities of those that are as the distribution has them."""
    if programs and not has_system_packages(image):
        return {id(node) for node in programs if node.name in _USUAL}
    earlier = entries_before(image, programs)
    owned = (node for node in programs if image.owner(node) is not None)
    return {id(node) for node in owned if node not in earlier or _runs_as_another(earlier[node])}


RULE = Rule(id="setuid-program", severity=Severity.HIGH, topic="permissions", check=_check)
