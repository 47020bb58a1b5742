"""Which files are gone without packages, and how many bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.ownership import FileOwnership
from tests.support.images import file, hard_link
from tests.support.memory import tree_of
from tests.support.package import package

_FILES = [f"usr/bin/{name}" for name in "abcde"]
_TREE = tree_of(
    (
        *(file(path, "x" * (number + 1)) for number, path in enumerate(_FILES)),
        hard_link("usr/bin/other-a", _FILES[0]),
        hard_link("usr/lib/b", _FILES[1]),
        hard_link("usr/lib/b2", _FILES[1]),
    )
)
_PATHS = st.sets(st.sampled_from([*_FILES, "usr/bin/other-a", "usr/lib/b", "usr/lib/b2", "no/such"])).map(tuple)


@given(st.lists(_PATHS, min_size=1, max_size=4), st.sets(st.integers(min_value=0, max_value=3), min_size=1))
def test_the_bytes_freed_are_those_of_the_files_that_are_gone(owned: list[tuple[str, ...]], chosen: set[int]) -> None:
    packages = [package(f"p{number}", paths=paths) for number, paths in enumerate(owned)]
    removed: list[InstalledPackage] = [each for number, each in enumerate(packages) if number in chosen]
    ownership = FileOwnership(_TREE, packages, distribution=packages)
    assert ownership.size_freed_by(removed) == sum(node.size for node in ownership.freed_by(removed))


def test_a_file_with_another_name_that_stays_frees_nothing() -> None:
    first, second = package("one", paths=("usr/bin/a",)), package("two", paths=("usr/bin/other-a", "usr/bin/c"))
    ownership = FileOwnership(_TREE, [first, second], distribution=[first, second])
    assert ownership.size_freed_by([first]) == 0
    assert ownership.size_freed_by([second]) == 3
    assert ownership.size_freed_by([first, second]) == 4
