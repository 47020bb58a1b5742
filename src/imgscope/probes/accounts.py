"""Users and groups of the image: `/etc/passwd` and `/etc/group` (passwd(5), group(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import Accounts, Fact
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes.base import Probe

_USERS: Final = "etc/passwd"
_GROUPS: Final = "etc/group"
# A number of 32 bits, as the kernel has them.
_ACCOUNT: Final = re.compile(rb"^([^:\n]{1,256}):[^:\n]{0,4096}:([0-9]{1,10})(?=[:\n]|$)", re.MULTILINE)


def names_and_numbers(content: bytes) -> bytes:
    """Return of each line of a passwd or group file the name and the number: no password, no home."""
    return b"".join(b"%s::%s\n" % account.groups() for account in _ACCOUNT.finditer(content))


def _find(tree: FileTree) -> Iterator[Fact]:
    # Where a file was not kept, which honest ones are, its numbers have no names, and nothing else is lost.
    yield Accounts(users=_names(tree.captured(_USERS)), groups=_names(tree.captured(_GROUPS)))


def _names(content: bytes | None) -> dict[int, str]:
    """Return names by number: of several for one number the first, as the C library finds it."""
    names: dict[int, str] = {}
    for name, number in _ACCOUNT.findall(content or b""):
        names.setdefault(int(number), name.decode("utf-8", "surrogateescape"))
    return names


PROBE = Probe(
    name="accounts",
    wants=(Want(glob=_USERS, reduce=names_and_numbers), Want(glob=_GROUPS, reduce=names_and_numbers)),
    find=_find,
)
