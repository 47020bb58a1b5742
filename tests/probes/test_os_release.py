"""The distribution, read as a shell would assign it and found as a container would find it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import LimitError
from imgscope.filesystem.tree import FileTree
from imgscope.probes.os_release import PROBE, parse_os_release
from imgscope.report import Distro
from tests.support.images import directory, file, symlink, whiteout
from tests.support.memory import tree_of

DEBIAN = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
"""


def distro_of(tree: FileTree) -> Distro | None:
    found = [fact for fact in PROBE.find(tree) if isinstance(fact, Distro)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("debian", "debian"),
        ('"debian"', "debian"),
        ("'debian'", "debian"),
        ("", ""),
        ('""', ""),
        (r'"a \"quoted\" name"', 'a "quoted" name'),
        (r'"costs \$5 \`now\` \\"', "costs $5 `now` \\"),
        (r'"a backslash \n stays"', r"a backslash \n stays"),
        (r"'nothing \$ is undone here'", r"nothing \$ is undone here"),
        (r"Arch\ Linux", "Arch Linux"),
        ("\"deb\"'ian'12", "debian12"),
        ("debian # a comment", "debian"),
        ("debian\r", "debian"),
        ('"never closed', '"never closed'),
        ("$(reboot)", "$(reboot)"),
        ('"${HOME}/`id`"', "${HOME}/`id`"),
        ("Ärger", "Ärger"),
    ],
)
def test_C51_shell_quoting_is_undone_and_nothing_is_expanded(written: str, value: str) -> None:
    assert parse_os_release(f"ID={written}\n".encode())["ID"] == value


def test_C51_the_last_assignment_wins_and_other_lines_are_skipped() -> None:
    content = b"# ID=comment\nID=first\nnot an assignment\n1ID=no\n  ID=last\nexport X\n"
    assert parse_os_release(content) == {"ID": "last"}


def test_C51_a_value_ends_at_a_line_feed_and_at_no_other_separator() -> None:
    assert parse_os_release("NAME='a\u2028b\x0bc\x85d'\n".encode())["NAME"] == "a\u2028b\x0bc\x85d"


def test_C51_only_64_KiB_are_read() -> None:
    assert parse_os_release(b"ID=debian\n" + b"#" * 64 * 1024 + b"\nID=late\n") == {"ID": "debian"}


def test_bytes_that_are_no_UTF_8_are_replaced() -> None:
    assert parse_os_release(b"NAME='caf\xe9'\n") == {"NAME": "caf�"}


@given(st.binary())
def test_any_bytes_are_parsed_without_an_error(content: bytes) -> None:
    for name, value in parse_os_release(content).items():
        assert name.isidentifier()
        value.encode()


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n\r")))
def test_what_is_quoted_as_systemd_asks_for_comes_out_as_it_was(value: str) -> None:
    written = "".join(f"\\{letter}" if letter in '\\"$`' else letter for letter in value)
    assert parse_os_release(f'NAME="{written}"'.encode()) == {"NAME": value}


@given(st.text(string.ascii_letters + string.digits + "._-"))
def test_plain_words_need_no_quotes(value: str) -> None:
    assert parse_os_release(f"ID={value}".encode()) == {"ID": value}


def test_all_fields_of_the_file_are_in_the_fact() -> None:
    assert distro_of(tree_of((file("etc/os-release", DEBIAN + "ID_LIKE='a b'\n"),))) == Distro(
        id="debian",
        version_id="12",
        codename="bookworm",
        pretty_name="Debian GNU/Linux 12 (bookworm)",
        id_like="a b",
        evidence="/etc/os-release",
        confidence="high",
        end_of_life="2028-06-30",
    )


def test_C51_etc_comes_before_usr_lib() -> None:
    tree = tree_of((file("usr/lib/os-release", "ID=vendor"), file("etc/os-release", "ID=admin")))
    found = distro_of(tree)
    assert found is not None
    assert (found.id, found.evidence) == ("admin", "/etc/os-release")


