"""Build history back to Dockerfile instructions.

There is no specification of `created_by`: this reads what the builders write, told apart by shape.
The classic builder and buildah record `/bin/sh -c #(nop)  CMD ["sh"]` and `/bin/sh -c command`; BuildKit
records `RUN |1 ARG=value /bin/sh -c command # buildkit`; kaniko records the instruction as it was.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

from imgscope.oci._go_format import healthcheck, json_list, port_list, word_list

KEYWORDS: Final = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)

# All of these are bounded or read their text once: a line of history may be hostile and megabytes long.
_NOP: Final = re.compile(r"(?:[^'\"|;&]{0,200}?|(?:cmd|powershell|pwsh).{0,200}?)#\(nop\)\s+", re.DOTALL)
_SHELL: Final = re.compile(
    r"(?:/(?:[\w.+-]++/)*+(?:ba|da|a|z|k)?sh(?: -\S++| pipefail| errexit| nounset){0,16}? -\w*c"
    r"|cmd /S /C|[\w:\\/]*?(?:powershell|pwsh)(?:\.exe)?(?: -\w++(?: \w++)??){0,16}? -Command)\s+",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"(?<= )[/\w]")
_MOST_WORDS: Final = 10_000
_ARGUMENT_COUNT: Final = re.compile(r"\|(\d{1,4}) ")
_ARGUMENT: Final = re.compile(r"([A-Za-z_]\w*+=\S*) ")
_RUN_FLAG: Final = re.compile(r"(--(?:mount|network|security|device)(?:=\S+)?)\s+")
_BUILDKIT: Final = "# buildkit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """`text` is what followed the keyword in the Dockerfile, as far as history tells.

    `build_arguments` are the `ARG` values that were set while a `RUN` ran, as `NAME=value`.
    """

    keyword: str
    text: str
    build_arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.keyword} {self.text}".rstrip()


def parse_instruction(created_by: str | None) -> Instruction | None:
    """Return the instruction that `created_by` records, or None where it records none.

    What Jib, ko, apko, Bazel and scripts such as debuerreotype write is no instruction.
    """
    recorded = (created_by or "").strip()
    nop = _NOP.match(recorded)
    if nop and recorded.split(maxsplit=1)[0] not in KEYWORDS:
        return _from_keyword(recorded[nop.end() :])
    recorded = recorded.removesuffix(_BUILDKIT).rstrip()
    if recorded.startswith("|") or _SHELL.match(recorded):
        return _run(recorded)
    return _from_keyword(recorded)


def _from_keyword(recorded: str, allowed: frozenset[str] = KEYWORDS) -> Instruction | None:
    keyword, text = [*recorded.split(maxsplit=1), "", ""][:2]
    keyword = keyword.upper()
    if keyword not in allowed:
        return None
    if keyword == "RUN":
        return _run(text)
    if keyword == "ONBUILD":
        inner = _from_keyword(text, KEYWORDS - {"ONBUILD"})
        text = str(inner) if inner else text
    elif keyword in ("CMD", "ENTRYPOINT", "SHELL"):
        text = json_list(text)
    elif keyword in ("EXPOSE", "VOLUME", "USER", "STOPSIGNAL"):
        text = port_list(text) if keyword == "EXPOSE" else word_list(text)
    elif keyword == "HEALTHCHECK":
        text = healthcheck(text)
    return Instruction(keyword=keyword, text=text)


def _run(recorded: str) -> Instruction:
    flags, recorded = _take_all(_RUN_FLAG, recorded)
    arguments, recorded = _take_arguments(recorded)
    shell = _SHELL.match(recorded)
    command = recorded[shell.end() :] if shell else recorded
    return Instruction(keyword="RUN", text=" ".join([*flags, command.strip()]), build_arguments=tuple(arguments))


def _take_all(pattern: re.Pattern[str], text: str, most: int = 64) -> tuple[list[str], str]:
    taken: list[str] = []
    position = 0
    while len(taken) < most and (match := pattern.match(text, position)):
        taken.append(match.group(1))
        position = match.end()
    return taken, text[position:]


def _take_arguments(recorded: str) -> tuple[list[str], str]:
    count = _ARGUMENT_COUNT.match(recorded)
    if not count:
        return [], recorded
    expected, rest = int(count.group(1)), recorded[count.end() :]
    arguments, command = _take_all(_ARGUMENT, rest, expected)
    if len(arguments) == expected and (not expected or _SHELL.match(command)):
        return arguments, command
    # A value with spaces: nothing in the record quotes it, so only the shell marks where values end.
    end = _find_shell(rest)
    if end is None:
        return arguments, command
    return re.split(r" (?=[A-Za-z_]\w*+=)", rest[:end].strip()), rest[end:]


def _find_shell(text: str) -> int | None:
    words = itertools.islice(_WORD.finditer(text), _MOST_WORDS)
    return next((word.start() for word in words if _SHELL.match(text, word.start())), None)
