"""Text of an image inside Markdown as GitHub, GitLab and others read it: shown as it is, and nothing but text.

Character references never make markup (CommonMark 0.31, section 2.5), and do not part the cells of a table. Mentions
and issue numbers are looked for in what was made of it all, though, where references are characters again: an element
parts them, and in code they are not looked for.
"""

from __future__ import annotations

import re
from typing import Final

from imgscope.text import printable

_SPECIAL: Final = re.compile(
    r"[\\`*\[\]<>#|~$@]|(?<!\w)_|_(?!\w)|&(?=[#\w])|:(?=\S)|(?<=www)\.|(?<=GH)-", re.IGNORECASE
)
_REFERRING: Final = re.compile(r"@|#|(?<=GH)-|(?<=www)\.", re.IGNORECASE)
_LONGEST: Final = 300


def text(shown: str) -> str:
    """Return `shown` as running text of one line, cut short where it is very long."""
    return "".join(
        f"<span>{_reference(piece)}</span>" if _REFERRING.fullmatch(piece) else _SPECIAL.sub(_encoded, piece)
        for piece in _split(_short(printable(shown)))
    )


def code(shown: str, *, longest: int = _LONGEST) -> str:
    """Return `shown` in one line as code, cut short where it is longer than `longest` characters."""
    return f"<code>{_SPECIAL.sub(_encoded, _short(printable(shown), longest))}</code>" if shown else ""


def _split(shown: str) -> list[str]:
    pieces: list[str] = []
    position = 0
    for match in _REFERRING.finditer(shown):
        pieces += (shown[position : match.start()], match.group())
        position = match.end()
    return [*pieces, shown[position:]]


def _short(shown: str, longest: int = _LONGEST) -> str:
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _encoded(match: re.Match[str]) -> str:
    return _reference(match.group())


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
