"""Screens as a whole: what stands where, and in which colours, on a small, a wide and a very small terminal.

After a change that is meant to be seen, look at the report that a failure leaves, and write the pictures anew:
`python -m pytest tests/tui/test_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from imgscope.oci.platform import Platform
from imgscope.tui.screens.export import ExportScreen
from imgscope.tui.screens.platforms import PlatformScreen
from tests.tui.picture import Picture, Posed, find
from tests.tui.stage import screen_text

pytestmark = pytest.mark.terminal

WIDEST: Final = (160, 48)
SCREENS: Final = {
    "layers": (Picture(keys=("down",)), "RUN apt-get update"),
    "leftovers": (Picture(keys=("3", "enter")), "version control"),
    "waste": (Picture(keys=("4",)), "overwritten"),
    "packages": (Picture(keys=("5",)), "libssl-dev"),
    "findings": (Picture(keys=("6",)), "high"),
    "config": (Picture(keys=("7",)), "what containers start with"),
    "libc": (Picture(keys=("8",)), "glibc 2.36"),
    "treemap": (Picture(keys=("9",)), "usr/"),
    "treemap-by-layer": (Picture(keys=("9", "V", "down")), "RUN apt-get update"),
    "comparison": (Picture(is_comparison=True), "ghcr.io/team/app:3"),
    "comparison-files": (Picture(is_comparison=True, keys=("G", "l", "j", "l", "j", "l")), "gcc/"),
    "comparison-of-variants": (Picture(is_of_variants=True), "app:1-slim"),
    "two-images": (Picture(is_of_variants=True, keys=("f", "j")), "Show the files of"),
    "two-images-reading": (Picture(is_of_variants=True, half_read=True, keys=("f", "enter")), "reading: 50%"),
    "two-images-files": (Picture(is_of_variants=True, keys=("f", "j", "enter", "l", "l", "j", "l")), "lib/"),
    "two-images-help": (Picture(is_of_variants=True, keys=("question_mark",)), "the files of two of the images"),
    "files": (Picture(keys=("2", "l", "l", "j", "l")), "python3"),
    "files-filtered": (
        Picture(keys=(*["down"] * 4, "2", "t", "t", "slash", *"is:added,modified,removed")),
        "module3.py",
    ),
    "file-elf": (Picture(keys=find("python3 is:elf")), "/lib64/ld-linux-x86-64.so.2"),
    "file-bytes": (Picture(keys=(*find("HEAD"), "2", "slash", *"main")), "72 65 66 3a"),
    "file-history": (Picture(keys=(*find("module4.py"), "4")), "COPY . /app"),
    "start": (Picture(is_start=True), "inspected before"),
    "reading": (Picture(half_read=True), "so far"),
    "help": (Picture(keys=("question_mark",)), "Layers"),
    "platforms": (Picture(), "linux/arm/v7"),
    "export": (Picture(), "report.json"),
}
_PLATFORMS: Final = tuple(map(Platform.parse, ("linux/amd64", "linux/arm64/v8", "linux/arm/v7")))
DIALOGS: Final[dict[str, Callable[[], Screen[Any]]]] = {
    "platforms": lambda: PlatformScreen(_PLATFORMS, _PLATFORMS[0]),
    "export": lambda: ExportScreen("json", "report.json", str),
}


@pytest.mark.parametrize("size", [WIDEST, (80, 24), (60, 15)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", SCREENS)
def test_screens_look_as_they_did(name: str, size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    picture, says = SCREENS[name]
    posed = Posed(picture)

    async def pose(pilot: Pilot[None]) -> None:
        await posed.pose(pilot)
        if name in DIALOGS:
            await pilot.app.push_screen(DIALOGS[name]())
            await posed.settle(pilot)
        assert says in screen_text(pilot)
        if size != WIDEST:
            await pilot.resize_terminal(*size)
            await posed.settle(pilot)

    try:
        assert snap_compare(posed.app, terminal_size=WIDEST, run_before=pose)
    finally:
        posed.close()
