"""The names of the panes in one line, with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """What there is one view of: `short_title` is what it says where not all titles have room."""

    name: str
    title: str
    short_title: str
    key: str


class Titled(Protocol):
    """What a tab can be made of: a `Tab`, or a kind of pane."""

    @property
    def name(self) -> str:
        """What it is called in the program."""
        ...

    @property
    def title(self) -> str:
        """What it is called on the screen."""
        ...

    @property
    def short_title(self) -> str:
        """The same, shorter."""
        ...

    @property
    def key(self) -> str:
        """The key that goes there."""
        ...


class TabBar(Widget):
    """Titles with counts where there is room; else without counts, then with short titles, then only keys."""

    class Clicked(Message):
        """The tab of what is called `name` was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, kinds: Sequence[Titled]) -> None:
        super().__init__()
        self._kinds = kinds
        self._counts: dict[str, int] = {}
        self.active = kinds[0].name

    def activate(self, name: str) -> None:
        """Set off the tab of what is called `name`."""
        self.active = name
        self.refresh()

    def count(self, name: str, count: int | None) -> None:
        """Let the tab of `name` say that there are `count` things in the pane."""
        if count is None:
            self._counts.pop(name, None)
        else:
            self._counts[name] = count
        self.refresh()

    def labels(self) -> list[str]:
        """Return what the tabs say where there is as much room as there is."""
        for form in (self._counted, self._titled, self._short):
            labels = [form(kind) for kind in self._kinds]
            if sum(cell_len(label) + 2 for label in labels) <= self.size.width:
                return labels
        return [self._short(kind) if kind.name == self.active else kind.key for kind in self._kinds]

    def render(self) -> Content:
        """Draw the tabs, the active one in reverse, which needs no colour."""
        parts = [
            Content.styled(f" {label} ", "bold reverse" if kind.name == self.active else "$foreground-darken-2")
            for kind, label in zip(self._kinds, self.labels(), strict=True)
        ]
        return Content("").join(parts)

    def on_click(self, event: events.Click) -> None:
        """Tell whose tab was clicked."""
        end = 0
        for kind, label in zip(self._kinds, self.labels(), strict=True):
            end += cell_len(label) + 2
            if event.x < end:
                self.post_message(self.Clicked(kind.name))
                return

    def _counted(self, kind: Titled) -> str:
        count = self._counts.get(kind.name)
        return self._titled(kind) if count is None else f"{self._titled(kind)} ({count:,})"

    def _titled(self, kind: Titled) -> str:
        return f"{kind.key} {kind.title}"

    def _short(self, kind: Titled) -> str:
        return f"{kind.key} {kind.short_title}"
