"""What may be written in the filter line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.tui.model.files.filter_terms import FileFilter, NameTerm, PackageTerm, SizeTerm, TraitTerm
from imgscope.tui.model.files.filter_text import parse_filter


def names(text: str) -> list[NameTerm]:
    terms = parse_filter(text).terms
    found = [term for term in terms if isinstance(term, NameTerm)]
    assert len(found) == len(terms)
    return found


def test_nothing_written_asks_for_nothing() -> None:
    assert not parse_filter("")
    assert not parse_filter("  \t ")


def test_words_are_parts_of_names_in_any_case_unless_one_is_written() -> None:
    (lower,) = names("read")
    assert lower.expression.search("README")
    (upper,) = names("READ")
    assert not upper.expression.search("readme")


def test_a_glob_is_the_whole_name_and_a_slash_makes_it_the_whole_path() -> None:
    (glob,) = names("lib*.so.?")
    assert glob.expression.search("libc.so.6")
    assert not glob.expression.search("xlibc.so.6")
    assert not glob.on_path
    (path,) = names("/usr/*/doc")
    assert path.on_path
    assert path.expression.search("/usr/share/doc")
    (relative,) = names("share/*.py")
    assert relative.expression.search("/usr/share/x.py")


def test_between_slashes_is_a_regular_expression_on_the_path() -> None:
    (term,) = names(r"/\.pyc?$/")
    assert term.on_path
    assert term.expression.search("/app/x.pyc")
    assert not term.expression.search("/app/x.pyd")


def test_a_path_that_only_begins_with_a_slash_is_none() -> None:
    (term,) = names("/etc/pass")
    assert term.expression.search("/etc/passwd")


def test_quotes_hold_together_and_take_signs_by_their_word() -> None:
    (term,) = names('"a *b"')
    assert term.expression.search("xa *by")
    (unfinished,) = names('"a b')
    assert unfinished.text == "a b"


@pytest.mark.parametrize(
    ("text", "size", "holds"),
    [
        (">1MB", 1_000_001, True),
        (">1MB", 1_000_000, False),
        (">=1MB", 1_000_000, True),
        ("<4KiB", 4095, True),
        ("<=4k", 4000, True),
        ("<=4k", 4001, False),
        ("> 10", 11, True),
        ("!>10", 11, False),
    ],
)
def test_sizes_are_compared(text: str, size: int, holds: bool) -> None:
    (term,) = parse_filter(text).terms
    assert isinstance(term, SizeTerm)
    assert term.holds(size) is holds


def test_traits_and_packages_have_a_word_in_front() -> None:
    assert parse_filter("is:added,removed !is:unowned package:lib*") == FileFilter(
        terms=(
            TraitTerm(traits=frozenset({"added", "removed"})),
            TraitTerm(traits=frozenset({"unowned"}), is_negated=True),
            PackageTerm(name="lib*"),
        )
    )


def test_terms_are_separate_and_may_be_negated() -> None:
    assert [(term.text, term.is_negated) for term in names("a !*.py !")] == [("a", False), ("*.py", True), ("!", False)]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("is:aded", "is:aded is nothing a file can be", "did you mean is:added?"),
        ("is:x", "is:x is nothing a file can be", "is: wants one of added, modified"),
        (">lots", "'lots' is no size", "such as >1MB"),
        (">", "> wants a size", "such as >1MB"),
        ("package:", "package: wants the name of a package", "such as package:openssl"),
        ("/(/", "/(/ is no regular expression: missing )", None),
        ("x" * 1001, "the filter is longer than 1,000 characters", None),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as raised:
        parse_filter(text)
    assert raised.value.message.startswith(message)
    assert (raised.value.hint or "").startswith(hint or "")
    assert bool(raised.value.hint) is bool(hint)


@given(
    st.text(alphabet=st.sampled_from('ab/*?[]!"<>=: is:package()\\.{}^$|+-\udcff'), max_size=40) | st.text(max_size=40)
)
def test_whatever_is_typed_is_a_filter_or_a_usage_error(text: str) -> None:
    try:
        parsed = parse_filter(text)
    except UsageError:
        return
    for term in parsed.terms:
        if isinstance(term, NameTerm):
            term.expression.search("some/name")


@given(st.text(min_size=1, max_size=30).filter(lambda text: '"' not in text), st.text(max_size=5), st.text(max_size=5))
def test_a_quoted_text_is_found_wherever_it_stands(text: str, before: str, after: str) -> None:
    (term,) = names(f'"{text}"')
    assert term.expression.search(f"{before}{text}{after}")
