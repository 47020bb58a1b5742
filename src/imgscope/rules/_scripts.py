"""Which programs a shell script is sure to call, as far as its text tells (POSIX, "Shell Command Language")."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

# What a shell does by itself (POSIX, "Special Built-In Utilities" and "Reserved Words"), and bash's own.
_BUILTINS: Final = frozenset(
    ". : [ [[ { } ! ( ) alias bg bind break builtin caller case cd chdir command compgen complete compopt continue "
    "coproc declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function "
    "getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly "
    "return select set shift shopt source suspend test then time times trap true type typeset ulimit umask unalias "
    "unset until wait while".split()
)
# What is followed by another command, which is the one that matters.
_PREFIXES: Final = frozenset(["exec", "!", "time", "then", "else", "do", "{"])
_CONDITIONS: Final = frozenset(["if", "elif", "while", "until"])
# What asks whether something is there, so that it need not be.
_QUESTIONS: Final = frozenset(["[", "[[", "test", "command", "type", "hash", "which"])
# After `||`, these make the whole fail all the same.
_FAILURES: Final = frozenset(["exit", "false", "return", "kill"])
_READS_SETTINGS: Final = frozenset([".", "source", "eval"])
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*\+?=")
# Looked for where digits begin only, not at each of thousands of them.
_OTHER_STREAM: Final = re.compile(r"(?<!\d)\d*+[<>]&\s*+[\d-]+|&>>?|>&")
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_PUNCTUATION: Final = ";&|()"
_NOT_LITERAL: Final = frozenset("$`*?<>{}()")
_LONGEST_SCRIPT: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """A simple command, and the operator that stands after it."""

    words: Sequence[str]
    operator: str


def called_programs(script: str) -> Iterator[str]:
    """Yield the programs that a shell script is sure to call: no functions, no built-ins, no variables.

    It ends at the first condition and at alternatives (`one || two`), and leaves out what is looked for in a directory
    or along a path that the script itself sets. A script that cannot be read as words yields nothing.
    """
    commands = _commands(script)
    knows_path = knows_directory = True
    for command, following in zip_longest(commands, commands[1:]):
        name, sets_path = _name(command)
        if name in _CONDITIONS or (name in _QUESTIONS and command.operator in ("&&", "||")):
            return
        if command.operator == "||" and (following is None or _name(following)[0] not in _FAILURES):
            return
        knows_path = knows_path and not sets_path and name not in _READS_SETTINGS
        knows_directory = knows_directory and name not in ("cd", "pushd")
        is_known = name.startswith("/") or (knows_directory if "/" in name else knows_path)
        if name and is_known and name not in _BUILTINS and _NOT_LITERAL.isdisjoint(name):
            yield name


def ends_with_one_program(script: str) -> bool:
    """Tell whether the script's last command is one program that a shell could replace itself by."""
    commands = _commands(script)
    operators = {command.operator for command in commands}
    if not commands or commands[-1].operator or not operators <= {"", "&&", ";"}:
        return False
    return _name(commands[-1])[0] not in _BUILTINS


def _name(command: _Command) -> tuple[str, bool]:
    """Return the word that names the program, and whether the command sets PATH."""
    sets_path = any(word.startswith(("PATH=", "PATH+=")) for word in command.words)
    names = (word for word in command.words if word not in _PREFIXES and not _ASSIGNMENT.match(word))
    return next(names, ""), sets_path


def _commands(script: str) -> list[_Command]:
    words = _words(script)
    # A here-document, a function or a case has words in places where this would take them for programs.
    if any(word in ("case", "function") or word.startswith("<<") or "()" in word for word in words):
        return []
    commands: list[_Command] = []
    current: list[str] = []
    # What stands behind the end of a substitution belongs to the command around it.
    is_inside = True
    for word in words:
        if word.strip(_PUNCTUATION):
            current += [word] if is_inside else []
            continue
        is_inside = not word.endswith((")", "(("))
        commands += [_Command(words=current, operator=word.lstrip(")"))] if current or word != ";" else []
        current = []
    return [*commands, _Command(words=current, operator="")] if current else commands


def _words(script: str) -> list[str]:
    text = _OTHER_STREAM.sub(" ", _COMMENT.sub("", script[:_LONGEST_SCRIPT].replace("\\\n", " ")))
    lexer = shlex.shlex(text.strip().replace("\n", ";"), posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return []
