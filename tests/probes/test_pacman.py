"""Packages of Arch Linux: a directory a package, what it owns, and which layer brought it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.pacman import PROBE, parse_sections
from tests.support.images import Entry, file, whiteout
from tests.support.memory import tree_of

LOCAL = "var/lib/pacman/local"
DESC = """%NAME%
bash

%VERSION%
1:5.2.026-2

%BASE%
bash

%DESC%
The GNU Bourne Again shell
%NOT A SECTION%

%ARCH%
x86_64

%SIZE%
9423456

%REASON%
1

%DEPENDS%
readline>=8.2
libreadline.so=8-64
glibc

%OPTDEPENDS%
bash-completion: for tab completion

%PROVIDES%
sh
libbash.so=1-64

"""
FILES = "%FILES%\nusr/\nusr/bin/\nusr/bin/bash\nusr/bin/sh\n\n%BACKUP%\netc/bash.bashrc\tabc\n\n"


def packages_of(tree: FileTree) -> dict[str, InstalledPackage]:
    return {fact.name: fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)}


def desc(name: str, version: str = "1-1") -> Entry:
    return file(f"{LOCAL}/{name}-{version}/desc", f"%NAME%\n{name}\n\n%VERSION%\n{version}\n\n")


def test_C52_a_package_has_what_its_description_says() -> None:
    path = f"{LOCAL}/bash-1:5.2.026-2"
    tree = tree_of((file(f"{LOCAL}/ALPM_DB_VERSION", "9\n"), file(f"{path}/desc", DESC), file(f"{path}/files", FILES)))
    assert list(PROBE.find(tree)) == [
        InstalledPackage(
            name="bash",
            version="1:5.2.026-2",
            type="alpm",
            layer=0,
            architecture="x86_64",
            installed_size=9423456,
            source="bash",
            needs=("readline", "libreadline.so", "glibc"),
            provides=("sh", "libbash.so"),
            is_requested=False,
            paths=("usr/bin/bash", "usr/bin/sh"),
        )
    ]


def test_a_package_without_a_reason_was_asked_for() -> None:
    assert packages_of(tree_of((desc("app"),)))["app"].is_requested


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    upgraded = (whiteout(f"{LOCAL}/ssl-1-1"), desc("ssl", "2-1"), desc("added"))
    tree = tree_of((desc("base"), desc("ssl")), upgraded)
    found = {name: (package.version, package.layer) for name, package in packages_of(tree).items()}
    assert found == {"base": ("1-1", 0), "ssl": ("2-1", 1), "added": ("1-1", 1)}


def test_a_layer_that_gives_a_package_another_reason_or_mode_does_not_bring_it() -> None:
    text = "%NAME%\na\n\n%VERSION%\n1\n\n%INSTALLDATE%\n17\n\n"
    asked, automatic = text, f"{text}%REASON%\n1\n\n"
    steps = ((automatic, 0o644), (asked, 0o644), (asked, 0o600))
    tree = tree_of(*((file(f"{LOCAL}/a-1/desc", content, mode=mode),) for content, mode in steps))
    assert (packages_of(tree)["a"].layer, packages_of(tree)["a"].is_requested) == (0, True)
    tree = tree_of((file(f"{LOCAL}/a-1/desc", text),), (file(f"{LOCAL}/a-1/desc", text.replace("17", "18")),))
    assert packages_of(tree)["a"].layer == 1


def test_a_description_without_name_or_version_is_no_package() -> None:
    assert not packages_of(tree_of((file(f"{LOCAL}/a/desc", "%NAME%\na\n"), file(f"{LOCAL}/b/desc", "%VERSION%\n1\n"))))


def test_paths_keep_bytes_that_are_no_UTF_8_and_names_do_not() -> None:
    content = b"%NAME%\ncaf\xe9\n\n%VERSION%\n1\n\n"
    tree = tree_of((file(f"{LOCAL}/a/desc", content), file(f"{LOCAL}/a/files", b"%FILES%\nusr/caf\xe9\n")))
    assert packages_of(tree)["caf�"].paths == ("usr/caf\udce9",)


@given(st.binary())
def test_any_bytes_are_parsed_without_an_error(content: bytes) -> None:
    for lines in parse_sections(b"%NAME%\n" + content).values():
        assert "" not in lines
