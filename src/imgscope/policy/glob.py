"""Globs over paths, in time that is linear in the path: a path comes from an image, and may be made to take long."""

from __future__ import annotations

import re
from typing import Final

_WILD: Final = re.compile(r"(\*\*/|\*\*|\*|\?)")


class PathGlob:
    """Matches a path, or one below it: `*` and `?` stay within a component, `**` does not, `**/` is whole components.

    All ways in which the glob can match are followed at once, as bits of one number: bit n stands for the first n
    pieces of the glob having matched what came of the path (the "shift-and" of Baeza-Yates and Gonnet).
    """

    def __init__(self, glob: str) -> None:
        pieces = [piece for piece in _WILD.split(glob.strip("/")) if piece]
        self._start = "" if not pieces or _WILD.fullmatch(pieces[0]) else pieces[0]
        # Bits of pieces by what they do with a character: go on with it, or stay where they are.
        self._literal: dict[str, int] = {}
        self._one = self._stay = self._stay_within = self._skip = 0
        self._component = self._within = 0
        self._end = 1
        before = ""
        for piece in pieces:
            if piece != before or not _WILD.fullmatch(piece) or piece == "?":
                self._add(piece)
            before = piece

    def match(self, path: str) -> bool:
        """Tell whether `path` or a directory that it is in matches."""
        if not path.startswith(self._start):
            return False
        found = self._skipped(1)
        for character in path:
            if character == "/" and found & self._end:
                return True
            on, stay = found & self._literal.get(character, 0), found & self._stay
            if character == "/":
                # A component is over, and the next one may be one of those that `**/` stands for, too.
                stay |= (found & self._within) >> 1
            else:
                on |= found & (self._one | self._component)
                stay |= found & (self._stay_within | self._within)
            found = self._skipped(on << 1 | stay)
            if not found:
                return False
        return bool(found & self._end)

    def _add(self, piece: str) -> None:
        if piece == "**/":
            # Two bits: before a component, which may be none, and within one.
            self._component |= self._end
            self._within |= self._end << 1
            self._end <<= 2
        elif piece in ("*", "**"):
            self._skip |= self._end
            self._stay |= self._end * (piece == "**")
            self._stay_within |= self._end * (piece == "*")
            self._end <<= 1
        else:
            for character in piece:
                if piece == "?":
                    self._one |= self._end
                else:
                    self._literal[character] = self._literal.get(character, 0) | self._end
                self._end <<= 1

    def _skipped(self, found: int) -> int:
        """Return `found` with what also matched because a wildcard may stand for nothing."""
        while True:
            more = found | (found & self._skip) << 1 | (found & self._component) << 2
            if more == found:
                return found
            found = more
