"""The ways to look at one file, of which one is in sight: text, bytes, what ELF says, and how it came to be."""

from __future__ import annotations

from typing import Final

from textual.widgets import ContentSwitcher

from imgscope.tui.model.content.document import Document
from imgscope.tui.model.content.fetch import Content
from imgscope.tui.widgets.content_view import ContentView
from imgscope.tui.widgets.hex_view import HexView
from imgscope.tui.widgets.tab_bar import Tab
from imgscope.tui.widgets.text_view import TextView

FILE_TABS: Final = (
    Tab(name="text", title="Text", short_title="Text", key="1"),
    Tab(name="bytes", title="Bytes", short_title="Bytes", key="2"),
    Tab(name="elf", title="ELF", short_title="ELF", key="3"),
    Tab(name="history", title="History", short_title="Hist", key="4"),
)


class FileViews(ContentSwitcher):
    """A view for each of `FILE_TABS`. `wanted` is what the reader searches for, in whichever of them."""

    def __init__(self) -> None:
        self.text, self.bytes = TextView(id="text"), HexView(id="bytes")
        self.elf, self.history = TextView(id="elf", wraps=True), TextView(id="history", wraps=True)
        self._views: dict[str, ContentView] = {
            "text": self.text, "bytes": self.bytes, "elf": self.elf, "history": self.history,
        }  # fmt: skip
        super().__init__(*self._views.values(), initial="text")
        self.elf.placeholder = "this is no ELF file"
        self.history.placeholder = "looking at all layers …"
        self.wanted = ""

    def view(self, name: str) -> ContentView:
        """Return the view called `name`."""
        return self._views[name]

    def wait(self) -> None:
        """Say that the content is on its way."""
        self.text.placeholder = self.bytes.placeholder = "reading …"

    def show_content(self, shown: Content) -> None:
        """Show the content of the file."""
        self.bytes.placeholder = self.text.placeholder = "the file is empty"
        self.bytes.show(shown.data)
        if shown.text is not None:
            self.text.show(shown.text, shown.rows)
        else:
            self.text.placeholder = "this is not text: 2 shows its bytes"

    def show_nothing(self, why: str) -> None:
        """Say `why` there is no content."""
        self.text.placeholder = self.bytes.placeholder = why
        self.text.refresh()
        self.bytes.refresh()

    def show_told(self, name: str, told: Document) -> None:
        """Show what the view called `name`, ELF or history, is about."""
        (self.elf if name == "elf" else self.history).show(told)

    def search(self, name: str, wanted: str) -> None:
        """Go to the first match of `wanted` that is not above what is in sight of the view called `name`."""
        self.wanted = wanted
        self.view(name).search(wanted)

    def step(self, name: str, matches: int) -> None:
        """Go `matches` on in the view called `name`; to the first one where that was not searched yet."""
        view = self.view(name)
        if view.searched != self.wanted:
            view.search(self.wanted)
        else:
            view.step(matches)

    def found(self, name: str) -> str:
        """Return which match the view called `name` is at, and of how many; nothing where nothing is searched for."""
        view = self.view(name)
        if not self.wanted:
            return ""
        return f"match {view.current + 1:,} of {len(view.matches):,}" if view.matches else "nothing found"
