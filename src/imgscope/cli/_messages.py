"""Sentences on stderr, safe to show whatever they quote."""

from __future__ import annotations

import click

from imgscope.text import printable


def show_error(message: str, hint: str | None) -> None:
    """Print one failure and what to do about it."""
    click.echo(f"imgscope: {printable(message)}", err=True)
    if hint:
        click.echo(f"  hint: {printable(hint)}", err=True)


def show_step(message: str) -> None:
    """Print how far things are."""
    click.echo(f"imgscope: {printable(message)}", err=True)


def show_note(message: str) -> None:
    """Print something that the user should know though nothing failed."""
    click.echo(f"imgscope: note: {printable(message)}", err=True)


def show_line(text: str) -> None:
    """Print a line that begins with what it is about."""
    click.echo(printable(text), err=True)
