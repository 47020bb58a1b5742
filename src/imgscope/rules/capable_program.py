"""A program with file capabilities that no package brought.

## What it does
Reads the `security.capability` attribute of the programs in the image, and tells of those that belong to no package, or
were given it by a later layer. Capabilities that are as good as root (`cap_sys_admin`, `cap_setuid`,
`cap_dac_override`, …) are told apart from those that open a port or send a ping.

## Why it matters
Whoever starts such a program has its capabilities, USER or not. Where a container is not granted one that the program
demands, the program does not start at all: "operation not permitted".

## How to fix
Grant the container what it needs when it starts (`--cap-add`, `capabilities.add` in Kubernetes). To listen on a port
below 1024 nothing is needed with Docker since 20.10 and containerd since 2.0: there, everybody in a container may.

    RUN setcap -r /usr/local/bin/server
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.index import LayerEntry
from imgscope.report import Finding, Severity
from imgscope.rules._shell_words import shell_word
from imgscope.rules._special_files import EXECUTABLE, entries_before, finding_on
from imgscope.rules.base import Rule
from imgscope.text import printable

_ATTRIBUTE: Final = "security.capability"
# struct vfs_cap_data of linux/capability.h: revision and effective bit, then words of permitted and inheritable ones.
_REVISIONS: Final = {0x01000000: 1, 0x02000000: 2, 0x03000000: 2}
_REVISION_MASK: Final = 0xFF000000
_EFFECTIVE: Final = 1
_WORD: Final = 4
# linux/capability.h, in the order of their numbers.
_NAMES: Final = tuple(
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service "
    "net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin "
    "sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override "
    "mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore".split()
)
_AS_GOOD_AS_ROOT: Final = frozenset(
    "chown dac_override dac_read_search fowner setgid setuid setpcap sys_module sys_rawio sys_ptrace sys_admin mknod "
    "setfcap mac_admin mac_override bpf".split()
)
# What Docker and containerd grant a container unless told otherwise; others grant less.
_GRANTED: Final = frozenset(
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write "
    "setfcap".split()
)


def _check(image: InspectedImage) -> Iterator[Finding]:
    with_attributes = (node for node in image.tree.files if node.content is not None and node.content.xattrs)
    programs = [node for node in with_attributes if _capabilities(node.content)]
    earlier = entries_before(image, programs)
    for node in programs:
        is_packaged = image.owner(node) is not None
        if is_packaged and (node not in earlier or _capabilities(earlier[node]) == _capabilities(node.content)):
            continue
        yield _finding(image, node)


def _finding(image: InspectedImage, node: Node) -> Finding:
    names = _capabilities(node.content)
    powerful = [name for name in names if name in _AS_GOOD_AS_ROOT]
    refused = [name for name in names if name not in _GRANTED] if _is_effective(node) else []
    path = f"/{printable(node.path)}"
    message = f"{path} has {_written(names)} whoever starts it, and no package brought it so"
    if powerful:
        message += f"; {_written(powerful)} {'is' if len(powerful) == 1 else 'are'} as good as root"
    if refused:
        message += f"; it does not start where a container is not granted {_written(refused)}"
    return finding_on(
        image,
        [node],
        rule_id="capable-program",
        severity=Severity.MEDIUM if powerful else Severity.INFO,
        message=message,
        fix=_fix(node),
    )


def _fix(node: Node) -> str:
    path = shell_word(f"/{node.path}")
    command = f" (setcap -r {path})" if path else ""
    return f"leave out setcap{command} and grant the container what it needs when it starts"


def _written(names: list[str]) -> str:
    return ", ".join(f"cap_{name}" for name in names)


def _capabilities(entry: LayerEntry | None) -> list[str]:
    """Return the names of the capabilities that a program gets, unknown ones as numbers; none if malformed."""
    value = _attribute(entry)
    words = _REVISIONS.get(int.from_bytes(value[:_WORD], "little") & _REVISION_MASK, 0)
    if entry is None or not entry.mode & EXECUTABLE or len(value) < _WORD * (1 + 2 * words):
        return []
    permitted = sum(
        int.from_bytes(value[_WORD + 2 * _WORD * word :][:_WORD], "little") << (32 * word) for word in range(words)
    )
    numbers = [number for number in range(32 * words) if permitted >> number & 1]
    return [_NAMES[number] if number < len(_NAMES) else str(number) for number in numbers]


def _is_effective(node: Node) -> bool:
    return bool(int.from_bytes(_attribute(node.content)[:_WORD], "little") & _EFFECTIVE)


def _attribute(entry: LayerEntry | None) -> bytes:
    return (entry.xattrs or {}).get(_ATTRIBUTE, b"") if entry is not None else b""


RULE = Rule(id="capable-program", severity=Severity.MEDIUM, topic="permissions", check=_check)
