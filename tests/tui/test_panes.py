"""Panes are found by walking the package."""

from __future__ import annotations

import pytest

from imgscope.tui import panes
from imgscope.tui.model.session import Session
from imgscope.tui.panes import pane_kinds
from imgscope.tui.widgets.pane import Pane, PaneKind


def test_panes_come_in_their_order_each_with_a_digit_of_its_own() -> None:
    kinds = pane_kinds()
    assert [kind.order for kind in kinds] == sorted(kind.order for kind in kinds)
    assert kinds[0].name == "layers"
    assert len({kind.key for kind in kinds}) == len(kinds)
    assert all(kind.key in "123456789" for kind in kinds)


@pytest.mark.parametrize("kind", pane_kinds(), ids=lambda kind: kind.name)
def test_every_pane_can_be_built_before_anything_is_known(kind: PaneKind) -> None:
    session = Session("app")
    pane = kind.build(session)
    assert isinstance(pane, Pane)
    assert kind.count(session) is None
    assert pane.rows.can_focus
    assert len(kind.short_title) <= 8, "nine of them have to fit 80 columns"


def test_short_titles_of_all_panes_fit_80_columns() -> None:
    assert sum(len(f" {kind.key} {kind.short_title} ") for kind in pane_kinds()) <= 80


@pytest.mark.parametrize(("name", "key"), [("layers", "0"), ("other", "1")])
def test_two_of_one_name_or_key_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    first = pane_kinds()[0]
    other = PaneKind(name=name, title="x", short_title="x", key=key, order=1, build=first.build)
    monkeypatch.setattr(panes, "exported", lambda *_: [(panes, first), (panes, other)])
    with pytest.raises(ValueError, match="two panes have"):
        pane_kinds()
