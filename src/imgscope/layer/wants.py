"""Which files' contents the single pass keeps: the path globs that probes declare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_WILD: Final = re.compile(r"(\*\*/|\*|\?)")


class Wants:
    """A set of globs over paths without a leading slash.

    `*` and `?` stay within one component, `**/` stands for any number of components, none included.
    """

    def __init__(self, globs: Iterable[str]) -> None:
        self.globs = tuple(sorted(set(globs)))
        # Nearly every path is ruled out by its directory and by how its name begins and ends.
        self._in_directory = _by_directory(glob for glob in self.globs if not _is_pattern(_directory(glob)))
        scattered = [glob for glob in self.globs if _is_pattern(_directory(glob))]
        names = [_WILD.split(_name(glob)) for glob in scattered]
        self._beginnings = tuple({parts[0] for parts in names if parts[0] or not parts[-1]})
        self._endings = tuple({parts[-1] for parts in names if not parts[0] and parts[-1]})
        self._scattered = _union(scattered)

    def match(self, path: str) -> bool:
        """Tell whether the content of `path` is wanted."""
        slash = path.rfind("/")
        name = path[slash + 1 :]
        names = self._in_directory.get(path[:slash] if slash >= 0 else "")
        if names is not None and names.fullmatch(name):
            return True
        is_likely = name.startswith(self._beginnings) or name.endswith(self._endings)
        return is_likely and self._scattered.fullmatch(path) is not None


def _directory(glob: str) -> str:
    return glob.rpartition("/")[0]


def _name(glob: str) -> str:
    return glob.rpartition("/")[2]


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _by_directory(globs: Iterable[str]) -> dict[str, re.Pattern[str]]:
    names: dict[str, list[str]] = {}
    for glob in globs:
        names.setdefault(_directory(glob), []).append(_name(glob))
    return {directory: _union(patterns) for directory, patterns in names.items()}


def _union(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(glob) for glob in globs) or r"(?!)", re.DOTALL)


def _expression(glob: str) -> str:
    replaced = {"**/": r"(?:[^/]+/)*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(replaced.get(part) or re.escape(part) for part in _WILD.split(glob))
