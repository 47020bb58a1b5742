"""The terminal UI: from the start screen to images and back, one inspection at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from imgscope.analyze import Inspection
from imgscope.errors import ImgscopeError
from imgscope.oci.platform import Platform
from imgscope.offers import OfferGroup
from imgscope.text import printable
from imgscope.tui.commands import commands_of
from imgscope.tui.keys import section
from imgscope.tui.messages import FactsSeen, Failed, Inspected, OffersFound, OpenImage, Progressed
from imgscope.tui.model.session import Session
from imgscope.tui.model.settings import DEFAULT_SETTINGS, Settings
from imgscope.tui.opening import Opener
from imgscope.tui.screens.comparison import ComparisonScreen
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.help import HelpScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.screens.start import StartScreen
from imgscope.tui.signals import SignalledApp
from imgscope.tui.themes import OUR_THEMES, THEME_CYCLE
from imgscope.tui.worker import InspectionThread

FindOffers = Callable[[], Sequence[OfferGroup]]
WriteReport = Callable[[Inspection, str], str]
"""Takes an inspection and `FORMAT` or `FORMAT=PATH`; returns where the report was written. Raises `ImgscopeError`."""


_SETTLED: Final = 0.3
"""Seconds after which a terminal that is resized is taken to have its size."""


class InspectApp(SignalledApp):
    """Shows images that `opener` opens: the one called `reference` at once, or a choice of what `find_offers` finds.

    With a `comparison`, it shows that first, and the images of it that are chosen there.

    `write_report` writes reports in `formats`. After it has closed, `session` is what was found out of the image that
    was shown last, None where there was none, and `error` what kept it from finding out anything.
    """

    CSS_PATH = "imgscope.tcss"
    TITLE = "imgscope"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help"),
        Binding("b", "back", "Comparison", tooltip="back to the comparison"),
        Binding("q", "quit", "Quit"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+t", "next_theme", "Theme", show=False, tooltip="dark, light, high contrast"),
        Binding("ctrl+p", "command_palette", "Commands", show=False, tooltip="all commands, to be found by typing"),
    ]

    def __init__(
        self,
        opener: Opener,
        reference: str | None = None,
        *,
        settings: Settings = DEFAULT_SETTINGS,
        find_offers: FindOffers = list,
        write_report: WriteReport | None = None,
        formats: Sequence[str] = (),
        keep_theme: Callable[[str], object] | None = None,
        comparison: ComparisonScreen | None = None,
    ) -> None:
        super().__init__()
        self.no_color = bool(os.environ.get("NO_COLOR"))
        for theme in OUR_THEMES:
            self.register_theme(theme)
        self.theme = settings.theme
        self.settings = settings
        self.error: BaseException | None = None
        self.write_report = write_report
        self.formats = tuple(formats)
        self.keep_theme = keep_theme
        self.comparison = comparison
        self._opener = opener
        self._find_offers = find_offers
        # What is shown, and what is looked for and takes its place when it is found.
        self._current = self._reading(reference, opener.platform) if reference is not None else None
        self._next: InspectionThread | None = None
        self._is_only_image = reference is not None

    @property
    def session(self) -> Session | None:
        """What is known of the image that is shown."""
        return self._current.session if self._current else None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Take all colours away where `NO_COLOR` is set to something (no-color.org); textual would leave greys."""
        if self.no_color:
            return [NoColor()]
        return [each for each in super().get_line_filters() if not isinstance(each, Monochrome)]

    async def on_mount(self) -> None:
        """Show the image, of which only the name is known, or the start screen."""
        if self.is_to_end():
            self.exit()
            return
        if self.comparison is not None:
            await self.push_screen(self.comparison)
            return
        await self.push_screen(ImageScreen(self._current.session) if self._current else StartScreen(can_close=False))

    def on_resize(self) -> None:
        """Draw everything once more soon: what was on its way may have been drawn for the size before."""
        self.set_timer(_SETTLED, self._draw_anew)

    def _draw_anew(self) -> None:
        # Nothing is left to be drawn where the app has ended since.
        for screen in self.screen_stack[-1:]:
            screen.refresh()

    def on_ready(self) -> None:
        """Begin to read once there is something to see."""
        if self._current:
            self._current.start()

    def stop_reading(self, patience: float) -> None:
        """Read nothing any more; wait for that no longer than `patience` seconds."""
        if self.comparison is not None:
            self.comparison.stop()
        threads = [thread for thread in (self._current, self._next) if thread]
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.wait(patience)

    def open(self, reference: str, platform: Platform | None) -> None:
        """Look for an image; it is shown when it is found, and until then what is there stays."""
        if self._next:
            self._next.stop()
        self._next = self._reading(reference, platform)
        self._next.start()

    def stop_opening(self) -> None:
        """Look no longer for an image that was not found yet."""
        if self._next:
            self._next.stop()
        self._next = None

    def look_for_offers(self) -> None:
        """Begin to find out what could be opened; `OffersFound` goes to the start screen."""
        threading.Thread(target=self._tell_offers, name="offers", daemon=True).start()

    def _tell_offers(self) -> None:
        self.post_message(OffersFound(self._find_offers()))

    def _reading(self, reference: str, platform: Platform | None) -> InspectionThread:
        session = Session(
            reference,
            platform=platform,
            settings=self.settings,
            open_content=self._opener.contents(reference, platform).open_file,
        )
        return InspectionThread(self._opener.open(reference, platform), session, self.post_message)

    @on(OffersFound)
    def _show_offers(self, message: OffersFound) -> None:
        if start := self._start_screen:
            start.show_offers(message.groups)

    @on(OpenImage)
    def _open_image(self, message: OpenImage) -> None:
        self.open(message.reference, self._opener.platform)

    @on(Progressed)
    async def _show_progress(self, message: Progressed) -> None:
        for event in message.take():
            message.session.apply(event)
        if self._next and message.session is self._next.session and message.session.head is not None:
            await self._show_next(self._next)
        elif message.session is self.session and (screen := self._image_screen):
            screen.show_progress_soon()

    @on(FactsSeen)
    def _show_facts(self, message: FactsSeen) -> None:
        message.session.early = message.facts
        if message.session is self.session and (screen := self._image_screen):
            screen.show_progress()

    @on(Inspected)
    def _show_inspection(self, message: Inspected) -> None:
        message.session.finish(message.inspection)
        if message.session is self.session and (screen := self._image_screen):
            screen.show_inspection(message.inspection)

    @on(Failed)
    async def _show_failure(self, message: Failed) -> None:
        is_next = self._next is not None and message.session is self._next.session
        if not is_next and message.session is not self.session:
            return
        if is_next:
            self._next = None
        elif self._is_only_image and self._start_screen is None:
            self.error = message.error
            self.exit()
            return
        if not isinstance(message.error, ImgscopeError):
            self.error = message.error
            self.exit()
        elif self._start_screen is None and is_next:
            self.tell_error(message.error)
        else:
            if self._start_screen is None:
                await self.action_start()
            # It may be below the keys or the palette.
            assert self._start_screen is not None
            self._start_screen.show_error(message.error)

    def tell_error(self, error: ImgscopeError) -> None:
        """Tell what went wrong in a note above the screen, which stays as it is."""
        hint = f" ({error.hint})" if error.hint else ""
        self.notify(printable(f"{error.message}{hint}"), severity="error", markup=False, timeout=15)

    async def _show_next(self, found: InspectionThread) -> None:
        """Show the image that was looked for in place of the one that is shown."""
        if self._current:
            self._current.stop()
        previous = self._image_screen
        is_same = self.session is not None and found.session.opened == self.session.opened
        self._current, self._next, self._is_only_image = found, None, self._is_only_image and is_same
        while self.screen is not self._lowest_screen and not isinstance(self.screen, ComparisonScreen):
            await self.pop_screen()
        pane = previous.pane_name if previous else self.settings.start_pane
        screen = ImageScreen(found.session, pane=pane)
        if self.comparison is None:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)
        self._opener.close(but=found.session.open_content)

    @property
    def _lowest_screen(self) -> Screen[object] | None:
        """The screen below all others but for the library's, which is empty and cannot be replaced."""
        return next(iter(self.screen_stack[1:]), None)

    @property
    def _start_screen(self) -> StartScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, StartScreen)), None)

    @property
    def _image_screen(self) -> ImageScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, ImageScreen)), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a page in a browser show the image that it is for, and no other that this user could open."""
        if action == "back":
            is_pair = isinstance(self.screen, ComparisonScreen) and self.screen.is_pair
            return is_pair or (self.comparison is not None and isinstance(self.screen, ImageScreen))
        return not self.is_web if action == "start" else True

    async def action_back(self) -> None:
        """Go from an image, or from two, back to the comparison that it was opened from."""
        self.stop_opening()
        if self._current:
            self._current.stop()
        self._current = None
        self._opener.close()
        await self.pop_screen()

    async def action_start(self) -> None:
        """Go to the start screen; the image stays below it."""
        if not isinstance(self.screen, StartScreen):
            await self.push_screen(StartScreen(can_close=True))

    def action_help(self) -> None:
        """Show the keys."""
        screen = self.screen
        if isinstance(screen, HelpScreen):
            return
        screens = (ImageScreen, FileScreen, StartScreen, ComparisonScreen)
        here = screen.key_sections() if isinstance(screen, screens) else ()
        self.push_screen(HelpScreen([*here, section("Everywhere", type(self))]))

    def action_next_theme(self) -> None:
        """Go on to the next of dark, light and high contrast."""
        names = list(THEME_CYCLE)
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]
        self.notify(f"theme: {THEME_CYCLE[self.theme]}", timeout=2)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield what the command palette has."""
        yield from commands_of(self, screen)

    async def action_quit(self) -> None:
        """Stop reading, if anything is still read, and end."""
        self.stop_reading(0)
        self.exit()
