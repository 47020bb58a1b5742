"""Holding paths of a tree against the terms of a filter."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Final

from imgscope.errors import UsageError
from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType
from imgscope.tui.model.files.filter_terms import (
    CHANGES,
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
from imgscope.tui.model.files.source import FileItem, FileSource, node_in_image, own_size

Test = Callable[[FileItem], bool]
EXCLUDED: Final = -1
_LINKS: Final = (EntryType.SYMLINK, EntryType.HARD_LINK)


class Matcher:
    """The terms of `file_filter` as questions to paths of `source`.

    Names are asked on the way down, as what matches a directory matches all that is in it: `names` gives which name
    terms hold so far, as bits, and `all_names` is what it comes to when none is left. `is_match` asks the rest.
    `needs_path` tells whether `names` wants the path of what it is asked. Raises `UsageError` for what asks for
    something that the tree or the image cannot have, and `names` for a regular expression that takes too long.
    """

    def __init__(self, file_filter: FileFilter, source: FileSource) -> None:
        names = [term for term in file_filter.terms if isinstance(term, NameTerm)]
        self._wanted = [(1 << bit, _search(term), term.on_path) for bit, term in enumerate(_plain(names))]
        self._unwanted = [(_search(term), term.on_path) for term in names if term.is_negated]
        self._tests = [_test(term, source) for term in file_filter.terms if not isinstance(term, NameTerm)]
        self._directory_tests = [
            _test(term, source) for term in file_filter.terms if isinstance(term, TraitTerm) and _is_of_changes(term)
        ]
        self._suits_directories = len(self._directory_tests) == len(self._tests)
        self.all_names = (1 << len(self._wanted)) - 1
        self.needs_path = any(term.on_path for term in names)

    def names(self, name: str, path: str, above: int) -> int:
        """Return which name terms hold for the path called `name`, with those that hold `above`; `EXCLUDED` for none.

        `path` begins with a slash; it may be empty where `needs_path` is false.
        """
        for search, on_path in self._unwanted:
            if search(path if on_path else name):
                return EXCLUDED
        found = above
        if found != self.all_names:
            for bit, search, on_path in self._wanted:
                if not found & bit and search(path if on_path else name):
                    found |= bit
        return found

    def is_match(self, item: FileItem) -> bool:
        """Tell whether `item` is all that is asked besides its name."""
        if item.is_directory:
            return self._suits_directories and all(test(item) for test in self._directory_tests)
        return all(test(item) for test in self._tests)


def _plain(names: Iterable[NameTerm]) -> Iterable[NameTerm]:
    return (term for term in names if not term.is_negated)


def _search(term: NameTerm) -> Callable[[str], object]:
    return term.expression.search


def _test(term: Term, source: FileSource) -> Test:
    if isinstance(term, SizeTerm):
        holds = term.holds
        return lambda item: holds(own_size(item))
    if isinstance(term, PackageTerm):
        return _package_test(term, source)
    assert isinstance(term, TraitTerm)
    return _trait_test(term, source)


def _trait_test(term: TraitTerm, source: FileSource) -> Test:
    if source.layer is None and term.traits.intersection(CHANGES):
        raise UsageError("changes are those of one layer, and this is the whole image", hint="t goes to a layer's")
    tests = [_TESTS[trait](source) for trait in sorted(term.traits)]
    negated = term.is_negated
    return lambda item: any(test(item) for test in tests) is not negated


def _is_of_changes(term: TraitTerm) -> bool:
    return term.traits.issubset(CHANGES)


def _change_test(trait: Trait) -> Callable[[FileSource], Test]:
    wanted = None if trait == "unmodified" else trait
    return lambda source: lambda item: source.kind(item) == wanted


def _unowned(source: FileSource) -> Test:
    def test(item: FileItem) -> bool:
        node = node_in_image(source, item)
        return node is None or source.image.owner(node) is None

    return test


def _content_test(holds: Test) -> Callable[[FileSource], Test]:
    return lambda _: holds


def _is_elf(item: FileItem) -> bool:
    content = item.content if isinstance(item, Node) else item.entry
    return content is not None and content.elf is not None


_TESTS: Final[dict[Trait, Callable[[FileSource], Test]]] = {
    **{trait: _change_test(trait) for trait in CHANGES},
    "unowned": _unowned,
    "elf": _content_test(_is_elf),
    "link": _content_test(lambda item: item.entry is not None and item.entry.type in _LINKS),
}


def _package_test(term: PackageTerm, source: FileSource) -> Test:
    image = source.image
    expression = glob_expression(term.name) if is_pattern(term.name) else re.compile(re.escape(term.name) + r"\Z")
    packages = [package for package in image.packages if expression.match(package.name)]
    if not packages:
        near = difflib.get_close_matches(term.name, {package.name for package in image.packages}, n=1)
        hint = f"did you mean package:{near[0]}?" if near else "the packages pane lists those that it has"
        raise UsageError(f"the image has no package {term.name!r}", hint=hint)
    contents = {id(node.content) for package in packages for node in image.files_of(package)}
    negated = term.is_negated

    def test(item: FileItem) -> bool:
        node = node_in_image(source, item)
        return (node is not None and id(node.content) in contents) is not negated

    return test
