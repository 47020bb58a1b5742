"""Text on its way to the screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from imgscope.text import UNSAFE
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.drawing import bar, content, fit


@given(st.text(), st.integers(0, 40), st.booleans())
def test_C70_fitted_text_is_safe_and_has_exactly_the_width(text: str, width: int, is_right: bool) -> None:
    fitted = fit(text, width, is_right=is_right)
    assert cell_len(fitted) == width
    assert not UNSAFE.search(fitted)


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    assert fit("instruction", 6) == "instr…"
    assert fit("日本語", 4) == "日 …"
    assert fit("a" + "\u0301" * 50, 4).endswith("…")


def test_what_fits_is_filled_up() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, is_right=True) == "  ab"


@given(st.text())
def test_C71_content_is_never_read_as_markup(text: str) -> None:
    shown = content([Line(f"[b]{text}[/b]")])
    assert shown.plain.startswith("[b]")
    assert not shown.spans
    assert not UNSAFE.search(shown.plain)


def test_bars_are_as_long_as_their_share() -> None:
    assert bar(0.0, 4) == "    "
    assert bar(0.5, 4) == "██  "
    assert bar(1.0, 4) == "████"
    assert bar(0.0001, 4) == "▏   "
    assert bar(0.3125, 4) == "█▎  "
