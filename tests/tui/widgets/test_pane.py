"""What all panes have: a filter line, jumps, and a place among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from imgscope.tui.model.session import Session
from imgscope.tui.widgets.pane import Pane
from imgscope.tui.widgets.row_list import Cell, Column, RowList

pytestmark = pytest.mark.anyio


class Words(RowList):
    """A row for each word."""

    def __init__(self) -> None:
        super().__init__(id="words")
        self.shown: list[str] = []

    def show(self, shown: list[str]) -> None:
        self.shown = shown
        self.reload()

    @property
    def row_count(self) -> int:
        return len(self.shown)

    def columns(self, width: int) -> Sequence[Column]:
        return (Column(title="word"),)

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        return (Cell(self.shown[position]),)


class WordsPane(Pane):
    """Words that can be filtered by what they begin with."""

    can_filter: ClassVar[bool] = True
    ALL: ClassVar = ("apple", "avocado", "banana")

    def __init__(self) -> None:
        self.words = Words()
        super().__init__(Session("app"), self.words)

    def filter_by(self, text: str) -> None:
        found = [word for word in self.ALL if word.startswith(text)]
        self.filter_bar.tell(f"{len(found)} match", "dim" if found else "bad")
        self.words.show(found)


class Alone(App[None]):
    """Nothing but a pane."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.display = True
        self.screen.set_focus(self.pane.rows)


def words(pilot: Pilot[None]) -> list[str]:
    return pilot.app.query_one(Words).shown


@pytest.mark.parametrize("key", ["slash", "ctrl+f"])
async def test_what_is_typed_filters_at_once(key: str) -> None:
    async with Alone(WordsPane()).run_test() as pilot:
        await pilot.press(key, "a", "v")
        assert words(pilot) == ["avocado"]


async def test_enter_leads_to_the_list_which_stays_filtered_and_escape_shows_all_again() -> None:
    async with Alone(WordsPane()).run_test() as pilot:
        await pilot.press("slash", "b", "enter")
        assert isinstance(pilot.app.focused, Words)
        assert words(pilot) == ["banana"]
        await pilot.press("escape")
        await pilot.pause()
        assert words(pilot) == list(WordsPane.ALL)
        assert not pilot.app.query_one(WordsPane).filter_bar.display


async def test_an_empty_filter_line_is_put_away_by_enter() -> None:
    async with Alone(WordsPane()).run_test() as pilot:
        await pilot.press("slash", "enter")
        await pilot.pause()
        assert not pilot.app.query_one(WordsPane).filter_bar.display
        assert isinstance(pilot.app.focused, Words)


async def test_escape_in_the_filter_line_leaves_it() -> None:
    async with Alone(WordsPane()).run_test() as pilot:
        await pilot.press("slash", "z", "escape")
        await pilot.pause()
        assert words(pilot) == list(WordsPane.ALL)
        assert isinstance(pilot.app.focused, Words)


async def test_a_pane_that_cannot_filter_offers_none() -> None:
    async with Alone(Pane(Session("app"), Words())).run_test() as pilot:
        await pilot.press("slash", "a")
        assert not pilot.app.query_one(Pane).filter_bar.display
