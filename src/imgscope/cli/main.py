"""The way in: which command runs, and how everything that goes wrong is told."""

from __future__ import annotations

import gc
import importlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import click

from imgscope import discovery
from imgscope._version import __version__
from imgscope.cli import _process
from imgscope.cli._terminal import is_capable_terminal
from imgscope.errors import Cancelled, ImgscopeError

_DEFAULT: Final = "image"
_NOT_COMMANDS: Final = ("main", _DEFAULT)
_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
# Seconds. Most of reading a layer needs no lock, and whoever begins with it should not wait for one that has the lock;
# nor should keys of the terminal UI.
_SHARE_OF_A_THREAD: Final = 0.0002
_INTERRUPTED: Final = 130
_BROKEN_PIPE: Final = 141
_LONGEST_MISTAKE: Final = 1000


class _OutputClosed(Exception):
    """Nobody reads stdout any more. Click would make it exit code 1, which means something else here."""


@contextmanager
def _noticing_closed_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise _OutputClosed from None


class _Commands(click.Group):
    """Finds commands by file and loads only the one that runs; anything else first on the line is an image."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in discovery.module_names("imgscope.cli") if name not in _NOT_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = _DEFAULT if cmd_name == "" else cmd_name
        if cmd_name and cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"imgscope.cli.{name}").COMMAND
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and is_capable_terminal():
            args = [""]
        elif args and args[0] not in ("--help", "-h", "--version", *self.list_commands(ctx)):
            args = ["", *args]
        with _noticing_closed_output():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _noticing_closed_output():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] == "":
            return None, self.get_command(ctx, ""), args[1:]
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("imgscope", "[OPTIONS] IMAGE\n       imgscope COMMAND [OPTIONS] …")


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, message="imgscope %(version)s")
def cli() -> None:
    """Inspect a container image: what each layer costs, which distribution and C library it has, what the
    build left behind, and what to do about it.

    \b
    IMAGE is one of
      nginx:latest, ghcr.io/org/app@sha256:…   in a registry
      oci:DIR[:TAG], oci-archive:FILE[:TAG]    an OCI layout
      docker-archive:FILE[:REF]                what docker save writes
      docker-daemon:REF, podman:REF            what Docker or Podman on this machine hold
      a path to a layout or an archive

    An image whose name is that of a command is written docker.io/library/NAME.

    `imgscope IMAGE --help` lists the options of an inspection.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that docs/contract.md gives to what happened.

    `arguments` are those of the process by default.
    """
    # An inspection makes a million objects that live to its end: looking through them for garbage finds none.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 50)
    sys.setswitchinterval(_SHARE_OF_A_THREAD)
    _process.open_closed_streams()
    try:
        with _process.stopping_on_signals(), _process.without_echo_of_memory_errors():
            code = _run(arguments)
    except _OutputClosed:
        # Whoever read our output has seen enough; nothing is left to flush to.
        _process.discard_output()
        code = _BROKEN_PIPE
    except _process.Stopped as stopped:
        code = _tell_stopped(stopped)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    # What is left goes with the process: the interpreter need not look through it once more.
    gc.freeze()
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    code: Any
    try:
        code = cli.main(arguments, prog_name="imgscope", standalone_mode=False)
    except ImgscopeError as error:
        return _tell(error)
    except click.ClickException as misuse:
        misuse.show()
        return misuse.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except _OutputClosed:
        raise
    except Exception as error:
        return _tell_unforeseen(error)
    return code if isinstance(code, int) else 0


def _tell(error: ImgscopeError) -> int:
    from imgscope.cli._messages import show_error

    if isinstance(error, Cancelled):
        return _INTERRUPTED
    show_error(error.message, error.hint)
    return error.exit_code


def _tell_stopped(stopped: _process.Stopped) -> int:
    from imgscope.cli._messages import show_error

    _process.discard_output()
    show_error(f"stopped by {stopped.signal_name}", None)
    assert isinstance(stopped.code, int)
    return stopped.code


def _tell_unforeseen(error: Exception) -> int:
    """Tell of what nobody raised on purpose: what the system does not give, or else a mistake in imgscope."""
    refused = _process.out_of_memory(error)
    if refused is None and isinstance(error, OSError):
        refused = _process.failed_stream(error)
        if refused is not None:
            _process.discard_output()
    return _tell_mistake(error) if refused is None else _tell(refused)


def _tell_mistake(mistake: Exception) -> int:
    from imgscope.cli._messages import show_error
    from imgscope.secrets import redact

    place = traceback.extract_tb(mistake.__traceback__)[-1]
    # It may quote what an image or the environment says.
    what = redact("".join(traceback.format_exception_only(mistake)).strip()[:_LONGEST_MISTAKE])
    show_error(
        f"stopped by a mistake in imgscope itself: {what} ({place.filename}:{place.lineno})",
        "please report it, with these words and the image it happened with",
    )
    return ImgscopeError.exit_code
