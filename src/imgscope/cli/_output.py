"""Where reports go: `-o FORMAT[=PATH]`, checked before anything is fetched and written after everything was read."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import click

from imgscope.cli._report_file import write_report
from imgscope.dockerfile.parse import Dockerfile
from imgscope.errors import UsageError
from imgscope.render import renderer
from imgscope.render.base import Render, RenderOptions
from imgscope.report import ImageReport

Kind = TypeVar("Kind")

_DEFAULT_WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Generic[Kind]):
    """One thing to write, in the format that `render` is; `path` is None for stdout."""

    render: Kind
    path: Path | None


def parse_outputs(texts: Sequence[str]) -> list[Output[Render]]:
    """Return the reports that `-o` asks for. Raises `UsageError` for what cannot be written."""
    return parse_outputs_as(texts, renderer)


def parse_outputs_as(texts: Sequence[str], find: Callable[[str], Kind]) -> list[Output[Kind]]:
    """Return what `-o` asks for, in formats that `find` returns by name. Raises `UsageError` like `parse_outputs`."""
    outputs: list[Output[Kind]] = []
    for text in texts:
        name, equals, target = text.partition("=")
        render = find(name)
        if equals and not target:
            raise UsageError(f"the output {text!r} names no file", hint="give a path after the =, or - for stdout")
        path = Path(target) if target not in ("", "-") else None
        if path is not None:
            _check_writable(path)
        if any(_place(other.path) == _place(path) for other in outputs):
            where = "to stdout" if path is None else f"to {str(path)!r}"
            raise UsageError(f"two reports cannot both go {where}", hint=f"write one to a file: -o {name}=PATH")
        outputs.append(Output(render=render, path=path))
    return outputs


def needs_contents(outputs: Sequence[Output[Render]]) -> bool:
    """Tell whether one of `outputs` shows more of the image than the report holds."""
    return any(output.render.needs_contents for output in outputs)


def write_outputs(
    outputs: Sequence[Output[Render]],
    reports: Sequence[ImageReport],
    *,
    several: bool,
    detailed: bool,
    dockerfile: Dockerfile | None = None,
    disabled: frozenset[str] = frozenset(),
) -> None:
    """Write all reports. Raises `UsageError` when a file cannot be written after all.

    `several`: more images than one were asked for. `detailed`: nothing in the reports is cut short. `dockerfile`: what
    the images were built from. Rules in `disabled` were not asked.
    """

    def text_for(output: Output[Render]) -> str:
        options = replace(
            options_for(output), several=several, detailed=detailed, dockerfile=dockerfile, disabled=disabled
        )
        return output.render.render(reports, options)

    write_each(outputs, text_for)


def write_each(outputs: Sequence[Output[Kind]], text_for: Callable[[Output[Kind]], str]) -> None:
    """Write what `text_for` makes for each output, stdout last, since whoever reads it may stop and end the program.

    Raises `UsageError` for the first file that cannot be written after all, when all others are.
    """
    failed: UsageError | None = None
    for output in sorted(outputs, key=lambda output: output.path is None):
        try:
            _write(output, text_for(output))
        except UsageError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def options_for(output: Output[Any]) -> RenderOptions:
    """Return the width and colour that suit the place that `output` goes to."""
    return options_for_stdout() if output.path is None else RenderOptions()


def _write(output: Output[Any], text: str) -> None:
    """Write `text` where `output` goes. Raises `UsageError` when a file cannot be written after all."""
    if output.path is None:
        write_stdout(text)
        return
    try:
        write_report(output.path, text.encode())
    except OSError as error:
        raise _unwritable(output.path, error.strerror) from None


def write_stdout(text: str) -> None:
    """Print all of `text`: UTF-8 whatever the locale says, but for terminals, which get what they can show."""
    if sys.stdout.isatty():
        encoding = sys.stdout.encoding or "utf-8"
        click.echo(text.encode(encoding, "replace").decode(encoding), nl=False)
        return
    write_bytes(text.encode())


def write_bytes(content: bytes | memoryview) -> None:
    """Print all of `content` as it is."""
    sys.stdout.flush()
    left = memoryview(content)
    while left:
        # With PYTHONUNBUFFERED this is a bare system call, which may write less than it was given.
        left = left[sys.stdout.buffer.write(left) :]
    sys.stdout.buffer.flush()


def _place(path: Path | None) -> Path | None:
    return path.resolve() if path else None


def options_for_stdout() -> RenderOptions:
    """Return the width and colour that fit stdout: 80 columns and none where it is no terminal, none on a dumb one.

    `NO_COLOR` and `CLICOLOR_FORCE` decide over colour, the former first.
    """
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((_DEFAULT_WIDTH, 24)).columns if is_terminal else _DEFAULT_WIDTH
    forced = os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0")
    can_color = is_terminal and os.environ.get("TERM") != "dumb"
    color = (can_color or forced) and not os.environ.get("NO_COLOR")
    return RenderOptions(width=width, color=color)


def _check_writable(path: Path) -> None:
    directory = path.parent
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass
    except OSError as error:
        # Such as a name that is too long, or links that lead in circles.
        raise _unwritable(path, error.strerror) from None
    if directory.is_dir() and not os.access(directory, os.X_OK):
        raise _unwritable(path, "permission denied")
    if path.is_dir():
        raise _unwritable(path, "it is a directory")
    if not directory.is_dir():
        raise _unwritable(path, f"there is no directory {str(directory)!r}")
    if not os.access(path if path.exists() else directory, os.W_OK):
        is_read_only = os.statvfs(directory).f_flag & os.ST_RDONLY
        raise _unwritable(path, "the file system is read-only" if is_read_only else "permission denied")


def _unwritable(path: Path, reason: str | None) -> UsageError:
    return UsageError(f"the report {str(path)!r} cannot be written: {reason}", hint="give another path after the =")
