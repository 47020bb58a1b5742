"""Finding formats by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imgscope.errors import UsageError
from imgscope.render import formats, renderer


def test_every_format_can_be_had_by_its_name() -> None:
    assert formats() == ["cyclonedx", "dive", "github", "html", "json", "junit", "markdown", "sarif", "text"]
    for name in formats():
        assert callable(renderer(name).render)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("jso", "did you mean json? There are: cyclonedx, dive, github, html, json, junit, markdown, sarif, text"),
        ("pdf", "There are: cyclonedx, dive, github, html, json, junit, markdown, sarif, text"),
    ],
)
def test_a_name_that_is_none_is_refused_with_those_there_are(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        renderer(name)
    assert raised.value.hint == hint


def test_a_format_loads_no_other() -> None:
    code = "import sys; from imgscope.render import renderer; renderer('json'); print('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
