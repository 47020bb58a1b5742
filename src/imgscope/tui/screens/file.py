"""One file: its text or bytes, what ELF says, how it came to be; and saving it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from imgscope.errors import UsageError
from imgscope.text import format_size
from imgscope.tui import file_messages as messages
from imgscope.tui.file_reader import FileReader
from imgscope.tui.keys import KeySection, section
from imgscope.tui.model.content.document import document
from imgscope.tui.model.content.fetch import Content
from imgscope.tui.model.content.place import FilePlace, place_lines
from imgscope.tui.model.lines import Line, Tone
from imgscope.tui.model.session import Session
from imgscope.tui.saving import TargetExists, suggested_name, target_of
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.content_view import ContentView
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.file_views import FILE_TABS, FileViews
from imgscope.tui.widgets.line_input import LineInput
from imgscope.tui.widgets.prompt_bar import PromptBar
from imgscope.tui.widgets.tab_bar import TabBar
from imgscope.tui.widgets.text_view import TextView

_NOT_WHILE_TYPING: Final = ("view", "next_view", "search", "step", "wrap", "save")
_SEARCHED_WHILE_TYPING: Final = 512 * 1024


class FileScreen(Screen[None]):
    """The file at `path` of the image in `session`, as layer number `layer` has it; None means as the image has it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="stop reading or saving; back to the image"),
        # What changes who has the keys comes before all else: the next key may have come along with this one.
        *(
            Binding(tab.key, f"view('{tab.name}')", show=False, tooltip=f"the view {tab.title}", priority=True)
            for tab in FILE_TABS
        ),
        Binding("tab", "next_view(1)", "Next view", tooltip="the next view", priority=True),
        Binding("shift+tab", "next_view(-1)", show=False, tooltip="the view before", priority=True),
        Binding("slash,ctrl+f", "search", "Search", tooltip="search in the view", priority=True),
        Binding("n", "step(1)", "Next", tooltip="the next match"),
        Binding("N", "step(-1)", show=False, tooltip="the match before"),
        Binding("w", "wrap", "Wrap", tooltip="wrap long lines, or scroll to the side"),
        Binding("s", "save", "Save", tooltip="save the file to a place of your choice", priority=True),
    ]

    def __init__(self, session: Session, path: str, layer: int | None) -> None:
        super().__init__()
        self._path = path
        self._layer = layer
        self._session = session
        self._finder = FileReader(session, self.post_message)
        self._reader = FileReader(session, self.post_message)
        self._saver = FileReader(session, self.post_message)
        self._header = Static(markup=False, id="file-header")
        self._tabs = TabBar(FILE_TABS)
        self._views = FileViews()
        self._status = Static(markup=False, id="file-status")
        self._search = PromptBar("search", id="search")
        self._target = PromptBar("save to", id="target")
        self._place: FilePlace | None = None
        self._content: Content | None = None
        self._is_reading = False
        self._is_saving = False
        self._replaced = ""

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._header
        yield self._tabs
        yield self._views
        yield self._status
        yield self._search
        yield self._target
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look for the file."""
        self._header.update(content([Line(f"/{self._path}", "strong"), Line("…", "dim")]))
        self.action_view("text")
        self._find()

    def on_unmount(self) -> None:
        """Read and save no more."""
        for reader in (self._finder, self._reader, self._saver):
            reader.stop()

    @property
    def view(self) -> ContentView:
        """The view that the reader is in."""
        return self._views.view(self._tabs.active)

    @property
    def is_typing(self) -> bool:
        """Whether the reader types into a line, which nothing may take the keys away from."""
        return isinstance(self.focused, LineInput)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys alone that are typed into a line, and let nobody in a browser write files here."""
        if action == "save" and self.app.is_web:
            return False
        return action not in _NOT_WHILE_TYPING or not self.is_typing

    def key_sections(self) -> Iterator[KeySection]:
        """Yield the keys."""
        yield section("File", type(self))
        yield section("Text and bytes", ContentView)

    @in_thread()
    def _find(self) -> None:
        self._finder.find(self._path, self._layer)

    @in_thread()
    def _fetch(self, place: FilePlace) -> None:
        self._reader.fetch(place)

    # The end of the program waits for this one, so that nothing half is left.
    @work(thread=True)
    def _write(self, saver: FileReader, place: FilePlace, target: Path, *, replace: bool) -> None:
        saver.save(place, self._content, target, replace=replace)

    @on(messages.Found)
    def _show_place(self, event: messages.Found) -> None:
        self._place = event.place
        if event.place is not None:
            self._header.update(content(place_lines(event.place)))
        if event.place is None or event.place.file is None:
            self._say_nothing("there is nothing here" if event.place is None else event.place.nothing)
            return
        self._is_reading = True
        self._views.wait()
        self.say(f"reading layer {event.place.file.content_layer} as far as the file …")
        self._fetch(event.place)

    @on(messages.Received)
    def _show_progress(self, event: messages.Received) -> None:
        if self._place is not None and self._place.file is not None and (self._is_reading or self._is_saving):
            layer = self._place.tree.layers[self._place.file.content_layer]
            of_all = f"{format_size(event.size)} of {format_size(layer.compressed_size)}"
            self.say(f"reading layer {self._place.file.content_layer}: {of_all} · esc stops")

    @on(messages.Fetched)
    def _show_content(self, event: messages.Fetched) -> None:
        self._content, self._is_reading = event.content, False
        self._views.show_content(event.content)
        entry = self._place.content if self._place is not None else None
        if event.content.text is None and self._tabs.active == "text":
            self._show_view("elf" if entry is not None and entry.elf is not None else "bytes")
        self.say(event.content.note(entry.size if entry is not None else 0), "warning")

    @on(messages.Highlighted)
    def _set_off(self, event: messages.Highlighted) -> None:
        if self._content is not None and self._content.text is not None and event.spans:
            self._views.text.show(document(self._content.text.text, event.spans))

    @on(messages.Told)
    def _show_told(self, event: messages.Told) -> None:
        self._views.show_told(event.view, event.shown)

    @on(messages.Saved)
    def _tell_saved(self, event: messages.Saved) -> None:
        self._is_saving = False
        self.say(f"{format_size(event.size)} saved to {event.target.absolute()}", "good")

    @on(messages.Refused)
    def _refuse(self, event: messages.Refused) -> None:
        error = event.error
        told = f"{error.message}; {error.hint}" if error.hint else error.message
        if not event.while_saving:
            self._is_reading = False
            self._say_nothing(told)
            return
        self._is_saving = False
        if self.is_typing:
            self.say(error.message, "bad")
            return
        self.say(told, "warning" if isinstance(error, TargetExists) else "bad")
        self._target.ask()
        if isinstance(error, TargetExists):
            self._replaced = self._target.input.value

    def say(self, text: str, tone: Tone = "dim") -> None:
        """Let the line below the views say `text`."""
        self._status.update(content([Line(text, tone)]))

    def _say_nothing(self, why: str) -> None:
        """Say why there is no content."""
        self._views.show_nothing(why)
        self.say(why, "warning")

    @on(TabBar.Clicked)
    def _follow_tab(self, event: TabBar.Clicked) -> None:
        self.action_view(event.name)

    def action_view(self, name: str) -> None:
        """Show the view called `name`, and let it have the keys."""
        self._show_view(name)
        self.set_focus(self.view)

    def _show_view(self, name: str) -> None:
        """Show the view called `name`; the keys go there as well, unless the reader is typing."""
        self._tabs.activate(name)
        self._views.current = name
        if not self.is_typing:
            self.set_focus(self.view)

    def action_next_view(self, views: int) -> None:
        """Go `views` on, around the end."""
        names = [tab.name for tab in FILE_TABS]
        self.action_view(names[(names.index(self._tabs.active) + views) % len(names)])

    def action_back(self) -> None:
        """Stop what is under way; where nothing is, go back to the image."""
        if self._is_saving:
            self._is_saving = False
            self._saver.stop()
            self.say("saving was stopped", "warning")
        elif self._is_reading:
            self._is_reading = False
            self._reader.stop()
            self._say_nothing("reading was stopped")
        else:
            self.dismiss()

    def action_wrap(self) -> None:
        """Wrap long lines, or scroll to the side."""
        if isinstance(self.view, TextView):
            self.view.toggle_wrap()

    def action_search(self) -> None:
        """Ask what to search for."""
        self._search.ask()

    def action_step(self, matches: int) -> None:
        """Go on among what was found."""
        self._views.step(self._tabs.active, matches)
        self._tell_matches()

    def action_save(self) -> None:
        """Ask where to save the file."""
        if self._place is not None and self._place.file is not None:
            self._replaced = ""
            self._target.ask(self._target.input.value or suggested_name(self._place.file.path))

    @on(PromptBar.Changed, "#search")
    def _search_soon(self, event: PromptBar.Changed) -> None:
        if self._content is None or len(self._content.data) <= _SEARCHED_WHILE_TYPING:
            self._views.search(self._tabs.active, event.text)
            self._tell_matches()

    @on(PromptBar.Submitted, "#search")
    def _search_now(self, event: PromptBar.Submitted) -> None:
        self._search.display = False
        self._views.search(self._tabs.active, event.text)
        self.set_focus(self.view)
        self._tell_matches()

    @on(PromptBar.Closed)
    def _close_prompt(self, event: PromptBar.Closed) -> None:
        if event.control is self._search:
            self._views.search(self._tabs.active, "")
        self.set_focus(self.view)

    def _tell_matches(self) -> None:
        found = self._views.found(self._tabs.active)
        shows_content = self.view in (self._views.text, self._views.bytes)
        is_part = shows_content and self._content is not None and not self._content.is_whole
        self.say(f"{found} in what is shown" if found and is_part else found)

    @on(PromptBar.Changed, "#target")
    def _take_back(self) -> None:
        self._replaced = ""
        self.say("")

    @on(PromptBar.Submitted, "#target")
    def _save(self, event: PromptBar.Submitted) -> None:
        if self._place is None or self._place.file is None:
            return
        try:
            target = target_of(event.text, suggested_name(self._place.file.path))
        except UsageError as error:
            self.say(error.message, "bad")
            return
        self._target.display = False
        self.set_focus(self.view)
        self._is_saving = True
        self._saver = FileReader(self._session, self.post_message)
        self._write(self._saver, self._place, target, replace=self._replaced == event.text)
