"""Reading a Dockerfile as far as is needed to say where each instruction stands.

Source: the Dockerfile reference (docs.docker.com/reference/dockerfile), "Format", "Parser directives" and
"Here-Documents".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imgscope.errors import UsageError
from imgscope.oci.instruction import KEYWORDS

_MOST_BYTES: Final = 1024 * 1024
_DIRECTIVE: Final = re.compile(r"#\s*+([A-Za-z][\w-]*+)\s*+=\s*+(.+)")
_HEREDOC: Final = re.compile(r"\d*<<(?P<dash>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)")
# Words as BuildKit's lexer parts them: by spaces that are neither quoted nor escaped.
_PIECE: Final = r"[^\s\"'\\]++|\\.|\\$|\"(?:[^\"\\]++|\\.)*\"|'[^']*+'"
_WORD: Final = re.compile(rf"(?:{_PIECE})+", re.DOTALL)
_WORDS: Final = re.compile(rf"(?:\s++|{_PIECE})*", re.DOTALL)
_WITH_HEREDOCS: Final = ("RUN", "COPY", "ADD")
_HINT: Final = "--dockerfile takes the Dockerfile that the image was built from"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInstruction:
    """An instruction as it stands in a Dockerfile, from `line` to `last_line`, counted from 1.

    `text` is what follows the keyword, continued lines joined and comments left out. Of a here-document that is the
    whole command it is what stands in it.
    """

    keyword: str
    text: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One build stage; `instructions` begin with its FROM. `base` is what that names, `name` what AS does."""

    base: str
    name: str | None
    instructions: tuple[SourceInstruction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A Dockerfile with at least one stage; `path` as the user gave it."""

    path: str
    stages: tuple[Stage, ...]


def read_dockerfile(path: str) -> Dockerfile:
    """Return the Dockerfile at `path`. Raises `UsageError` when it cannot be read or is none."""
    try:
        with Path(path).open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the Dockerfile {path!r} cannot be read: {error.strerror}", hint=_HINT) from None
    if len(content) > _MOST_BYTES:
        raise UsageError(f"the Dockerfile {path!r} is larger than {_MOST_BYTES} bytes", hint=_HINT)
    return parse_dockerfile(content.decode("utf-8-sig", "surrogateescape"), path)


def parse_dockerfile(text: str, path: str) -> Dockerfile:
    """Return what `text` says, which stands at `path`. Raises `UsageError` that names the line which is wrong."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    stages: list[list[SourceInstruction]] = []
    for instruction in _Parser(lines, path).instructions():
        if instruction.keyword == "FROM":
            stages.append([])
        elif not stages:
            if instruction.keyword == "ARG":
                continue
            raise _wrong(path, instruction.line, f"{instruction.keyword} stands before the first FROM")
        stages[-1].append(instruction)
    if not stages:
        raise UsageError(f"the Dockerfile {path!r} has no FROM", hint=_HINT)
    return Dockerfile(path=path, stages=tuple(map(_stage, stages)))


def _stage(instructions: Sequence[SourceInstruction]) -> Stage:
    words = [word for word in instructions[0].text.split() if not word.startswith("--")]
    is_named = len(words) >= 3 and words[1].lower() == "as"
    return Stage(
        base=words[0] if words else "",
        name=words[2].lower() if is_named else None,
        instructions=tuple(instructions),
    )


def _wrong(path: str, line: int, what: str) -> UsageError:
    return UsageError(f"the Dockerfile {path!r}, line {line}: {what}", hint=_HINT)


class _Parser:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[str], path: str) -> None:
        self._lines = lines
        self._path = path
        self._next = 0
        self._escape = _escape_character(lines)

    def instructions(self) -> Iterator[SourceInstruction]:
        while self._next < len(self._lines):
            first = self._next
            text = self._logical_line()
            if text is None or not text.strip():
                continue
            keyword, rest = [*text.split(maxsplit=1), ""][:2]
            keyword = keyword.upper()
            if keyword not in KEYWORDS:
                raise _wrong(self._path, first + 1, f"{keyword[:40]!r} is no instruction")
            if _takes_heredocs(keyword, rest):
                rest = self._with_heredocs(rest, first + 1)
            yield SourceInstruction(keyword=keyword, text=rest.strip(), line=first + 1, last_line=self._next)

    def _logical_line(self) -> str | None:
        """Return the next line with those that continue it, or None for one that says nothing."""
        line = self._take()
        if not line.strip() or line.lstrip().startswith("#"):
            return None
        parts: list[str] = []
        while True:
            stripped = line.rstrip(" \t")
            # Two of them are none: BuildKit's `([^\\])\\[ \t]*$|^\\[ \t]*$`.
            if not stripped.endswith(self._escape) or stripped.endswith(2 * self._escape):
                return "".join([*parts, line])
            parts.append(stripped[:-1])
            # Comments and empty lines in between do not end an instruction.
            while self._next < len(self._lines) and self._lines[self._next].lstrip()[:1] in ("", "#"):
                self._next += 1
            if self._next == len(self._lines):
                return "".join(parts)
            line = self._take()

    def _with_heredocs(self, text: str, line: int) -> str:
        words = _words(text)
        documents = [found for found in map(_HEREDOC.fullmatch, words) if found]
        bodies = [self._heredoc(found["name"], line, strips_tabs=bool(found["dash"])) for found in documents]
        return bodies[0] if bodies and len(words) == 1 else "\n".join([text, *bodies])

    def _heredoc(self, name: str, line: int, *, strips_tabs: bool) -> str:
        body: list[str] = []
        while self._next < len(self._lines):
            content = self._take()
            if strips_tabs:
                content = content.lstrip("\t")
            if content == name:
                return "\n".join(body)
            body.append(content)
        raise _wrong(self._path, line, f"the here-document {name} does not end")

    def _take(self) -> str:
        self._next += 1
        return self._lines[self._next - 1]


def _takes_heredocs(keyword: str, text: str) -> bool:
    kept = text.split(maxsplit=1)[:1] if keyword == "ONBUILD" else [keyword]
    return bool(kept) and kept[0].upper() in _WITH_HEREDOCS


def _words(text: str) -> list[str]:
    """Return the words of a command with their quotes; none where a quote does not end, as BuildKit takes it."""
    return _WORD.findall(text) if _WORDS.fullmatch(text) else []


def _escape_character(lines: Sequence[str]) -> str:
    """Return what continues a line. Directives stand before everything else, comments and empty lines included."""
    for line in lines:
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape" and directive[2] == "`":
            return "`"
    return "\\"
