"""The terminal UI of one image: begins to read it, shows its screen, and ends."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType

from imgscope.tui.contents import OpenContent
from imgscope.tui.keys import section
from imgscope.tui.messages import Failed
from imgscope.tui.model.session import Session
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.help import HelpScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.worker import Inspect, InspectionThread


class InspectApp(App[None]):
    """Shows the image called `reference` while `inspect` reads it; `open_content` reads its files afterwards.

    After it has closed, `session` is what was found out and `error` what kept it from finding out anything.
    """

    CSS_PATH = "imgscope.tcss"
    TITLE = "imgscope"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help"),
        Binding("q", "quit", "Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(self, reference: str, inspect: Inspect, open_content: OpenContent | None = None) -> None:
        super().__init__()
        self.session = Session(reference, open_content)
        self.error: BaseException | None = None
        self._image_screen = ImageScreen(self.session)
        self.thread = InspectionThread(inspect, self._image_screen.post_message)

    def get_default_screen(self) -> ImageScreen:
        """Return the screen below all others."""
        return self._image_screen

    def on_ready(self) -> None:
        """Begin to read once there is something to see."""
        self.thread.start()

    @on(Failed)
    def _give_up(self, message: Failed) -> None:
        self.error = message.error
        self.exit()

    def action_help(self) -> None:
        """Show the keys."""
        screen = self.screen
        if isinstance(screen, HelpScreen):
            return
        here = screen.key_sections() if isinstance(screen, ImageScreen | FileScreen) else ()
        self.push_screen(HelpScreen([*here, section("Everywhere", type(self))]))

    async def action_quit(self) -> None:
        """Stop reading, if anything is still read, and end."""
        self.thread.stop()
        self.exit()
