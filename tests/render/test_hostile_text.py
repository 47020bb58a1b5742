"""What an image calls things does no harm in any format."""

from __future__ import annotations

import unicodedata

import pytest

from imgscope.contents import with_contents
from imgscope.render import formats, renderer
from imgscope.render.base import RenderOptions
from tests.render.hostile import MARK, hostile
from tests.support.images import file, layer
from tests.support.memory import tree_of


def render(name: str) -> str:
    """Return the hostile report in one format."""
    tree = tree_of(layer(file(f"usr/{MARK}\x1b[31m", "x"), file(f"{MARK}</script>\u2028", "x")))
    return renderer(name).render([with_contents(hostile(), tree)], RenderOptions(detailed=True, width=300))


@pytest.mark.parametrize("name", formats())
def test_C70_nothing_in_any_format_acts_on_a_terminal_or_is_no_UTF_8(name: str) -> None:
    text = render(name)
    text.encode()
    acting = [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl")]
    assert acting == []
    assert MARK in text


@pytest.mark.parametrize("name", formats())
def test_C71_no_name_begins_a_line_of_its_own_that_a_build_log_acts_on(name: str) -> None:
    text = render(name)
    assert not [
        line for line in text.split("\n") if "owned" in line and line.lstrip().startswith(("::error file=x", "##["))
    ]
