"""The file view: content, bytes, ELF facts, history; search, wrap and save."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from imgscope.errors import UsageError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.sources.base import ImageHead
from imgscope.tui.file_messages import Refused
from imgscope.tui.messages import OpenFile
from imgscope.tui.model.content import fetch
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.widgets.hex_view import HexView
from imgscope.tui.widgets.prompt_bar import PromptBar
from imgscope.tui.widgets.text_view import TextView
from tests.support.elf import GLIBC_LOADER, glibc_library, glibc_program
from tests.support.images import BuiltImage, device, directory, file, hard_link, image, layer, symlink, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import press, screen_text, session_of, shown, until

pytestmark = pytest.mark.anyio

PYTHON = "import os\n\n\ndef main():\n    return 'x' * 10\n" + "# filler\n" * 60 + "main()\n"


def built() -> BuiltImage:
    return image(
        [
            layer(
                file("app/main.py", PYTHON),
                file("app/gone.txt", "what was here\n"),
                file("app/wide.txt", "word " * 60 + "end\n"),
                file("bin/tool", glibc_program(), mode=0o755),
                file(GLIBC_LOADER.strip("/"), glibc_library("2.36", "ld-linux-x86-64.so.2")),
                file("data", bytes(range(256)) * 8),
                file("empty", ""),
                file("large", b"0123456789abcde\n" * 3000),
                hard_link("app/again.py", "app/main.py"),
                symlink("app/link", "/app/main.py"),
                symlink("app/lost", "/nowhere"),
                symlink("app/up", "/bin"),
                device("dev/null", 1, 3),
                directory("run"),
                created_by="COPY . / # buildkit",
            ),
            layer(
                file("app/main.py", PYTHON, uid=1000),
                whiteout("app/gone.txt"),
                created_by="RUN /bin/sh -c chown app /app # buildkit",
            ),
        ]
    )


async def settled(pilot: Pilot[None]) -> None:
    """Wait for what messages that were posted started."""
    for _ in range(3):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def view(pilot: Pilot[None], path: str, layer: int | None = None) -> str:
    """Open the file and return what is on the screen."""
    while isinstance(pilot.app.screen, FileScreen):
        await press(pilot, "escape")
    pilot.app.screen.post_message(OpenFile(path, layer))
    await settled(pilot)
    assert isinstance(pilot.app.screen, FileScreen)
    return screen_text(pilot)


def lines(pilot: Pilot[None]) -> list[str]:
    return screen_text(pilot).split("\n")


async def test_text_is_shown_with_line_numbers_and_where_it_comes_from() -> None:
    async with shown(MemorySource(built())) as pilot:
        text = await view(pilot, "app/main.py")
        assert lines(pilot)[0] == " /app/main.py"
        assert lines(pilot)[1] == " -rw-r--r-- · 1000:0 · 591 B · layer 1"
        assert "  1 import os" in text
        assert "  5     return 'x' * 10" in text
        await press(pilot, "G")
        assert " 66 main()" in screen_text(pilot)
        await press(pilot, "g", "pagedown", "up", "down", "k", "j")
        assert "  1 import os" not in screen_text(pilot)
        await press(pilot, "home", "space", "b")
        assert "  1 import os" in screen_text(pilot)
        strips = pilot.app.screen._compositor.render_strips()
        styles = {segment.text.strip(): segment.style for segment in strips[3]}
        assert styles["import"] != styles["os"], "keywords are set off"


async def test_enter_on_a_file_opens_it_and_escape_goes_back() -> None:
    async with shown(MemorySource(built())) as pilot:
        await press(pilot, "2")
        await press(pilot, "slash", *"main", "enter", "down", "enter")
        await settled(pilot)
        assert lines(pilot)[0] == " /app/main.py"
        await press(pilot, "question_mark")
        assert "save the file to a place of your choice" in screen_text(pilot)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, ImageScreen)


async def test_bytes_are_shown_for_what_is_no_text() -> None:
    async with shown(MemorySource(built())) as pilot:
        text = await view(pilot, "data")
        assert "00000040  40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO" in text
        await press(pilot, "1")
        assert "this is not text: 2 shows its bytes" in screen_text(pilot)
        text = await view(pilot, "app/main.py")
        await press(pilot, "2")
        assert "00000000  69 6d 70 6f 72 74 20 6f" in screen_text(pilot)


async def test_elf_files_tell_what_they_need_and_where_it_is() -> None:
    async with shown(MemorySource(built())) as pilot:
        text = await view(pilot, "bin/tool")
        assert "program, dynamically linked" in text
        assert f"loader       {GLIBC_LOADER}" in text
        assert "libc.so.6 is not found" in text
        await press(pilot, "shift+tab")
        assert ".ELF" in screen_text(pilot)
        await view(pilot, "data")
        await press(pilot, "3")
        assert "this is no ELF file" in screen_text(pilot)


async def test_history_tells_every_layer_that_had_to_do_with_the_path() -> None:
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "4")
        text = screen_text(pilot)
        assert "layer 0: + added" in text
        assert "layer 1: * changed, but not its content" in text
        assert "owner: 0:0 → 1000:0" in text
        assert "RUN chown app /app" in text
        assert "1.18 kB ship in 2 layers, 591 B of it visible" in text


async def test_what_a_layer_removed_is_shown_as_it_was() -> None:
    async with shown(MemorySource(built())) as pilot:
        text = await view(pilot, "app/gone.txt", 1)
        assert "1 what was here" in text
        await press(pilot, "4")
        assert "/app/gone.txt is not in the image any more" in screen_text(pilot)
        assert "there is nothing here" in await view(pilot, "app/gone.txt")
        assert "-rw-r--r-- · 0:0 · 591 B · layer 0" in await view(pilot, "app/main.py", 0)


async def test_links_and_what_has_no_content_are_told() -> None:
    told = {
        "app/link": "/app/link → /app/main.py",
        "app/again.py": "1 import os",
        "app/lost": "this link leads to /nowhere, which is not there",
        "app/up": "this link leads to the directory /bin",
        "dev/null": "this is a character device, which has no content",
        "run": "this is a directory",
        "empty": "the file is empty",
    }
    async with shown(MemorySource(built())) as pilot:
        for path, said in told.items():
            assert said in await view(pilot, path), path


async def test_of_large_files_the_beginning_is_shown_and_all_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MOST_SHOWN", 1600)
    monkeypatch.chdir(tmp_path)
    async with shown(MemorySource(built())) as pilot:
        assert "the first 1.60 kB of 48.0 kB; s saves all of it" in await view(pilot, "large")
        await press(pilot, "G")
        assert "100 0123456789abcde" in screen_text(pilot)
        await press(pilot, "slash", "x", "enter")
        assert "nothing found in what is shown" in screen_text(pilot)
        await press(pilot, "s", "enter")
        await settled(pilot)
        assert "48.0 kB saved to" in screen_text(pilot)
        assert (tmp_path / "large").read_bytes() == b"0123456789abcde\n" * 3000


async def test_search_goes_from_match_to_match_around_the_end() -> None:
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "slash", *"main")
        assert "match 1 of 2" in screen_text(pilot)
        await press(pilot, "enter", "n")
        assert "match 2 of 2" in screen_text(pilot)
        assert " 66 main()" in screen_text(pilot)
        await press(pilot, "n")
        assert "match 1 of 2" in screen_text(pilot)
        await press(pilot, "N")
        assert "match 2 of 2" in screen_text(pilot)
        await press(pilot, "ctrl+f", *"zz", "enter")
        assert "nothing found" in screen_text(pilot)
        await press(pilot, "slash", "escape", "2", "slash", *["backspace"] * 6, *"0x6d61", "enter")
        assert "match 1 of 2" in screen_text(pilot)


async def test_long_lines_are_scrolled_aside_or_wrapped() -> None:
    async with shown(MemorySource(built())) as pilot:
        assert "end" not in await view(pilot, "app/wide.txt")
        await press(pilot, "right", "l", "left", "h")
        assert " 1 word word" in screen_text(pilot)
        pilot.app.screen.query_one(TextView).action_columns(30)
        await settled(pilot)
        assert "end" in screen_text(pilot)
        await press(pilot, "w")
        await settled(pilot)
        assert "end" in screen_text(pilot)
        await press(pilot, "w")
        await settled(pilot)
        assert "end" not in screen_text(pilot)


async def test_saving_asks_where_and_again_before_it_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text("mine")
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "s")
        target = pilot.app.screen.query_one("#target", PromptBar)
        assert target.input.value == "main.py"
        await press(pilot, "enter")
        await settled(pilot)
        assert "main.py exists; press enter again to replace it" in screen_text(pilot)
        assert (tmp_path / "main.py").read_text() == "mine"
        await press(pilot, "enter")
        await settled(pilot)
        assert "591 B saved to" in screen_text(pilot)
        assert (tmp_path / "main.py").read_text() == PYTHON
        await press(pilot, "s", "x", "enter")
        await settled(pilot)
        assert (tmp_path / "main.pyx").read_text() == PYTHON


async def test_typing_something_else_takes_back_what_was_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text("mine")
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "s", "enter")
        await settled(pilot)
        await press(pilot, "x", "backspace", "enter")
        await settled(pilot)
        assert "press enter again" in screen_text(pilot)
        assert (tmp_path / "main.py").read_text() == "mine"
        await press(pilot, "escape")
        assert not pilot.app.screen.query_one("#target").display


async def test_where_nothing_can_be_saved_is_said_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "s", "home", *"no/such/", "enter")
        await settled(pilot)
        assert "cannot be written: No such file or directory" in screen_text(pilot)
        pilot.app.screen.query_one("#target", PromptBar).input.value = " "
        await press(pilot, "enter")
        assert "that is no path to save to" in screen_text(pilot)


class _Slow:
    """Gives the first piece of a file, and the rest never: only stopping ends it."""

    def __init__(self) -> None:
        self.cancelled: threading.Event | None = None

    @contextmanager
    def open_file(
        self,
        head: ImageHead,
        tree: FileTree,
        node: Node,
        *,
        received: Callable[[int], None],
        cancelled: threading.Event,
    ) -> Iterator[Iterator[bytes | memoryview]]:
        self.cancelled = cancelled
        yield self._pieces(received, cancelled)

    def _pieces(self, received: Callable[[int], None], cancelled: threading.Event) -> Iterator[bytes]:
        yield b"begun "
        while not cancelled.wait(0.12):
            received(77)


@asynccontextmanager
async def _slowly_shown() -> AsyncIterator[tuple[Pilot[None], _Slow]]:
    slow = _Slow()
    async with shown(MemorySource(built())) as pilot:
        session_of(pilot).open_content = slow.open_file
        pilot.app.screen.post_message(OpenFile("large"))
        await until(pilot, lambda: "77 B of" in screen_text(pilot))
        yield pilot, slow


async def test_reading_tells_how_far_it_is_and_is_stopped_by_escape() -> None:
    async with _slowly_shown() as (pilot, slow):
        assert "reading layer 0: 77 B of" in screen_text(pilot)
        await press(pilot, "escape")
        assert "reading was stopped" in screen_text(pilot)
        assert slow.cancelled is not None
        assert slow.cancelled.is_set()
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ImageScreen)


async def test_a_layer_that_is_gone_is_said() -> None:
    source = MemorySource(built())
    async with shown(source) as pilot:
        source._blobs[built().layers[0].digest] = None
        assert "there is no blob sha256:" in await view(pilot, "large")
        assert "push the image again" in " ".join(screen_text(pilot).split())


class _HeldBack:
    """Gives what is no text, once it may."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.is_waited_for = True

    @contextmanager
    def open_file(
        self,
        head: ImageHead,
        tree: FileTree,
        node: Node,
        *,
        received: Callable[[int], None],
        cancelled: threading.Event,
    ) -> Iterator[Iterator[bytes | memoryview]]:
        self.is_waited_for = not threading.current_thread().daemon
        assert self.goes_on.wait(30)
        yield iter([bytes(range(256))])


