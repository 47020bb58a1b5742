"""What an image calls things does no harm in any format."""

from __future__ import annotations

import unicodedata

import pytest

from imgscope.render import formats, renderer
from imgscope.render.base import RenderOptions
from tests.render.hostile import MARK, hostile


@pytest.mark.parametrize("name", formats())
def test_C70_nothing_in_any_format_acts_on_a_terminal_or_is_no_UTF_8(name: str) -> None:
    text = renderer(name).render([hostile()], RenderOptions(detailed=True, width=300))
    text.encode()
    acting = [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl")]
    assert acting == []
    assert MARK in text


@pytest.mark.parametrize("name", formats())
def test_C71_no_name_begins_a_line_of_its_own_that_a_build_log_acts_on(name: str) -> None:
    text = renderer(name).render([hostile()], RenderOptions(detailed=True, width=300))
    assert not [
        line for line in text.split("\n") if "owned" in line and line.lstrip().startswith(("::error file=x", "##["))
    ]
