"""The panes of an image, each of which is there from when somebody first looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from textual.containers import Horizontal

from imgscope.analyze import Inspection
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.pane import Pane, PaneKind

WIDE: Final = 110
"""How many columns have room for the first pane beside another."""


class PaneStack(Horizontal):
    """One of the panes of `kinds`, or, where there is room, the first of them with one of the others beside it.

    Laying out a pane takes longer than all that it shows, so none is laid out before it comes into sight. It is then
    told what those that are there were told before.
    """

    def __init__(self, kinds: Sequence[PaneKind], session: Session) -> None:
        super().__init__(id="panes")
        self._kinds = {kind.name: kind for kind in kinds}
        self._session = session
        self._first, self._beside = (kind.name for kind in kinds[:2])
        self._active = ""
        self._built: dict[str, Pane] = {}
        self._there: list[Pane] = []
        # Keys come from the app, and jumps from panes: the second of them waits for what the first one lays out.
        self._laying_out = asyncio.Lock()
        self._layer: int | None = None

    @property
    def active(self) -> str:
        """What the pane is called that the reader is in; empty before the first one is shown."""
        return self._active

    def pane(self, name: str) -> Pane:
        """Return the pane called `name`, which may have to be shown before anything can be seen of it."""
        if name not in self._built:
            self._built[name] = self._kinds[name].build(self._session)
        return self._built[name]

    async def show(self, name: str) -> Pane:
        """Bring the pane called `name` into sight; return it when it can have the keys."""
        self._active = name
        if name != self._first:
            self._beside = name
        await self._lay_out()
        return self.pane(name)

    def show_progress(self) -> None:
        """Let the panes show what the session knows by now."""
        for pane in self._there:
            pane.show_progress()

    def show_inspection(self, inspection: Inspection) -> None:
        """Let the panes show an image that was read to its end."""
        for pane in self._there:
            pane.show_inspection(inspection)

    def follow_layer(self, number: int) -> None:
        """Let the panes know that layer `number` is now highlighted in the layer table."""
        self._layer = number
        for pane in self._there:
            pane.follow_layer(number)

    async def on_resize(self) -> None:
        """Show as many panes as there is room for."""
        if self._active:
            await self._lay_out()

    def _in_sight(self) -> Iterator[str]:
        """Yield what is shown on a wide terminal, the active pane first; on others that is all there is room for."""
        yield self._active
        if not self._kinds[self._active].stands_alone:
            yield self._beside if self._active == self._first else self._first

    async def _lay_out(self) -> None:
        async with self._laying_out:
            stands_alone = self._kinds[self._active].stands_alone
            in_sight = list(self._in_sight())
            is_wide = self.app.size.width >= WIDE
            for name in in_sight if is_wide else in_sight[:1]:
                await self._bring(name)
            for name, pane in self._built.items():
                pane.set_class(name == self._active, "-active")
                pane.set_class(name in in_sight, "-in-sight")
                pane.set_class(name != self._first and not stands_alone, "-right")

    async def _bring(self, name: str) -> None:
        pane = self.pane(name)
        if pane in self._there:
            return
        await self.mount(pane, before=0 if name == self._first and self._there else None)
        self._there.append(pane)
        pane.show_progress()
        if self._layer is not None:
            pane.follow_layer(self._layer)
        if self._session.inspection is not None:
            pane.show_inspection(self._session.inspection)
