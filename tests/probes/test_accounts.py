"""What the image calls its users and groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import Accounts
from imgscope.filesystem.tree import FileTree
from imgscope.probes.accounts import PROBE, names_and_numbers
from tests.support.images import file, symlink
from tests.support.memory import tree_of


def accounts(tree: FileTree) -> Accounts:
    (found,) = PROBE.find(tree)
    assert isinstance(found, Accounts)
    return found


def test_users_and_groups_are_told_by_number_and_of_two_with_one_number_the_first_counts() -> None:
    tree = tree_of(
        (
            file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n\n# nobody\nweb:!:33:33::/srv:\nodd\n"),
            file("etc/group", "root:x:0:\nwww-data:x:33:web\nlast:x:7"),
        )
    )
    assert accounts(tree).users == {0: "root", 33: "web"}
    assert accounts(tree).groups == {0: "root", 33: "www-data", 7: "last"}


def test_an_image_without_the_files_has_no_names_and_one_whose_files_were_not_kept_has_none_either() -> None:
    assert accounts(tree_of((file("app"),))) == Accounts()
    assert accounts(tree_of((file("usr/etc/passwd", "a:x:1:1::/:\n"), symlink("etc", "usr/etc")))) == Accounts()


def test_neither_passwords_nor_homes_are_kept_while_reading() -> None:
    tree = tree_of((file("etc/passwd", "web:$6$salt$hash:33:33:Web Master:/srv:/bin/sh\n"),))
    assert tree.captured("etc/passwd") == b"web::33\n"


def test_C40_a_name_that_is_no_UTF_8_is_kept() -> None:
    tree = tree_of((file("etc/passwd", b"caf\xe9:x:5:5::/:\n"),))
    assert accounts(tree).users == {5: "caf\udce9"}


@given(st.binary(max_size=400) | st.text("ab:\n09", max_size=200).map(str.encode))
def test_what_is_kept_is_kept_again_unchanged_whatever_the_file_holds(content: bytes) -> None:
    kept = names_and_numbers(content)
    assert names_and_numbers(kept) == kept
