"""Which files' contents the single pass keeps: the path globs that probes declare."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Wants:
    """A set of globs over paths without a leading slash.

    `*` and `?` stay within one component, `**/` stands for any number of components, none included.
    """

    def __init__(self, globs: Iterable[str]) -> None:
        self.globs = tuple(sorted(set(globs)))
        names = sorted({glob.rpartition("/")[2] for glob in self.globs})
        # Nearly every path is ruled out by its last component, which is far shorter than the path.
        self._names = _union(names)
        self._paths = _union(self.globs)

    def match(self, path: str) -> bool:
        """Tell whether the content of `path` is wanted."""
        name = path[path.rfind("/") + 1 :]
        return self._names.fullmatch(name) is not None and self._paths.fullmatch(path) is not None


def _union(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(glob) for glob in globs) or r"(?!)", re.DOTALL)


def _expression(glob: str) -> str:
    parts = re.split(r"(\*\*/|\*|\?)", glob)
    replaced = {"**/": r"(?:[^/]+/)*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(replaced.get(part) or re.escape(part) for part in parts)
