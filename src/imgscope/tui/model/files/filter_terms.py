"""What a filter asks of the paths of a tree: one small frozen type for each kind of question."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Comparison = Literal[">", ">=", "<", "<="]
Trait = Literal["added", "modified", "metadata", "removed", "unmodified", "unowned", "elf", "link"]

CHANGES: Final[tuple[Trait, ...]] = ("added", "modified", "metadata", "removed", "unmodified")
TRAITS: Final[tuple[Trait, ...]] = (*CHANGES, "unowned", "elf", "link")


class Expression(Protocol):
    """What texts are held against: a pattern of re, or a `BoundedExpression`."""

    def search(self, text: str, /) -> object:
        """Return something true where it is found in `text`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTerm:
    """A text that the name of a file, or of a directory that it is in, has to match; of the whole path with a slash.

    `expression` is what the text comes to.
    """

    text: str
    expression: Expression
    on_path: bool
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeTerm:
    """How many bytes a file has to have."""

    comparison: Comparison
    size: int
    is_negated: bool = False

    def holds(self, size: int) -> bool:
        """Tell whether `size` is such a size."""
        if self.comparison.startswith(">"):
            asked = size > self.size or (self.comparison == ">=" and size == self.size)
        else:
            asked = size < self.size or (self.comparison == "<=" and size == self.size)
        return asked is not self.is_negated


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitTerm:
    """What a file has to be: one of `traits`."""

    traits: frozenset[Trait]
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerm:
    """The package that has to own a file, by name or by a pattern of names."""

    name: str
    is_negated: bool = False


Term = NameTerm | SizeTerm | TraitTerm | PackageTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFilter:
    """What a path has to be to be shown: all of `terms` at once. Without any, everything is."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def without(self, traits: frozenset[Trait]) -> FileFilter:
        """Return a filter that asks besides that a path has none of `traits`."""
        return FileFilter(terms=(*self.terms, TraitTerm(traits=traits, is_negated=True))) if traits else self


def is_pattern(text: str) -> bool:
    """Tell whether `text` has a character that stands for others in a glob."""
    return any(character in text for character in "*?[")


def glob_expression(text: str, *, flags: int = 0) -> re.Pattern[str]:
    """Return what is found in all that the glob `text` matches; `*` matches slashes, too."""
    return re.compile(rf"\A{fnmatch.translate(text)}", flags)
