"""The pictures in the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.picture import IMAGES, PICTURES, draw, path_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", PICTURES)
async def test_pictures_in_the_documentation_are_what_the_terminal_ui_looks_like(name: str, tmp_path: Path) -> None:
    drawn = await draw(PICTURES[name])
    (tmp_path / "drawn.svg").write_text(drawn, encoding="utf-8")
    assert drawn == path_of(name).read_text(encoding="utf-8"), (
        f"compare {path_of(name)} with {tmp_path / 'drawn.svg'}; if the latter is right: python -m tests.tui.picture"
    )


def test_no_picture_is_left_that_nothing_draws_or_shows() -> None:
    assert {path.stem for path in IMAGES.glob("tui*.svg")} == set(PICTURES)
    pages = "".join(page.read_text(encoding="utf-8") for page in IMAGES.parent.glob("tui*.md"))
    assert [name for name in PICTURES if f"(images/{name}.svg)" not in pages] == []
