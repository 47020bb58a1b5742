"""Rows that open: a list of things, each with what is in it, as the panes show them.

Which columns there are is the pane's; the last cell of a row is set in by its depth. Rows say what is below them and
all about themselves only when they are asked, so that what nobody looks at costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from imgscope.text import printable
from imgscope.tui.model.lines import Line, Tone


class Bar(NamedTuple):
    """A cell that shows a `share` between 0 and 1."""

    share: float
    tone: Tone = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row leads to: a path of the image, in layer number `layer` where it is no longer in the image."""

    path: str
    layer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Text to take along; `what` says in a few words what it is, such as `the fix`.

    Where it is meant to have lines, which `has_lines`, they stay; anywhere else the end of a line is a hostile one.
    """

    text: str
    what: str
    has_lines: bool = False

    @property
    def safe_text(self) -> str:
        """The text without anything that could act where it is pasted."""
        return "\n".join(map(printable, self.text.split("\n"))) if self.has_lines else printable(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineRow:
    """One row. `key` tells it from all others that are in the same row, and stays the same between lists.

    `below` returns what is in it, in order; None where there can be nothing. Of a section, which `is_section`, a
    filter leaves what fits; of any other row it leaves all or nothing, by the text to be `searched`. `ranks` are what
    the orders of the pane sort by, one for each. A section of more rows than can be asked says in `narrowed` which of
    them have all words of a filter.
    """

    key: str
    cells: tuple[Line | Bar, ...]
    detail: Callable[[], Sequence[Line]] = tuple
    below: Callable[[], Sequence[OutlineRow]] | None = None
    begins_open: bool = False
    is_section: bool = False
    narrowed: Callable[[Sequence[str]], Sequence[OutlineRow]] | None = None
    place: Place | None = None
    clip: Clip | None = None
    searched: str = ""
    ranks: tuple[float | str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shown:
    row: OutlineRow
    depth: int
    is_open: bool
    identity: int


class Outline:
    """The rows that are on show of all `rows`. Whatever changes, what was opened stays open."""

    def __init__(self, rows: Sequence[OutlineRow]) -> None:
        self._rows = rows
        self._words: tuple[str, ...] = ()
        self._order: int | None = None
        self._opened: dict[int, bool] = {}
        # By what they are in and their key: rows of the same key are others where they are in others.
        self._identities: dict[tuple[int, str], int] = {}
        self._shown: list[_Shown] = list(self._listed(rows))

    @property
    def top_count(self) -> int:
        """How many rows there are that are in no other; those a filter hides do not count."""
        return sum(shown.depth == 0 for shown in self._shown)

    def __len__(self) -> int:
        return len(self._shown)

    def row(self, position: int) -> OutlineRow:
        """Return the row at `position`."""
        return self._shown[position].row

    def depth(self, position: int) -> int:
        """Return how many rows the row at `position` is in."""
        return self._shown[position].depth

    def is_open(self, position: int) -> bool:
        """Tell whether what is in the row at `position` is on show."""
        return self._shown[position].is_open

    def position_of(self, key: str) -> int | None:
        """Return where the first row is that is called `key`, if it is on show."""
        return next((position for position, shown in enumerate(self._shown) if shown.row.key == key), None)

    def identity(self, position: int) -> int:
        """Return what tells the row at `position` from all others, as long as this outline is there."""
        return self._shown[position].identity

    def position_with(self, identity: int) -> int | None:
        """Return where the row with that `identity` is, if it is on show."""
        return next((position for position, shown in enumerate(self._shown) if shown.identity == identity), None)

    def set_open(self, position: int, *, is_open: bool) -> None:
        """Show what is in the row at `position`, or no longer; nothing happens where nothing can be in it."""
        shown = self._shown[position]
        if shown.row.below is None or shown.is_open == is_open:
            return
        self._opened[shown.identity] = is_open
        above = self._shown[self.parent(position)].identity if shown.depth else 0
        following = self._listed([shown.row], shown.depth, above)
        self._shown[position : self._end(position)] = following

    def parent(self, position: int) -> int:
        """Return where the row is that the row at `position` is in; `position` itself at the top."""
        depth, above = self._shown[position].depth, position
        while above > 0 and depth > 0 and self._shown[above].depth >= depth:
            above -= 1
        return above

    def replace(self, rows: Sequence[OutlineRow]) -> None:
        """Show `rows` in place of those there were."""
        self._rows = rows
        self._list_anew()

    def filter_by(self, text: str) -> None:
        """Show only what has all words of `text` in what is searched of it; without a word, everything."""
        self._words = tuple(text.casefold().split())
        self._list_anew()

    def sort_by(self, order: int | None) -> None:
        """Sort by the rank number `order`, numbers from the highest down, text from A on; None leaves rows as given."""
        self._order = order
        self._list_anew()

    def _list_anew(self) -> None:
        rows: Iterable[OutlineRow] = self._rows
        if self._words:
            rows = self._matching(rows)
        self._shown = list(self._listed(self._sorted(rows)))

    def _sorted(self, rows: Iterable[OutlineRow]) -> Iterable[OutlineRow]:
        order = self._order
        if order is None:
            return rows
        # What has no rank there, such as a section at the end, stays at the end.
        listed = list(rows)
        ranked = [row for row in listed if len(row.ranks) > order]
        return [*sorted(ranked, key=lambda row: _rank(row.ranks[order])), *(row for row in listed if not row.ranks)]

    def _matching(self, rows: Iterable[OutlineRow]) -> Iterator[OutlineRow]:
        for row in rows:
            if row.is_section and row.below is not None:
                within = tuple(row.narrowed(self._words) if row.narrowed else self._matching(row.below()))
                if within:
                    yield replace(row, below=_always(within))
            elif all(word in row.searched.casefold() for word in self._words):
                yield row

    def _listed(self, rows: Iterable[OutlineRow], depth: int = 0, above: int = 0) -> Iterator[_Shown]:
        """Yield `rows`, which are at `depth` in the row whose identity is `above`, and what is on show below them."""
        # Not by calling itself: how deep rows are in others is up to the image.
        waiting = [(above, iter(rows))]
        while waiting:
            within, following = waiting[-1]
            row = next(following, None)
            if row is None:
                waiting.pop()
                continue
            level = depth + len(waiting) - 1
            begins_open = row.begins_open or (row.is_section and bool(self._words))
            identity = self._identities.setdefault((within, row.key), len(self._identities) + 1)
            is_open = row.below is not None and self._opened.get(identity, begins_open)
            yield _Shown(row, level, is_open, identity)
            if is_open and row.below is not None:
                waiting.append((identity, iter(row.below())))

    def _end(self, position: int) -> int:
        end = position + 1
        while end < len(self._shown) and self._shown[end].depth > self._shown[position].depth:
            end += 1
        return end


def _always(rows: Sequence[OutlineRow]) -> Callable[[], Sequence[OutlineRow]]:
    return lambda: rows


def _rank(value: float | str) -> tuple[float, str]:
    return (0.0, value.casefold()) if isinstance(value, str) else (-value, "")
