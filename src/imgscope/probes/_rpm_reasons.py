"""Which packages are there only because others need them, as what installs rpms records: dnf 4, dnf 5 or zypper."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes import _sqlite

_DNF_4: Final = "var/lib/dnf/history.sqlite"
_DNF_5: Final = "usr/lib/sysimage/libdnf5/packages.toml"
_ZYPPER: Final = "var/lib/zypp/AutoInstalled"

_PACKAGES_QUERY: Final = "SELECT item_id, name, arch FROM rpm"
_REASONS_QUERY: Final = "SELECT item_id, reason FROM trans_item ORDER BY id"
_KEPT: Final = b"imgscope: automatic packages of dnf 1\n"
# TransactionItemReason of libdnf: a dependency, and one that is only recommended.
_AUTOMATIC_NUMBERS: Final = (1, 4)
_AUTOMATIC_WORDS: Final = ("Dependency", "Weak Dependency")
_LARGEST: Final = 4 * 1024 * 1024

Names = frozenset[str]
"""Names of packages, with their architecture behind a dot where it is recorded."""


def reduce_history(content: bytes) -> bytes:
    """Return what is kept of dnf's history, all transactions ever; what was kept before stays as it is."""
    if content.startswith(_KEPT):
        return content
    return _KEPT + msgspec.msgpack.encode(sorted(_automatic_in_history(content)))


WANTS: Final = (Want(glob=_DNF_4, reduce=reduce_history), _DNF_5, _ZYPPER)


def automatic_packages(tree: FileTree) -> Names | None:
    """Return the packages that nobody asked for; None where nothing is recorded, or not in a way that is known."""
    dnf_5, dnf_4, zypper = (tree.captured(path) for path in (_DNF_5, _DNF_4, _ZYPPER))
    if dnf_5 is not None:
        return _automatic_in_state(dnf_5)
    if dnf_4 is not None:
        return _kept_names(reduce_history(dnf_4))
    return frozenset(_listed(zypper)) if zypper is not None else None


def _automatic_in_history(content: bytes) -> Iterator[str]:
    problems: list[str] = []
    names = {
        item: f"{name}.{architecture}"
        for item, name, architecture in _sqlite.rows(content, "rpm", _PACKAGES_QUERY, problems.append)
    }
    reasons: dict[str, object] = {}
    for item, reason in _sqlite.rows(content, "trans_item", _REASONS_QUERY, problems.append):
        # The last transaction with a package says what holds.
        if item in names:
            reasons[names[item]] = reason
    return (name for name, reason in reasons.items() if reason in _AUTOMATIC_NUMBERS)


def _kept_names(kept: bytes) -> Names | None:
    if len(kept) > _LARGEST:
        return None
    try:
        return frozenset(msgspec.msgpack.decode(kept.removeprefix(_KEPT), type=list[str])) or None
    except msgspec.DecodeError:
        return None


def _automatic_in_state(content: bytes) -> Names | None:
    if len(content) > _LARGEST:
        return None
    try:
        packages: Any = tomllib.loads(content.decode("utf-8", "replace")).get("packages")
    except (ValueError, RecursionError):
        return None
    if not isinstance(packages, dict):
        return None
    return frozenset(
        name for name, state in packages.items() if isinstance(state, dict) and state.get("reason") in _AUTOMATIC_WORDS
    )


def _listed(content: bytes) -> Iterator[str]:
    lines = (line.strip() for line in content.decode("utf-8", "replace").split("\n"))
    return (line for line in lines if line and not line.startswith("#"))
