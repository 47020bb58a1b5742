"""The tabs: as much as there is room for."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from imgscope.tui.model.session import Session
from imgscope.tui.widgets.pane import Pane, PaneKind
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.tab_bar import TabBar

pytestmark = pytest.mark.anyio


def build(session: Session) -> Pane:
    return Pane(session, RowList(id="rows"))


KINDS = [
    PaneKind(name=name, title=name.capitalize(), short_title=name[:2], key=str(number), order=number, build=build)
    for number, name in enumerate(("layers", "findings", "treemap"), start=1)
]


class Tabs(App[None]):
    """Nothing but tabs."""

    def compose(self) -> ComposeResult:
        self.bar = TabBar(KINDS)
        self.bar.count("findings", 1200)
        self.clicked: list[str] = []
        yield self.bar

    def on_tab_bar_clicked(self, event: TabBar.Clicked) -> None:
        self.clicked.append(event.name)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (80, ["1 Layers", "2 Findings (1,200)", "3 Treemap"]),
        (40, ["1 Layers", "2 Findings", "3 Treemap"]),
        (20, ["1 la", "2 fi", "3 tr"]),
        (14, ["1 la", "2", "3"]),
    ],
)
async def test_tabs_say_what_there_is_room_for(width: int, expected: list[str]) -> None:
    async with Tabs().run_test(size=(width, 5)) as pilot:
        assert isinstance(pilot.app, Tabs)
        assert pilot.app.bar.labels() == expected


async def test_a_click_is_told_with_the_pane_that_it_hit() -> None:
    async with Tabs().run_test(size=(40, 5)) as pilot:
        assert isinstance(pilot.app, Tabs)
        for x in (1, 9, 10, 21, 22, 39):
            await pilot.click(TabBar, offset=(x, 0))
        assert pilot.app.clicked == ["layers", "layers", "findings", "findings", "treemap"]


async def test_a_count_that_is_none_is_left_out() -> None:
    async with Tabs().run_test(size=(80, 5)) as pilot:
        assert isinstance(pilot.app, Tabs)
        pilot.app.bar.count("findings", None)
        assert pilot.app.bar.labels()[1] == "2 Findings"
