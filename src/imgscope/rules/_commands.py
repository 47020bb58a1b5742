"""Which programs a command of the configuration calls, and whether the image can run them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.rules._scripts import called_programs
from imgscope.secrets import redact
from imgscope.text import printable

_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHELLS: Final = frozenset("sh ash dash bash zsh ksh mksh".split())
# What starts the command behind `--` and stays process 1.
_INITS: Final = frozenset("tini tini-static dumb-init catatonit".split())
_INTERACTIVE: Final = frozenset("-a -i -l -il -li --login".split())
_INTERPRETERS: Final = frozenset("python python2 python3 node irb ruby php perl lua jshell R julia iex ghci".split())
_EXECUTABLE: Final = 0o111
_MOST_SHEBANG: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A program that a command calls and that will not run; `reason` is read after its name."""

    program: str
    reason: str
    node: Node | None = None


def is_shell_form(command: Sequence[str]) -> bool:
    """Tell whether `command` hands a script to a shell."""
    return len(command) >= 3 and _name(command[0]) in _SHELLS and command[1] in ("-c", "-ec", "-lc", "-exc", "-euc")


def is_interactive(command: Sequence[str]) -> bool:
    """Tell whether `command` is a shell or an interpreter by itself, as base images start."""
    inner = _behind_init(command)
    if len(inner) > 1 and "entrypoint" in _name(inner[0]):
        inner = inner[1:]
    rest = set(inner[1:])
    return not inner or (_name(inner[0]) in _SHELLS | _INTERPRETERS and rest <= _INTERACTIVE)


def _behind_init(command: Sequence[str]) -> Sequence[str]:
    """Return the command that an init such as tini is told to start; any other as it is."""
    is_init = bool(command) and _name(command[0]) in _INITS and "--" in command
    return command[list(command).index("--") + 1 :] if is_init else command


def start_command(image: InspectedImage) -> tuple[str, ...]:
    """Return what a container starts with: the entrypoint, and after it the command."""
    run = image.config.run
    return (*(run.entrypoint or ()), *(run.cmd or ()))


def problems_of(image: InspectedImage, command: Sequence[str]) -> list[Problem]:
    """Return what keeps `command` (an argument list) from running in `image`, in the order in which it is met."""
    if not command or not command[0]:
        return []
    inner = _behind_init(command)
    found = [_problem(image, words[0]) for words in (command, inner) if words]
    if not any(found) and is_shell_form(inner):
        called = called_programs(inner[2])
        # A login shell reads /etc/profile, which may set another PATH.
        found += [_problem(image, program) for program in called if "/" in program or "l" not in inner[1]]
    return list(dict.fromkeys(problem for problem in found if problem is not None))


def _problem(image: InspectedImage, program: str) -> Problem | None:
    """Return what is wrong with one program, found as a container runtime and a shell find it."""
    if "$" in program:
        return None
    node = _located(image, program)
    if node is None:
        # Who puts a secret where a program should be must not find it in a report.
        return Problem(program=redact(program), reason="is not in the image")
    content = node.content
    if node.is_directory or content is None:
        return Problem(program=program, reason="is a directory", node=node)
    if not content.mode & _EXECUTABLE:
        return Problem(program=program, reason="is not executable", node=node)
    missing = missing_interpreter(image, node)
    if missing is not None:
        return Problem(program=program, reason=f"needs {printable(missing)}, which is not in the image", node=node)
    return None


def _located(image: InspectedImage, program: str) -> Node | None:
    if "/" in program:
        base = "" if program.startswith("/") else f"{image.config.run.working_dir or '/'}/"
        return image.tree.resolve(f"{base}{program}")
    candidates = (image.tree.resolve(f"{directory}/{program}") for directory in _path(image).split(":") if directory)
    found = [node for node in candidates if node is not None and not node.is_directory]
    runnable = [node for node in found if node.content is not None and node.content.mode & _EXECUTABLE]
    return next(iter(runnable or found), None)


def is_in_path(image: InspectedImage, program: str) -> bool:
    """Tell whether the image has `program` along its PATH."""
    return _located(image, program) is not None


def _path(image: InspectedImage) -> str:
    for variable in image.config.run.env or ():
        name, _, value = variable.partition("=")
        if name == "PATH":
            return value
    return _DEFAULT_PATH


def missing_interpreter(image: InspectedImage, node: Node) -> str | None:
    """Return what should start the program and is not there: a binary's loader, or what a script's first line names."""
    content = node.content
    if content is None:
        return None
    if content.elf is not None:
        interpreter = content.elf.interpreter
        return interpreter if interpreter and image.tree.resolve(interpreter) is None else None
    first = (image.tree.captured(node.path) or b"")[:_MOST_SHEBANG].partition(b"\n")[0]
    if not first.startswith(b"#!"):
        return None
    words = first[2:].decode("utf-8", "surrogateescape").split()
    if not words:
        return None
    if image.tree.resolve(words[0]) is None:
        return words[0]
    wanted = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    is_env = _name(words[0]) == "env"
    return wanted[0] if is_env and wanted and _located(image, wanted[0]) is None else None


def _name(program: str) -> str:
    return program.rpartition("/")[2]
