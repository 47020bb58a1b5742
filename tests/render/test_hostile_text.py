"""What an image calls things does no harm in any format."""

from __future__ import annotations

import re
import unicodedata

import pytest

from imgscope.contents import with_contents
from imgscope.render import formats, renderer
from imgscope.render.base import RenderOptions
from tests.render.hostile import MARK, hostile
from tests.support.images import file, layer
from tests.support.memory import tree_of


def render(name: str, *, width: int = 300) -> str:
    """Return the hostile report in one format."""
    tree = tree_of(layer(file(f"usr/{MARK}\x1b[31m", "x"), file(f"{MARK}</script>\u2028", "x")))
    return renderer(name).render([with_contents(hostile(), tree)], RenderOptions(detailed=True, width=width))


@pytest.mark.parametrize("name", formats())
def test_C70_nothing_in_any_format_acts_on_a_terminal_or_is_no_UTF_8(name: str) -> None:
    text = render(name)
    text.encode()
    acting = [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl")]
    assert acting == []
    assert MARK in text


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("width", [40, 61, 80, 300])
def test_C71_no_name_becomes_a_line_that_a_build_log_takes_for_a_command(name: str, width: int) -> None:
    begun = [line.lstrip() for line in render(name, width=width).split("\n") if "owned" in line]
    commands = [line for line in begun if line.startswith(("::", "##[", "##vso["))]
    # The format that is made of commands has only its own, with a title that we gave it.
    own = re.compile(r"::error title=(secret-in-file \(high\)|policy%3A [^,:]*|incomplete)::")
    assert [line for line in commands if name != "github" or not own.match(line)] == []
