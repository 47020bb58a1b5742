"""Tags of images: what they may be called, and in which order people expect them."""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_VERSION: Final = re.compile(r"[vV]?([0-9]+(?:\.[0-9]+)*)(?:[._-]?([^0-9.].*))?")
_PRE_RELEASE: Final = re.compile(
    r"[-._]?(?:alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|a|b|m)[-._]?[0-9]*(?:[-._].*)?"
)
_PARTS: Final = re.compile(r"[0-9]+|[^0-9]+")

Order = tuple[int, tuple[int, ...], int, tuple[tuple[int, int, str], ...], str]


def is_tag(text: str) -> bool:
    """Tell whether a registry may have a tag of that name (distribution-spec, "Pulling manifests")."""
    return _TAG.fullmatch(text) is not None


def tag_order(tag: str) -> Order:
    """Return what to sort `tag` by: words first, then versions by their numbers, 1.9 before 1.10.

    A version comes after its release candidates and before its variants: 1.10-rc1, 1.10, 1.10-alpine, 1.10.1.
    """
    version = _VERSION.fullmatch(tag)
    if version is None:
        return 0, (), 0, _natural(tag), tag
    numbers, rest = version.groups()
    is_pre_release = rest is not None and _PRE_RELEASE.fullmatch(rest.lower()) is not None
    rank = 0 if is_pre_release else 1
    return 1, tuple(map(int, numbers.split("."))), rank, _natural(rest or ""), tag


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return `text` as numbers and the words between them, so that numbers compare as such."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in _PARTS.findall(text))
