"""Writes the pages of docs/ that are made from the program: those of the rules, the commands and the schemas.

    python docs/generate.py            write what differs, remove pages of rules that are no more
    python docs/generate.py --check    write nothing; exit with 1, naming them, where pages are out of date

One more generated page is one more item in `pages`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from imgscope.cli.main import cli
from imgscope.render.schemas import schema_document, schema_names
from imgscope.rules import rule_pages
from imgscope.rules.base import TOPICS, RulePage

DOCS: Final = Path(__file__).parent
_WIDTH: Final = 90
_RULES: Final = "rules"
_ABOUT_RULES: Final = """\
# Rules

What imgscope judges, with the highest severity of each rule. `imgscope rules` lists them, and `imgscope rules RULE`
prints one of these pages.
"""
_PROGRAM: Final = "imgscope"
_DEFAULT_COMMAND: Final = ""


def pages() -> dict[str, str]:
    """Return every generated file by its path below docs/."""
    rules = rule_pages()
    return {
        **{f"{_RULES}/{page.rule.id}.md": page.markdown for page in rules},
        f"{_RULES}/README.md": _index(rules),
        "commands.md": _commands(),
        **{f"{name}.schema.json": f"{json.dumps(schema_document(name), indent=2)}\n" for name in schema_names()},
    }


def outdated() -> list[Path]:
    """Return the files that are not as `pages` has them, those that it does not have included."""
    wanted = {DOCS / path: text for path, text in pages().items()}
    differing = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return sorted([*differing, *(path for path in (DOCS / _RULES).glob("*.md") if path not in wanted)])


def write() -> None:
    """Bring docs/ up to date."""
    made = pages()
    for path in outdated():
        text = made.get(path.relative_to(DOCS).as_posix())
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _index(rules: list[RulePage]) -> str:
    sections = [_ABOUT_RULES]
    for topic, title in TOPICS.items():
        among = [page for page in rules if page.rule.topic == topic]
        if among:
            rows = [
                f"| [{page.rule.id}]({page.rule.id}.md) | {page.rule.severity.value} | {page.summary} |"
                for page in among
            ]
            sections.append("\n".join([f"## {title}\n", "| rule | severity | what |", "|---|---|---|", *rows, ""]))
    return "\n".join(sections)


def _commands() -> str:
    introduction = (
        "# Commands\n\nWhat `--help` says of each. What scripts can rely on is in [contract.md](contract.md).\n"
    )
    helps = [f"## {title}\n\n```text\n{text}\n```\n" for title, text in _helps()]
    return "\n".join([introduction, *helps])


def _helps() -> Iterator[tuple[str, str]]:
    """Yield what is typed to run each command, and its help."""
    top = _context(cli, _PROGRAM, None)
    yield _PROGRAM, top.get_help()
    default = cli.get_command(top, _DEFAULT_COMMAND)
    assert default is not None
    yield f"{_PROGRAM} IMAGE", _context(default, _PROGRAM, None).get_help()
    yield from _helps_below(top)


def _helps_below(above: click.Context) -> Iterator[tuple[str, str]]:
    group = above.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is not None:
            context = _context(command, name, above)
            yield context.command_path, context.get_help()
            yield from _helps_below(context)


def _context(command: click.Command, name: str, above: click.Context | None) -> click.Context:
    settings = {**cli.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    return click.Context(command, info_name=name, parent=above, **settings)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        stale = outdated()
        print(
            *(f"{path} is out of date: run make docs" for path in stale),
            sep="\n",
            file=sys.stderr,
            end="\n" if stale else "",
        )
        sys.exit(bool(stale))
    write()
