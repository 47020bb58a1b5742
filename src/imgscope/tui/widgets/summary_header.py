"""The image in three lines, above everything else."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from imgscope.text import printable
from imgscope.tui.model.lines import Line
from imgscope.tui.model.summary import Summary
from imgscope.tui.widgets.drawing import content, fit


class SummaryHeader(Widget):
    """Reference and state, identity and sizes; what is attached, and notes, where there are any."""

    summary: reactive[Summary | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """Draw the summary."""
        summary = self.summary
        if summary is None:
            return Content("")
        status = printable(summary.status)
        reference = fit(summary.reference, max(self.size.width - len(status) - 2, 0))
        first = content([Line(reference, "strong")]) + content(
            [Line(f"  {status}", "critical" if summary.is_incomplete else "dim")]
        )
        aside = [Line(summary.aside, "dim")] if summary.aside else []
        rest = [Line(summary.identity), Line(summary.sizes), *aside]
        return Content("\n").join(
            [first, content([*rest, *(Line(f"note: {note}", "warning") for note in summary.notes)])]
        )
