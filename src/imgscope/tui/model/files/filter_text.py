"""The filter line: what may be written in it, and what it means.

    openssl             files whose name, or whose directory's, has this in it
    *.so.*  /usr/lib    a glob; with a slash, the whole path is looked at
    /\\.pyc?$/           a regular expression on the path
    >1MB  <=4k          by size
    is:added,removed    by what a layer did; also modified, metadata, unmodified, and unowned, elf, link
    package:libssl3     by package; a glob may be given
    !*.py               what must not match
    "a b"               text with spaces, or with signs that would mean something

All of them together are what a path has to be. Text without capital letters matches in any case.
"""

from __future__ import annotations

import difflib
import re
from typing import Final, cast

from imgscope.errors import UsageError
from imgscope.policy.sizes import parse_size
from imgscope.tui.model.files.bounded_expression import BoundedExpression
from imgscope.tui.model.files.filter_terms import (
    TRAITS,
    Comparison,
    FileFilter,
    NameTerm,
    PackageTerm,
    SizeTerm,
    Term,
    Trait,
    TraitTerm,
    glob_expression,
    is_pattern,
)

_QUOTED: Final = re.compile(r'"([^"]*)"?(?=\s|$)')
_REGULAR: Final = re.compile(r"/(\S*?[^\s\\])/(?=\s|$)")
_SIZE: Final = re.compile(r"([<>]=?)\s?(\S*)")
_WORD: Final = re.compile(r"\S+")
_LONGEST: Final = 1000


def parse_filter(text: str) -> FileFilter:
    """Return the filter that `text` means. Raises `UsageError`, which says what in it cannot be understood."""
    if len(text) > _LONGEST:
        raise UsageError(f"the filter is longer than {_LONGEST:,} characters")
    terms: list[Term] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        negated = text[position] == "!" and text[position + 1 : position + 2].strip() != ""
        term, position = _term(text, position + negated, is_negated=negated)
        terms.append(term)
    return FileFilter(terms=tuple(terms))


def _term(text: str, start: int, *, is_negated: bool) -> tuple[Term, int]:
    """Return the term that begins at `start`, and where it ends."""
    quoted = _QUOTED.match(text, start)
    if quoted is not None and quoted[1]:
        return _name(quoted[1], is_negated=is_negated, is_literal=True), quoted.end()
    regular = _REGULAR.match(text, start)
    if regular is not None:
        return _regular(regular[1], is_negated=is_negated), regular.end()
    size = _SIZE.match(text, start)
    if size is not None:
        return _size(size[1], size[2], is_negated=is_negated), size.end()
    word = _WORD.match(text, start)
    assert word is not None
    return _word(word[0], is_negated=is_negated), word.end()


def _word(word: str, *, is_negated: bool) -> Term:
    kind, colon, value = word.partition(":")
    if colon and kind == "is":
        return TraitTerm(traits=frozenset(map(_trait, value.split(","))), is_negated=is_negated)
    if colon and kind == "package":
        if not value:
            raise UsageError("package: wants the name of a package", hint="such as package:openssl or package:lib*")
        return PackageTerm(name=value, is_negated=is_negated)
    return _name(word, is_negated=is_negated)


def _trait(word: str) -> Trait:
    if word in TRAITS:
        return word
    near = difflib.get_close_matches(word, TRAITS, n=1)
    meant = f"did you mean is:{near[0]}?" if near else f"is: wants one of {', '.join(TRAITS)}"
    raise UsageError(f"is:{word} is nothing a file can be", hint=meant)


def _size(comparison: str, written: str, *, is_negated: bool) -> SizeTerm:
    try:
        size = parse_size(written)
    except ValueError:
        said = f"{written!r} is no size" if written else f"{comparison} wants a size"
        raise UsageError(said, hint="such as >1MB or <=4KiB") from None
    return SizeTerm(comparison=cast(Comparison, comparison), size=size, is_negated=is_negated)


def _regular(source: str, *, is_negated: bool) -> NameTerm:
    expression = BoundedExpression(source, ignores_case=bool(_case(source)))
    return NameTerm(text=f"/{source}/", expression=expression, on_path=True, is_negated=is_negated)


def _name(text: str, *, is_negated: bool, is_literal: bool = False) -> NameTerm:
    on_path = "/" in text
    if is_pattern(text) and not is_literal:
        pattern = f"*{text}" if on_path and not text.startswith(("*", "/")) else text
        expression = glob_expression(pattern, flags=_case(text))
    else:
        expression = re.compile(re.escape(text), _case(text))
    return NameTerm(text=text, expression=expression, on_path=on_path, is_negated=is_negated)


def _case(text: str) -> int:
    return 0 if any(character.isupper() for character in text) else re.IGNORECASE
