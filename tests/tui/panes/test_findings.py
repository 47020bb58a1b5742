"""The findings, how to fix them, and the pages of their rules."""

from __future__ import annotations

import msgspec
import pytest

from imgscope.report import IgnoredFinding, PolicyVerdict, Severity
from imgscope.tui.model.findings import finding_rows, findings_title
from imgscope.tui.model.outline import Outline
from imgscope.tui.widgets.file_tree import FileTree
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource, inspect
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import current, rows
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_a_finding_is_shown_with_its_fix_and_the_page_of_its_rule() -> None:
    async with shown(MemorySource(app_image()), (80, 48)) as pilot:
        await press(pilot, "6")
        text = screen_text(pilot)
        assert "1 finding: 1 low" in text
        assert "low        1.50 MB      0 ▸ apt-lists-left" in text
        assert "fix: update and install in one RUN, and end every RUN that calls apt-get" in text
        assert "What it does" in text
        assert "Why it matters" in text
        assert "6 Find" in text


async def test_the_tab_has_the_number_of_findings_where_there_is_room() -> None:
    async with shown(MemorySource(app_image()), (160, 48)) as pilot:
        assert "6 Findings (1)" in screen_text(pilot)


async def test_a_finding_opens_to_its_paths_and_they_lead_to_the_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "6", "enter", "j")
        assert current(pilot).endswith("/usr/bin/musl")
        await press(pilot, "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/usr/bin/musl" in screen_text(pilot)


async def test_the_fix_is_copied() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "6", "y")
        assert pilot.app.clipboard.startswith("use a build of it for the C library of this image")


async def test_findings_are_filtered_by_severity_topic_and_text() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "6", "slash", *"high absent", "enter")
        assert [row.split()[4] for row in rows(pilot)] == ["library-missing"]
        await press(pilot, "escape", "slash", *"waste", "enter")
        assert {row.split()[0] for row in rows(pilot)} == {"info"}


async def test_findings_are_sorted_by_bytes() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "6", "s")
        assert "compiler-left" in rows(pilot)[0]


async def test_an_image_without_findings_says_so() -> None:
    async with shown(MemorySource(image([layer(file("app", "x"))]))) as pilot:
        await press(pilot, "6")
        assert "no findings" in screen_text(pilot)
        assert "nothing to say against this image" in screen_text(pilot)


async def test_what_could_not_be_inspected_comes_first() -> None:
    built = app_image()
    async with shown(MemorySource(built, replaced={built.layers[1].digest: None})) as pilot:
        await press(pilot, "6")
        assert rows(pilot)[0].startswith("failed - -")
        await press(pilot, "s")
        assert rows(pilot)[0].startswith("failed - -")


def test_ignored_findings_are_folded_at_the_end() -> None:
    inspection = inspect(layer(file("var/lib/apt/lists/x", "1" * 2_000_000)))
    ignored = IgnoredFinding(
        rule_id="setuid-program",
        confidence="high",
        reason=".imgscopeignore:3",
        severity=Severity.LOW,
        message="/bin/su is setuid",
        paths=("bin/su",),
        packages=(),
    )
    report = msgspec.structs.replace(
        inspection.report, policy=PolicyVerdict(passed=True, checks=(), ignored=(ignored,))
    )
    inspection = type(inspection)(report=report, head=inspection.head, image=inspection.image)
    assert findings_title(report) == "1 finding: 1 low · 1 ignored"
    outline = Outline(finding_rows(inspection))
    assert outline.row(1).cells[-1][0] == "1 finding ignored"
    outline.set_open(1, is_open=True)
    assert "/bin/su is setuid" in str(outline.row(2).cells[-1][0])
    assert "ignored by .imgscopeignore:3" in [line.text for line in outline.row(2).detail()]
    outline.filter_by("setuid")
    assert len(outline) == 2
