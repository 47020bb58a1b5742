"""The first screen where no image was named: takes a reference, and offers what can be had without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, Static

from imgscope._version import __version__
from imgscope.errors import ImgscopeError
from imgscope.offers import OfferGroup
from imgscope.text import printable
from imgscope.tui.keys import KeySection, section
from imgscope.tui.messages import OpenImage
from imgscope.tui.model.lines import Line
from imgscope.tui.model.start import offer_rows
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.line_input import LineInput
from imgscope.tui.widgets.offer_list import OfferList
from imgscope.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from imgscope.tui.app import InspectApp

_EXAMPLES: Final = (
    "nginx:latest · ghcr.io/org/app@sha256:… · oci:DIRECTORY · docker-archive:FILE · docker-daemon:NAME · podman:NAME"
)


class StartScreen(Screen[None]):
    """An input above the list of images; what is typed also narrows the list.

    An image that cannot be opened is told between the two. With `can_close` there is an image to go back to.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="stop looking for an image, or back to the one that was open"),
        Binding("tab,shift+tab", "change_focus", "Input/list", tooltip="from the input to the list and back"),
        Binding("slash", "type", "Type a name"),
        Binding("down", "to_list", "To the list", show=False, tooltip="from the input to the list"),
    ]

    def __init__(self, *, can_close: bool) -> None:
        super().__init__()
        self._can_close = can_close
        self._input = LineInput(placeholder="the name of an image", select_on_focus=False, compact=True)
        self._told = Static(markup=False, id="told")
        self._list = OfferList()
        self._list.placeholder = "looking for images …"
        self._groups: Sequence[OfferGroup] = ()
        self._is_opening = False

    @property
    def inspect_app(self) -> InspectApp:
        """The app, which opens images."""
        return cast("InspectApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Static(content([Line(f"imgscope {__version__} · which image?", "strong")]), classes="title")
        with Horizontal(id="question"):
            yield Static("›", markup=False)
            yield self._input
        yield self._told
        yield self._list
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look for what there is to offer."""
        self._tell([Line(_EXAMPLES, "dim")])
        self.set_focus(self._input)
        self.inspect_app.look_for_offers()

    def show_offers(self, groups: Sequence[OfferGroup]) -> None:
        """List what was found."""
        self._groups = groups
        # What is suggested is drawn as it is.
        references = [
            offer.reference
            for group in groups
            for offer in group.offers
            if printable(offer.reference) == offer.reference
        ]
        self._input.suggester = SuggestFromList(references, case_sensitive=True)
        self._update_list()

    def show_error(self, error: ImgscopeError) -> None:
        """Tell why an image could not be opened, and what to do about it."""
        self._is_opening = False
        hint = [Line(f"hint: {error.hint}", "warning")] if error.hint else []
        self._tell([Line(error.message, "bad"), *hint])
        self.set_focus(self._input)

    def key_sections(self) -> Iterator[KeySection]:
        """Yield the keys."""
        yield section("Start", type(self), OfferList, without=(RowList,))
        yield section("Lists", RowList)

    @on(Input.Changed)
    def _update_list(self) -> None:
        self._list.placeholder = "none of the images that are known here is called like this" if self._groups else ""
        self._list.show(offer_rows(self._groups, self._input.value))

    @on(Input.Submitted)
    def _open_typed(self) -> None:
        reference = self._input.value.strip()
        if reference:
            self._open(reference)

    @on(RowList.Chosen)
    def _open_chosen(self, event: RowList.Chosen) -> None:
        reference = self._list.rows[event.position].reference
        if reference:
            self._open(reference)

    @on(RowList.Highlighted)
    def _tell_problem(self, event: RowList.Highlighted) -> None:
        row = self._list.rows[event.position]
        # Its row may have too little room for it.
        if not row.reference and self._list.has_focus and not self._is_opening:
            self._tell([Line(row.about, "warning")])

    def _open(self, reference: str) -> None:
        self._is_opening = True
        self._tell([Line(f"looking for {reference} … (escape stops that)")])
        self.post_message(OpenImage(reference))

    def _tell(self, lines: list[Line]) -> None:
        self._told.update(content(lines))

    def action_back(self) -> None:
        """Stop looking for an image; if none is looked for, go back."""
        if self._is_opening:
            self._is_opening = False
            self.inspect_app.stop_opening()
            self._tell([Line(_EXAMPLES, "dim")])
        elif self._can_close:
            self.dismiss()
        else:
            self.set_focus(self._list)

    def action_change_focus(self) -> None:
        """Go from the input to the list and back."""
        self.set_focus(self._list if self.focused is self._input else self._input)

    def action_to_list(self) -> None:
        """Go to the list."""
        self.set_focus(self._list)

    def action_type(self) -> None:
        """Go to the input."""
        self.set_focus(self._input)
