"""Markdown in blocks, so that a comment stays within what hosts take: tables, parts to be unfolded, what fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 65_000
"""GitHub takes comments of up to 65,536 characters; GitLab and others take more."""

_ROOM_FOR_WORDS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part that is there as a whole or, where there is no room, not at all."""

    title: str
    body: str


def fit(heading: str, blocks: Iterable[Block], room: int) -> str:
    """Return `heading` and those of `blocks`, in order, for which there is room, and say which are left out."""
    written, left_out = heading, list[str]()
    for block in blocks:
        if len(written) + len(block.body) + 1 + _ROOM_FOR_WORDS <= room:
            written += f"\n{block.body}"
        else:
            left_out.append(block.title)
    return written + (f"\nLeft out to fit a comment: {', '.join(left_out)}.\n" if left_out else "")


def folded(title: str, body: str) -> str:
    """Return `body` as a part that shows only `title` until it is unfolded."""
    # Markdown inside an HTML block needs the empty lines around it.
    return f"<details><summary>{title}</summary>\n\n{body.rstrip()}\n\n</details>\n"


def table(titles: Iterable[str], alignment: str, rows: Iterable[Iterable[str]]) -> str:
    """Return a table; `alignment` has `l` or `r` for each column. What is in the cells is Markdown already."""
    ruler = ["--:" if each == "r" else ":--" for each in alignment]
    return "".join(f"| {' | '.join(row)} |\n" for row in (titles, ruler, *rows))