@asynccontextmanager
async def _held_back() -> AsyncIterator[tuple[Pilot[None], _HeldBack, FileScreen]]:
    held_back = _HeldBack()
    async with shown(MemorySource(built())) as pilot:
        session_of(pilot).open_content = held_back.open_file
        pilot.app.screen.post_message(OpenFile("data"))
        await until(pilot, lambda: "reading layer 0 as far as the file" in screen_text(pilot))
        assert isinstance(pilot.app.screen, FileScreen)
        yield pilot, held_back, pilot.app.screen
        held_back.goes_on.set()


async def test_content_that_arrives_leaves_the_keys_to_who_is_typing() -> None:
    async with _held_back() as (pilot, held_back, screen):
        await pilot.press("s")
        assert not held_back.is_waited_for, "at the end of the program"
        held_back.goes_on.set()
        await settled(pilot)
        assert "00000000  00 01 02 03" in screen_text(pilot)
        await pilot.press("2", "n")
        assert screen.query_one("#target", PromptBar).input.value == "data2n"
        await pilot.press("escape", "slash", "b")
        screen.post_message(Refused(UsageError("the disk is full"), while_saving=True))
        await settled(pilot)
        assert "the disk is full" in screen_text(pilot)
        await pilot.press("b")
        assert screen.query_one("#search", PromptBar).input.value == "bb"
        assert not screen.query_one("#target").display


