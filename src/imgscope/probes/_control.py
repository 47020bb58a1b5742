"""Paragraphs of fields, as the databases of dpkg and opkg have them (deb-control and deb822 man pages)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Paragraph = dict[str, str]

_RELATION: Final = re.compile(r"(?:^|[,|])\s*([A-Za-z0-9][A-Za-z0-9+._-]*)")
_LONGEST_NUMBER: Final = 18


def parse_paragraphs(content: bytes) -> Iterator[Paragraph]:
    """Yield the paragraphs of a control file: fields by lowercase name, continuation lines left out."""
    paragraph: Paragraph = {}
    for line in content.decode("utf-8", "replace").split("\n"):
        if not line.strip():
            if paragraph:
                yield paragraph
            paragraph = {}
        elif not line[0].isspace():
            name, colon, value = line.partition(":")
            if colon:
                paragraph[name.lower()] = value.strip()
    if paragraph:
        yield paragraph


def related_names(paragraph: Paragraph, *fields: str) -> tuple[str, ...]:
    """Return the packages that relationship fields name, without versions and architectures, alternatives included."""
    relations = ",".join(paragraph.get(field, "") for field in fields)
    return tuple(dict.fromkeys(_RELATION.findall(relations)))


def alternatives_in(paragraph: Paragraph, *fields: str) -> tuple[tuple[str, ...], ...]:
    """Return the names of each relation in `fields` that leaves a choice, and of those that name one of these alone."""
    relations = ",".join(paragraph.get(field, "") for field in fields)
    if "|" not in relations:
        return ()
    groups = [tuple(_RELATION.findall(each)) for each in relations.split(",")]
    chosen = {name for group in groups if len(group) > 1 for name in group}
    return tuple(group for group in groups if chosen.intersection(group))


def number_in(paragraph: Paragraph, field: str) -> int | None:
    """Return the number in `field`, or None where there is none."""
    text = paragraph.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else None


def lines_of(content: bytes) -> list[str]:
    """Return the lines of a list of paths, which may hold anything but a line feed."""
    return content.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
