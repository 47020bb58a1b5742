"""Sentences on stderr, safe to show whatever they quote."""

from __future__ import annotations

import contextlib

import click

from imgscope.text import printable


def show_error(message: str, hint: str | None) -> None:
    """Print one failure and what to do about it."""
    _say(f"imgscope: {printable(message)}")
    if hint:
        _say(f"  hint: {printable(hint)}")


def show_step(message: str) -> None:
    """Print how far things are."""
    _say(f"imgscope: {printable(message)}")


def show_note(message: str) -> None:
    """Print something that the user should know though nothing failed."""
    _say(f"imgscope: note: {printable(message)}")


def show_line(text: str) -> None:
    """Print a line that begins with what it is about."""
    _say(printable(text))


def _say(line: str) -> None:
    # Where stderr is closed or full, nobody can be told, and the report is still worth having.
    with contextlib.suppress(OSError):
        click.echo(line, err=True)
