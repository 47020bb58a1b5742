"""What images are called where they stand side by side: what all their names begin with is told once, and left out.

Whoever shows them escapes them. What is shortened here is whole in the JSON of the comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from imgscope.comparison.data import Comparison
from imgscope.oci.reference import LOCAL_SCHEMES

_DIGEST: Final = re.compile(r"(?P<algorithm>sha256|sha512):(?P<hex>[0-9a-f]{64,128})")
_BEGINS_DIGEST: Final = re.compile(r"@[a-z0-9]+:$")
# Twelve digits of a digest are what Docker and Podman show of one.
_DIGITS: Final = (12, 20, 32, 128)
_FEWEST_DIGITS: Final = 6
_CUT: Final = "…"
_LEAST_WIDTH: Final = 8
_MOST_ATTEMPTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the images are called in the heads of their columns, and what all their names begin with.

    `common` is a repository, without what parts it from tags and digests, or it ends with a slash; empty where nothing
    is worth telling once. Digests in `short` are cut as far as they stay distinct.
    """

    common: str
    short: tuple[str, ...]

    def without_common(self, name: str) -> str:
        """Return another name of one of these images as `short` would have it."""
        return name.removeprefix(self.common).lstrip(":@") if self.common else name


def names_of(comparison: Comparison) -> Names:
    """Return what the images of `comparison` are called, in their order."""
    references = [image.reference for image in comparison.images]
    start = _common_length(references)
    rest = [reference[start:] for reference in references]
    return Names(common=references[0][:start].rstrip(":@") if start else "", short=_with_short_digests(rest))


@lru_cache(maxsize=64)
def fitted(names: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return `names` cut in the middle where they are longer than `width`; of names that differ, no two are the same.

    `width` is at least 8. A path is cut between its components if enough of it has room.
    """
    width = max(width, _LEAST_WIDTH)
    shown = {name: _cut(name, width) for name in names}
    for _ in range(_MOST_ATTEMPTS):
        same = [group for group in _alike(shown) if len(group) > 1]
        if not same:
            break
        for group in same:
            start = _alike_until(group)
            shown.update((name, _window(name, start, width)) for name in group)
    else:
        shown = {name: f"{number}{_CUT}{name}"[:width] for number, name in enumerate(shown, start=1)}
    return tuple(shown[name] for name in names)


def _common_length(references: Sequence[str]) -> int:
    """Return how many characters of all `references` need to be told only once."""
    if len(references) < 2:
        return 0
    same = references[0]
    for end in range(_alike_until(references), 0, -1):
        rest = [reference[end:] for reference in references]
        if all(rest) and _ends_a_part(same[:end], rest):
            return end if _says_something(same[:end]) else 0
    return 0


def _alike_until(names: Sequence[str]) -> int:
    """Return how many characters at the beginning all `names` have in common."""
    least, greatest = min(names), max(names)
    pairs = enumerate(zip(least, greatest, strict=False))
    return next((number for number, (one, other) in pairs if one != other), len(least))


def _ends_a_part(common: str, rest: Iterable[str]) -> bool:
    """Tell whether names may be parted after `common`: between components, or before tags or digests, not ports."""
    if common.endswith("/"):
        return True
    return common.endswith((":", "@")) and not _BEGINS_DIGEST.search(common) and not any("/" in each for each in rest)


def _says_something(common: str) -> bool:
    scheme, _, path = common.partition(":")
    return bool((path if scheme in LOCAL_SCHEMES else common).strip("/.:@"))


def _with_short_digests(names: Sequence[str]) -> tuple[str, ...]:
    for digits in _DIGITS:
        short = tuple(_DIGEST.sub(partial(_short_digest, digits), name) for name in names)
        if len(set(short)) == len(set(names)):
            return short
    return tuple(names)


def _short_digest(digits: int, match: re.Match[str]) -> str:
    is_cut = len(match["hex"]) > digits
    return f"{match['algorithm']}:{match['hex'][:digits]}{_CUT if is_cut else ''}"


def _cut(name: str, width: int) -> str:
    """Return `name`, or its first and last components, or, if these have no room either, its beginning and its end."""
    if len(name) <= width:
        return name
    if name.endswith(_CUT) and name.rfind(":") + _FEWEST_DIGITS + len(_CUT) < width:
        return f"{name[: width - 1]}{_CUT}"
    first, *others = name.split("/")
    for number in range(1, len(others)):
        shorter = "/".join((first, _CUT, *others[number:]))
        if len(shorter) <= width:
            return shorter
    # What tells images apart is mostly at the end of their names.
    start = width // 3
    return f"{name[:start]}{_CUT}{name[start + 1 - width :]}"


def _window(name: str, start: int, width: int) -> str:
    """Return `name` as far as it has room from where it begins to differ from others, and a little before that."""
    begin = max(min(start - width // 4, len(name) - width + 1), 0)
    before = _CUT if begin else ""
    after = _CUT if begin - len(before) + width < len(name) else ""
    return f"{before}{name[begin : begin + width - len(before) - len(after)]}{after}"


def _alike(shown: dict[str, str]) -> Iterator[list[str]]:
    groups: dict[str, list[str]] = {}
    for name, short in shown.items():
        groups.setdefault(short, []).append(name)
    yield from groups.values()
