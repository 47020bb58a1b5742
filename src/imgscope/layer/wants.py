"""Which files' contents the single pass keeps, and how much of them: what probes declare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

_WILD: Final = re.compile(r"(\*\*/|\*|\?)")
_ANYWHERE: Final = "**/*"
_MAGIC_SIZE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Files whose content a probe asks for: those that `glob` matches and that begin with `beginning`.

    `reduce` returns what of a content is worth keeping, in a form that it would itself return unchanged; it is given
    whatever bytes an image has there. Of a file that is too large to be held it is given the last `tail` bytes.
    Only files of up to 64 KiB are looked for by their beginning alone.
    """

    glob: str = _ANYWHERE
    beginning: bytes = b""
    reduce: Callable[[bytes], bytes] | None = None
    tail: int = 0


class Wants:
    """What all probes ask for, by globs over paths without a leading slash.

    `*` and `?` stay within one component, `**/` stands for any number of components, none included. `key` tells one
    set of wants from another; `head_size` is how many first bytes of a file `match_content` looks at.
    """

    def __init__(self, wants: Iterable[str | Want]) -> None:
        asked = [Want(glob=want) if isinstance(want, str) else want for want in wants]
        self.key = "\n".join(sorted({_key(want) for want in asked}))
        self._by_path = _Globs(want.glob for want in asked if not want.beginning)
        self._whole = _Globs(want.glob for want in asked if not want.beginning and want.reduce is None)
        self._reducers = [
            (_union([want.glob]), want.beginning, want.reduce)
            # Who asks for a path knows more of what is there than who asks for a beginning.
            for want in sorted(asked, key=lambda want: bool(want.beginning))
            if want.reduce is not None
        ]
        self._tails = [(_union([want.glob]), want.tail) for want in asked if want.tail and want.reduce is not None]
        self._by_content = [(_union([want.glob]), want.beginning) for want in asked if want.beginning]
        self._beginnings = tuple({beginning for _, beginning in self._by_content})
        self.head_size = max([_MAGIC_SIZE, *map(len, self._beginnings)])

    def match(self, path: str) -> bool:
        """Tell whether the content of `path` is wanted, whatever it is."""
        return self._by_path.match(path)

    def match_content(self, path: str, head: bytes) -> bool:
        """Tell whether the content of `path` is wanted because of its first bytes, `head`."""
        return head.startswith(self._beginnings) and any(
            head.startswith(beginning) and glob.fullmatch(path) for glob, beginning in self._by_content
        )

    def tail(self, path: str) -> int:
        """Return how many bytes from its end are wanted of the file at `path`, if it is too large to be held."""
        if self._whole.match(path):
            return 0
        return max((tail for glob, tail in self._tails if glob.fullmatch(path)), default=0)

    def is_reduced(self, path: str) -> bool:
        """Tell whether only part of a wanted `path` is kept."""
        return not self._whole.match(path) and any(
            not beginning and glob.fullmatch(path) for glob, beginning, _ in self._reducers
        )

    def reduced(self, path: str, content: bytes) -> bytes:
        """Return what is kept of a wanted `content`: all of it where any probe wants that."""
        if not self._reducers or self._whole.match(path):
            return content
        for glob, beginning, reduce in self._reducers:
            if content.startswith(beginning) and glob.fullmatch(path):
                try:
                    return reduce(content)
                except Exception:
                    # The probe that asked for it meets the same content, and its failure is reported as its own.
                    return content
        return content


class _Globs:
    """Tells quickly of nearly every path that no glob matches it."""

    def __init__(self, globs: Iterable[str]) -> None:
        patterns = sorted(set(globs))
        # Nearly every path is ruled out by its directory, or by how its name begins and ends.
        self._in_directory = _by_directory(glob for glob in patterns if not _is_pattern(_directory(glob)))
        scattered = [glob for glob in patterns if _is_pattern(_directory(glob))]
        anywhere = [glob for glob in scattered if _parent(glob) is None]
        self._below = _by_parent(glob for glob in scattered if _parent(glob) is not None)
        names = [_WILD.split(_name(glob)) for glob in anywhere]
        self._beginnings = tuple({parts[0] for parts in names if parts[0] or not parts[-1]})
        self._endings = tuple({parts[-1] for parts in names if not parts[0] and parts[-1]})
        self._anywhere = _union(anywhere)

    def match(self, path: str) -> bool:
        slash = path.rfind("/")
        directory, name = (path[:slash], path[slash + 1 :]) if slash >= 0 else ("", path)
        names = self._in_directory.get(directory)
        if names is not None and names.fullmatch(name):
            return True
        below = self._below.get(directory[directory.rfind("/") + 1 :])
        if below is not None and below.fullmatch(path):
            return True
        is_likely = name.startswith(self._beginnings) or name.endswith(self._endings)
        return is_likely and self._anywhere.fullmatch(path) is not None


def _key(want: Want) -> str:
    reducer = f"{want.reduce.__module__}.{want.reduce.__qualname__}" if want.reduce else ""
    return f"{want.glob} {want.beginning!r} {reducer} {want.tail}"


def _directory(glob: str) -> str:
    return glob.rpartition("/")[0]


def _name(glob: str) -> str:
    return glob.rpartition("/")[2]


def _parent(glob: str) -> str | None:
    """Return the last component of the directory that a glob names, if that is always the same one."""
    directory = glob.rpartition("/")[0]
    parent = directory.rpartition("/")[2]
    return None if _is_pattern(parent) or not parent else parent


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _by_directory(globs: Iterable[str]) -> dict[str, re.Pattern[str]]:
    names: dict[str, list[str]] = {}
    for glob in globs:
        names.setdefault(_directory(glob), []).append(_name(glob))
    return {directory: _union(patterns) for directory, patterns in names.items()}


def _by_parent(globs: Iterable[str]) -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for glob in globs:
        found.setdefault(_parent(glob) or "", []).append(glob)
    return {parent: _union(patterns) for parent, patterns in found.items()}


def _union(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_expression(glob) for glob in globs) or r"(?!)", re.DOTALL)


def _expression(glob: str) -> str:
    replaced = {"**/": r"(?:[^/]+/)*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(replaced.get(part) or re.escape(part) for part in _WILD.split(glob))
