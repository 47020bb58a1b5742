"""Modules that Go programs in an image are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.go_modules import PROBE, parse_build
from tests.support.go import go_program
from tests.support.images import file, layer, whiteout
from tests.support.memory import tree_of

MAIN = ("path\texample.com/tool/cmd", "mod\texample.com/tool\tv1.2.3\th1:x")


def packages_of(tree: FileTree) -> dict[tuple[str, str], InstalledPackage]:
    found = [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]
    return {(package.name, package.version): package for package in found}


def test_a_program_belongs_to_its_main_module_and_needs_the_others() -> None:
    tree = tree_of((file("bin/tool", go_program(*MAIN, "dep\texample.com/b\tv0.1.0\th1:y")),))
    packages = packages_of(tree)
    assert set(packages) == {("example.com/tool", "v1.2.3"), ("example.com/b", "v0.1.0"), ("stdlib", "1.22.1")}
    main = packages["example.com/tool", "v1.2.3"]
    assert [node.path for node in main.files] == ["bin/tool"]
    assert main.needs == ("example.com/b", "stdlib")
    assert packages["example.com/b", "v0.1.0"].files == ()
    assert {package.type for package in packages.values()} == {"golang"}


def test_modules_of_several_programs_are_listed_once_with_the_lowest_of_their_layers() -> None:
    lower, upper = go_program(*MAIN), go_program(*MAIN, "dep\texample.com/b\tv0.1.0\t")
    packages = packages_of(tree_of(layer(file("bin/a", lower)), layer(file("bin/b", upper), file("bin/c", upper))))
    assert {name: package.layer for (name, _), package in packages.items()} == {
        "example.com/tool": 0,
        "stdlib": 0,
        "example.com/b": 1,
    }
    assert [node.path for node in packages["example.com/tool", "v1.2.3"].files] == ["bin/a", "bin/b", "bin/c"]
    assert {name: package.found_in for (name, _), package in packages.items()} == {
        "example.com/tool": "bin/a",
        "stdlib": "bin/a",
        "example.com/b": "bin/b",
    }


def test_a_layer_that_only_gives_a_program_another_mode_brings_no_module() -> None:
    first, second = go_program(*MAIN), go_program(*MAIN, "dep\texample.com/b\tv0.1.0\t")
    steps = [
        layer(file("bin/a", content, mode=mode)) for content, mode in ((first, 0o644), (second, 0o644), (second, 0o755))
    ]
    brought = {name: package.layer for (name, _), package in packages_of(tree_of(*steps)).items()}
    assert brought == {"example.com/tool": 1, "stdlib": 1, "example.com/b": 1}
    removed = (layer(whiteout("bin/a")), layer(file("bin/a", second)), layer(file("bin/a", second, mode=0o755)))
    brought = {name: package.layer for (name, _), package in packages_of(tree_of(*steps, *removed)).items()}
    assert brought == {"example.com/tool": 4, "stdlib": 4, "example.com/b": 4}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("dep\ta.example/x\tv1.0.0\th1:", "=>\tb.example/fork\tv1.0.1\th1:"), ("b.example/fork", "v1.0.1")),
        (("dep\ta.example/x\tv1.0.0", "=>\t./x\t(devel)\t"), ("a.example/x", "(devel)")),
        (("dep\ta.example/x\tv1.0.0", "=>\t/src/x\t(devel)\t"), ("a.example/x", "(devel)")),
    ],
    ids=["by another module", "by a directory beside", "by a directory elsewhere"],
)
def test_what_replaces_a_module_stands_for_it(lines: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert parse_build("\n".join(["devel", *lines])).modules == (expected,)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("mod\ta.example/x\t(devel)\t",), "(devel)"),
        (
            (
                "mod\ta.example/x\t(devel)\t",
                f"build\tvcs.revision={'ab12' * 10}",
                "build\tvcs.time=2024-02-03T04:05:06Z",
            ),
            "v0.0.0-20240203040506-ab12ab12ab12",
        ),
        (
            ("mod\ta.example/x\t(devel)\t", "build\tvcs.revision=../../x", "build\tvcs.time=2024-02-03T04:05:06Z"),
            "(devel)",
        ),
    ],
    ids=["unknown", "of a commit", "of nonsense"],
)
def test_a_main_module_without_a_version_has_that_of_its_commit(lines: tuple[str, ...], expected: str) -> None:
    assert parse_build("\n".join(["go1.20", *lines])).main == ("a.example/x", expected)


def test_a_program_built_without_modules_is_its_package() -> None:
    program = parse_build("go1.19.8\npath\tgithub.com/containers/skopeo/cmd/skopeo")
    assert program.main == ("github.com/containers/skopeo/cmd/skopeo", "(devel)")
    assert program.modules == (("stdlib", "1.19.8"),)


@given(
    st.text() | st.lists(st.sampled_from(["mod", "dep", "=>", "build", "path", "\t", "a", "\n", "go1"])).map("".join)
)
def test_whatever_is_noted_every_module_has_a_name_and_a_version(noted: str) -> None:
    program = parse_build(noted)
    for name, version in (*program.modules, *([program.main] if program.main else [])):
        assert 0 < len(name) <= 256
        assert 0 < len(version) <= 256
