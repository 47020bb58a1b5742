"""Which programs a command of the configuration calls, and whether the image can run them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.rules._scripts import called_programs
from imgscope.rules._shell_form import SHELLS, shell_form
from imgscope.rules._shell_words import shell_word
from imgscope.rules._starting import (
    TAKE_THE_BUILD,
    built_for,
    how_to_bring_loader,
    is_for_another_processor,
    lacks_loader,
    without_loader,
)
from imgscope.secrets import redact
from imgscope.text import printable

_DEFAULT_SHELL: Final = ("/bin/sh", "-c")
_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What starts the command behind `--` and stays process 1.
_INITS: Final = frozenset("tini tini-static dumb-init catatonit".split())
_INTERACTIVE: Final = frozenset("-a -i -l -il -li --login".split())
_INTERPRETERS: Final = frozenset("python python2 python3 node irb ruby php perl lua jshell R julia iex ghci".split())
_EXECUTABLE: Final = 0o111
_MOST_SHEBANG: Final = 255
# Options of env that make it cut its argument at whitespace of every kind.
_SPLITTING: Final = ("-S", "-vS", "--split-string")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A program that a command calls and that will not run; `reason` is read after its name.

    `node` and `fix`, what to do about it, are None where it is not in the image.
    """

    program: str
    reason: str
    node: Node | None = None
    fix: str | None = None


def is_interactive(command: Sequence[str]) -> bool:
    """Tell whether `command` is a shell or an interpreter by itself, as base images start."""
    inner = _behind_init(command)
    if len(inner) > 1 and "entrypoint" in _name(inner[0]):
        inner = inner[1:]
    rest = set(inner[1:])
    return not inner or (_name(inner[0]) in SHELLS | _INTERPRETERS and rest <= _INTERACTIVE)


def _behind_init(command: Sequence[str]) -> Sequence[str]:
    """Return the command that an init such as tini is told to start; any other as it is."""
    is_init = bool(command) and _name(command[0]) in _INITS and "--" in command
    return command[list(command).index("--") + 1 :] if is_init else command


def start_command(image: InspectedImage) -> tuple[str, ...]:
    """Return what a container starts with: the entrypoint, and after it the command."""
    run = image.config.run
    return (*(run.entrypoint or ()), *(run.cmd or ()))


def health_command(image: InspectedImage) -> tuple[str, ...]:
    """Return the health check as an argument list: Docker stores `CMD` and `CMD-SHELL` in front of it, or `NONE`."""
    healthcheck = image.config.run.healthcheck
    kind, *words = (healthcheck.test if healthcheck is not None else None) or ("NONE",)
    if kind == "CMD":
        return tuple(words)
    if kind == "CMD-SHELL" and words:
        return (*(image.config.run.shell or _DEFAULT_SHELL), words[0])
    return ()


def started_programs(image: InspectedImage) -> frozenset[str]:
    """Return the names of the programs that the start command and the health check call, and all their other words."""
    words: set[str] = set()
    for command in (start_command(image), health_command(image)):
        form = shell_form(command)
        words.update(command, called_programs(form.script) if form is not None else ())
    return frozenset(map(_name, words))


def stopped_by_name(image: InspectedImage) -> frozenset[str]:
    """Return the paths of the files that the container would start, or check its health with, and that cannot run."""
    problems = (*problems_of(image, start_command(image)), *problems_of(image, health_command(image)))
    return frozenset(problem.node.path for problem in problems if problem.node is not None)


def problems_of(image: InspectedImage, command: Sequence[str]) -> list[Problem]:
    """Return what keeps `command` (an argument list) from running in `image`, in the order in which it is met."""
    if not command or not command[0]:
        return []
    inner = _behind_init(command)
    found = [_problem(image, words[0]) for words in (command, inner) if words]
    form = shell_form(inner)
    if not any(found) and form is not None:
        called = called_programs(form.script)
        found += [_problem(image, program) for program in called if "/" in program or not form.is_login]
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
        return Problem(program=program, reason="is a directory", node=node, fix="name the program in it")
    if not content.mode & _EXECUTABLE:
        return Problem(program=program, reason="is not executable", node=node, fix="copy it with: COPY --chmod=755")
    return _problem_of_script(image, program, node) if content.elf is None else _problem_of_elf(image, program, node)


def _problem_of_script(image: InspectedImage, program: str, node: Node) -> Problem | None:
    missing, words = missing_interpreter(image, node), _first_words(image, node)
    if words and words[-1].endswith("\r") and (missing is not None or _name(words[0]) in SHELLS):
        file = shell_word(node.name) or "FILE"
        return Problem(
            program=program,
            reason=f"begins with #!{printable(' '.join(words))}: its lines end as on Windows",
            node=node,
            fix=f"before it is copied: sed -i 's/\\r$//' {file}, and in .gitattributes: *.sh text eol=lf",
        )
    if missing is None:
        return None
    return Problem(
        program=program,
        reason=f"needs {printable(missing)}, which is not in the image",
        node=node,
        fix=f"install {printable(_name(missing))}, or take a base image that has it",
    )


def _problem_of_elf(image: InspectedImage, program: str, node: Node) -> Problem | None:
    if is_for_another_processor(image, node):
        return Problem(program=program, reason=f"is {built_for(image, node)}", node=node, fix=TAKE_THE_BUILD)
    if lacks_loader(image, node):
        return Problem(
            program=program, reason=without_loader(image, node), node=node, fix=how_to_bring_loader(image, node)
        )
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


def can_run(image: InspectedImage, program: str) -> bool:
    """Tell whether a RUN instruction on top of the image can call `program`: it needs a shell, too."""
    return is_in_path(image, program) and is_in_path(image, (image.config.run.shell or _DEFAULT_SHELL)[0])


def _path(image: InspectedImage) -> str:
    for variable in image.config.run.env or ():
        name, _, value = variable.partition("=")
        if name == "PATH":
            return value
    return _DEFAULT_PATH


def missing_interpreter(image: InspectedImage, node: Node) -> str | None:
    """Return what the first line of a script names and is not there; None where that is no matter."""
    words = _first_words(image, node)
    if not words:
        return None
    if image.tree.resolve(words[0]) is None:
        return words[0]
    wanted = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if any(word.startswith(_SPLITTING) for word in words[1:]):
        wanted = [word.rstrip("\r") for word in wanted]
    is_env = _name(words[0]) == "env"
    return wanted[0] if is_env and wanted and _located(image, wanted[0]) is None else None


def _first_words(image: InspectedImage, node: Node) -> list[str]:
    """Return what follows `#!` in the first line of a script, as the kernel has it: it cuts at spaces and tabs only."""
    first = (image.tree.captured(node.path) or b"")[:_MOST_SHEBANG].partition(b"\n")[0]
    text = first[2:].decode("utf-8", "surrogateescape") if first.startswith(b"#!") else ""
    return [word for word in text.replace("\t", " ").split(" ") if word]


def _name(program: str) -> str:
    return program.rpartition("/")[2]
