"""Commands that hand a script to a shell, as Dockerfiles in shell form do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHELLS: Final = frozenset("sh ash dash bash zsh ksh mksh".split())
"""Names of shells that take a script after the option `-c`."""

_LONG_WITH_A_WORD: Final = ("--rcfile", "--init-file")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellForm:
    """The script that a shell is given; one that is a login shell reads /etc/profile first, which may set PATH."""

    script: str
    is_login: bool


def shell_form(command: Sequence[str]) -> ShellForm | None:
    """Return the script that `command` (an argument list) hands to a shell, or None where it does not.

    The script is the first word after all options, of which one is `c` (POSIX, sh; bash(1), "Options"): `-c`, `-ec`,
    `-o pipefail -c`, `-euxo pipefail -c`.
    """
    if not command or command[0].rpartition("/")[2] not in SHELLS:
        return None
    letters, position = _options(command)
    if "c" not in letters or position >= len(command):
        return None
    return ShellForm(script=command[position], is_login="l" in letters)


def _options(command: Sequence[str]) -> tuple[str, int]:
    """Return the letters of a shell's options that are switched on, and the position of the first word after them."""
    letters, position = "", 1
    while position < len(command):
        word = command[position]
        if word[:1] not in ("-", "+"):
            break
        position += 1
        if word in ("-", "--"):
            break
        if word.startswith("--"):
            letters += "l" if word == "--login" else ""
            position += word in _LONG_WITH_A_WORD
            continue
        letters += word[1:] if word[0] == "-" else ""
        # Each of these takes a word, which follows the whole group: -euo pipefail.
        position += word.count("o") + word.count("O")
    return letters, position
