"""The picture in the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.picture import PICTURE, draw

pytestmark = pytest.mark.anyio


async def test_the_picture_in_the_documentation_is_what_the_terminal_ui_looks_like(tmp_path: Path) -> None:
    drawn = await draw()
    (tmp_path / "drawn.svg").write_text(drawn, encoding="utf-8")
    assert drawn == PICTURE.read_text(encoding="utf-8"), (
        f"compare {PICTURE} with {tmp_path / 'drawn.svg'}; if the latter is right: python -m tests.tui.picture"
    )
