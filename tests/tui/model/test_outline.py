"""Rows that open, close, are filtered and sorted."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.tui.model.lines import Line
from imgscope.tui.model.outline import Clip, Outline, OutlineRow


def row(name: str, *below: OutlineRow, **fields: object) -> OutlineRow:
    def within() -> Sequence[OutlineRow]:
        return below

    return OutlineRow(
        key=name,
        cells=(Line(name),),
        below=within if below else None,
        searched=name,
        **fields,  # type: ignore[arg-type]
    )


def shown(outline: Outline) -> list[str]:
    return [f"{'-' * outline.depth(number)}{outline.row(number).key}" for number in range(len(outline))]


def test_a_row_opens_to_what_is_in_it_and_closes_with_all_of_it() -> None:
    outline = Outline([row("a", row("b", row("c")), row("d")), row("e")])
    assert shown(outline) == ["a", "e"]
    outline.set_open(0, is_open=True)
    outline.set_open(1, is_open=True)
    assert shown(outline) == ["a", "-b", "--c", "-d", "e"]
    assert [outline.parent(number) for number in range(5)] == [0, 0, 1, 0, 4]
    outline.set_open(0, is_open=False)
    assert shown(outline) == ["a", "e"]
    outline.set_open(0, is_open=True)
    assert shown(outline) == ["a", "-b", "--c", "-d", "e"], "what was open below it still is"
    outline.set_open(4, is_open=True)
    assert not outline.is_open(4), "nothing can be in it"


def test_rows_that_begin_open_do_and_may_be_closed() -> None:
    outline = Outline([row("a", row("b"), begins_open=True)])
    assert shown(outline) == ["a", "-b"]
    outline.set_open(0, is_open=False)
    outline.replace([row("a", row("b"), begins_open=True), row("x")])
    assert shown(outline) == ["a", "x"]


def test_a_filter_wants_all_words_and_goes_into_sections_only() -> None:
    outline = Outline([row("section", row("Red apple"), row("green apple"), is_section=True), row("red", row("blue"))])
    outline.filter_by("APPLE red")
    assert shown(outline) == ["section", "-Red apple"]
    outline.filter_by("blue")
    assert shown(outline) == []
    outline.filter_by(" ")
    assert shown(outline) == ["section", "red"]
    assert outline.top_count == 2


def test_rows_are_sorted_by_numbers_from_the_highest_and_by_text_from_a_on() -> None:
    outline = Outline([row("b", ranks=(1, "b")), row("a", ranks=(2, "A")), row("last")])
    outline.sort_by(0)
    assert shown(outline) == ["a", "b", "last"]
    outline.sort_by(1)
    assert shown(outline) == ["a", "b", "last"]
    outline.sort_by(None)
    assert shown(outline) == ["b", "a", "last"]


def test_a_row_is_found_by_its_key() -> None:
    outline = Outline([row("a"), row("b")])
    assert outline.position_of("b") == 1
    assert outline.position_of("c") is None


def test_C70_what_is_copied_has_no_controls_and_lines_only_where_they_are_meant() -> None:
    text = "a\nb\x1b[0m\u202e"
    assert Clip(text=text, what="it").safe_text == "a\\x0ab\\x1b[0m\\u202e"
    assert Clip(text=text, what="it", has_lines=True).safe_text == "a\nb\\x1b[0m\\u202e"


def test_rows_may_be_in_each_other_as_deep_as_an_image_likes() -> None:
    deep = row("leaf")
    for number in range(5_000):
        deep = row(str(number), deep, begins_open=True)
    outline = Outline([deep])
    assert len(outline) == 5_001
    assert outline.depth(5_000) == 5_000


def test_rows_of_the_same_key_in_others_open_and_are_found_for_themselves() -> None:
    rows = [row("a", row("path", row("x")), begins_open=True), row("b", row("path", row("x")), begins_open=True)]
    outline = Outline(rows)
    outline.set_open(3, is_open=True)
    assert shown(outline) == ["a", "-path", "b", "-path", "--x"]
    identity = outline.identity(3)
    outline.replace([row("new"), *rows])
    assert shown(outline) == ["new", "a", "-path", "b", "-path", "--x"], "only one of them is open"
    assert outline.position_with(identity) == 4
    outline.filter_by("new")
    assert outline.position_with(identity) is None
