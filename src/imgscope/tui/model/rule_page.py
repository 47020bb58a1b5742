"""The page of a rule as lines: what it does, why it matters, how to fix it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from functools import cache

from imgscope.rules import rule_pages
from imgscope.rules.base import TOPICS, RulePage
from imgscope.tui.model.lines import Line


@cache
def pages() -> Mapping[str, RulePage]:
    """Return the pages of all rules by their ids."""
    return {page.rule.id: page for page in rule_pages()}


def topic_of(rule_id: str) -> tuple[str, str]:
    """Return the name of what a rule is about, and its title; both empty for a rule that there is not."""
    page = pages().get(rule_id)
    return (page.rule.topic, TOPICS[page.rule.topic]) if page is not None else ("", "")


def page_lines(rule_id: str) -> list[Line]:
    """Return the page of the rule, none for one that there is not.

    Paragraphs are in one line each, to be wrapped where they are shown; what is indented stays as it is.
    """
    page = pages().get(rule_id)
    return list(_lines(page.text)) if page is not None else []


def _lines(text: str) -> Iterator[Line]:
    for paragraph in text.split("\n\n"):
        block = paragraph
        if paragraph.startswith("## "):
            heading, _, block = paragraph.partition("\n")
            yield Line("")
            yield Line(heading.removeprefix("## "), "strong")
        if block.startswith("    "):
            yield from (Line(f"    {line}", "info") for line in textwrap.dedent(block).split("\n"))
        elif block:
            yield Line(" ".join(block.split()))
