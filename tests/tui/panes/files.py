"""What can be read in the files pane, and how to filter it."""

from __future__ import annotations

from textual.pilot import Pilot

from imgscope.tui.panes.files import FilesPane
from imgscope.tui.widgets.file_tree import FileTree
from tests.tui.stage import press


def tree(pilot: Pilot[None]) -> FileTree:
    return pilot.app.screen.query_one(FileTree)


def rows(pilot: Pilot[None], width: int = 80) -> list[str]:
    """What the tree shows, each cell one space from the next and empty ones left out; depth stays."""
    return [
        " ".join(cell.text for cell in tree(pilot).cells(number, width) if cell.text.strip())
        for number in range(tree(pilot).row_count)
    ]


def title(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one(FilesPane).query_one(".title").render())


async def type_filter(pilot: Pilot[None], text: str) -> None:
    """Open the filter line, type `text` and go back to the list."""
    await press(pilot, "slash")
    bar = pilot.app.screen.query_one(FilesPane).filter_bar
    bar.input.value = text
    await settled(pilot)
    await press(pilot, "enter")


async def settled(pilot: Pilot[None]) -> None:
    """Wait for what messages that were posted started."""
    for _ in range(2):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