async def test_a_view_that_was_not_searched_yet_is_when_the_next_match_is_asked_for() -> None:
    async with shown(MemorySource(built())) as pilot:
        await view(pilot, "app/main.py")
        await press(pilot, "slash", *"chown", "enter")
        assert "nothing found" in screen_text(pilot)
        await press(pilot, "4", "n")
        assert "match 1 of 1" in screen_text(pilot)
        await press(pilot, "1", "slash", "escape", "n")
        assert "found" not in screen_text(pilot), "nothing is searched for any more"


async def test_escape_stops_one_thing_at_a_time() -> None:
    async with _slowly_shown() as (pilot, slow):
        screen = pilot.app.screen
        assert isinstance(screen, FileScreen)
        screen._is_saving = True
        await pilot.press("escape")
        assert "saving was stopped" in screen_text(pilot)
        assert slow.cancelled is not None
        assert not slow.cancelled.is_set()
        await pilot.press("escape")
        assert pilot.app.screen is screen
        assert slow.cancelled.is_set()
        assert screen_text(pilot).count("reading was stopped") == 2, "in the view and below it"
        assert "reading …" not in screen_text(pilot)


async def test_bytes_stay_within_the_narrowest_terminal() -> None:
    async with shown(MemorySource(built()), (10, 24)) as pilot:
        await view(pilot, "data")
        shown_bytes = pilot.app.screen.query_one(HexView)
        width = shown_bytes.scrollable_content_region.width
        assert 0 < width < 10
        assert len(shown_bytes.render_line(0).text) == width
