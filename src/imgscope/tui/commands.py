"""What the command palette offers: everything that has a key, and what is too rare to have one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from imgscope.errors import ImgscopeError
from imgscope.text import printable
from imgscope.tui.messages import GoToPane
from imgscope.tui.screens.export import ExportScreen
from imgscope.tui.screens.image import ImageScreen

if TYPE_CHECKING:
    from imgscope.tui.app import InspectApp


def commands_of(app: InspectApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield the commands that make sense on `screen`."""
    if isinstance(screen, ImageScreen):
        yield from _image_commands(app, screen)
    yield SystemCommand("Theme", "Choose colours", app.search_themes)
    yield SystemCommand("Next theme", "Dark, light, high contrast (ctrl+t)", app.action_next_theme)
    if app.keep_theme is not None and not app.is_web:
        yield SystemCommand("Keep this theme", "Begin with these colours the next time", partial(_keep_theme, app))
    yield SystemCommand("Help", "All keys (?)", app.action_help)
    yield SystemCommand("Quit", "Leave imgscope (q)", app.action_quit)


def _image_commands(app: InspectApp, screen: ImageScreen) -> Iterator[SystemCommand]:
    for kind in screen.kinds:
        yield SystemCommand(f"Go to {kind.title}", f"The pane on {kind.key}", partial(_go_to_pane, screen, kind.name))
    if not app.is_web:
        yield SystemCommand("Open another image", "The start screen (o)", app.action_start)
    yield SystemCommand("Platform", "Show the image for another platform (p)", screen.action_platform)
    yield SystemCommand("Read again", "Fetch what could not be read, and what has changed (r)", screen.action_retry)
    inspection = screen.session.inspection
    # Whoever opens the page in a browser is not who may write files here.
    if app.write_report is None or inspection is None or app.is_web:
        return
    for name in app.formats:
        write = partial(app.write_report, inspection)
        begin = f"{_file_name(screen)}.{_ENDINGS.get(name, name)}"
        yield SystemCommand(
            f"Export report as {name}", "Write it to a file", partial(app.push_screen, ExportScreen(name, begin, write))
        )


def _go_to_pane(screen: ImageScreen, name: str) -> None:
    # What the palette calls is not awaited.
    screen.post_message(GoToPane(name))


_ENDINGS = {"markdown": "md", "text": "txt", "sarif": "sarif.json", "github": "txt", "junit": "xml"}


def _file_name(screen: ImageScreen) -> str:
    """Return a name for a report that no image can make into a path."""
    last = screen.session.reference.rstrip("/").rpartition("/")[2]
    return (
        "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in last)[:60] or "image"
    )


def _keep_theme(app: InspectApp) -> None:
    assert app.keep_theme is not None
    try:
        app.keep_theme(app.theme)
    except OSError as error:
        app.notify(printable(f"the theme cannot be kept: {error.strerror or error}"), severity="error", markup=False)
    except ImgscopeError as error:
        app.tell_error(error)
    else:
        app.notify("imgscope begins with this theme from now on", markup=False)