def test_C51_usr_lib_stands_in_where_etc_has_none() -> None:
    found = distro_of(tree_of((file("usr/lib/os-release", "ID=vendor"),)))
    assert found is not None
    assert (found.id, found.evidence) == ("vendor", "/usr/lib/os-release")


@pytest.mark.parametrize(
    "links",
    [
        {"etc/os-release": "../usr/lib/os-release"},
        {"etc/os-release": "/usr/lib/os-release"},
        {"etc/os-release": "../../../usr/lib/os-release"},
        {"etc/os-release": "a-os-release", "etc/a-os-release": "/etc/b", "etc/b": "../usr/lib/os-release"},
        {"etc": "usr/etc", "usr/etc/os-release": "../lib/os-release"},
    ],
    ids=["relative", "absolute", "above the root", "chain", "linked directory"],
)
def test_C51_links_are_followed_inside_the_image(links: dict[str, str]) -> None:
    made = [symlink(path, target) for path, target in links.items()]
    found = distro_of(tree_of((file("usr/lib/os-release", DEBIAN), *made)))
    assert found is not None
    assert found.id == "debian"


def test_C51_the_target_may_be_in_another_layer_above_or_below() -> None:
    link, target = symlink("etc/os-release", "../usr/lib/os-release"), file("usr/lib/os-release", DEBIAN)
    for tree in (tree_of((link,), (target,)), tree_of((target,), (link,))):
        found = distro_of(tree)
        assert found is not None
        assert found.id == "debian"


def test_C51_the_target_may_have_the_name_of_an_edition() -> None:
    tree = tree_of(
        (
            symlink("etc/os-release", "../usr/lib/os-release"),
            symlink("usr/lib/os-release", "./os.release.d/os-release-workstation"),
            file("usr/lib/os.release.d/os-release-workstation", "ID=fedora"),
        )
    )
    found = distro_of(tree)
    assert found is not None
    assert found.id == "fedora"


@pytest.mark.parametrize("target", ["os-release", "../etc/os-release", "/nowhere"])
def test_C51_a_link_that_leads_nowhere_is_no_distribution(target: str) -> None:
    assert distro_of(tree_of((symlink("etc/os-release", target),))) is None


def test_C51_a_target_that_a_later_layer_removes_is_gone() -> None:
    lower = (symlink("etc/os-release", "../usr/lib/os-release"), file("usr/lib/os-release", DEBIAN))
    assert distro_of(tree_of(lower, (whiteout("usr/lib/os-release"),))) is None


def test_a_directory_of_that_name_is_no_os_release() -> None:
    assert distro_of(tree_of((directory("etc/os-release"),))) is None


def test_a_file_without_an_assignment_is_passed_over() -> None:
    found = distro_of(tree_of((file("etc/os-release", "\n# empty\n"), file("usr/lib/os-release", DEBIAN))))
    assert found is not None
    assert found.evidence == "/usr/lib/os-release"


@pytest.mark.parametrize("content", ["NAME=Thing\nVERSION_ID=7\n", "ID=\nNAME=Thing\nVERSION_ID=7\n"])
def test_without_an_ID_the_distribution_is_linux_and_less_sure(content: str) -> None:
    assert distro_of(tree_of((file("etc/os-release", content),))) == Distro(
        id="linux", version_id="7", pretty_name="Thing 7", evidence="/etc/os-release", confidence="medium"
    )


def test_a_link_to_a_file_that_was_not_kept_is_said_rather_than_passed_over() -> None:
    tree = tree_of((symlink("etc/os-release", "/opt/vendor"), file("opt/vendor", "ID=hidden")))
    with pytest.raises(LimitError, match="/etc/os-release leads to /opt/vendor, which was not kept"):
        distro_of(tree)


def test_a_distroless_image_is_named_by_what_it_is_made_of() -> None:
    content = 'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\nVERSION_ID="12"\n'
    distro = distro_of(tree_of((file("etc/os-release", content),)))
    assert distro is not None
    assert (distro.id, distro.pretty_name) == ("debian", "Distroless (Debian GNU/Linux 12)")
