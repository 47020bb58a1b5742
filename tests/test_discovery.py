"""Finding what a package offers by walking it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope import discovery

PACKAGE = "imgscope_discovery_example"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package without modules."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_one_file_is_enough_to_be_found(package: Path) -> None:
    (package / "second.py").write_text("THING = 2\n")
    (package / "first.py").write_text("THING = 1\n")
    found = discovery.exported(PACKAGE, "THING", int)
    assert [(module.__name__, thing) for module, thing in found] == [(f"{PACKAGE}.first", 1), (f"{PACKAGE}.second", 2)]


def test_a_package_counts_as_a_module(package: Path) -> None:
    (package / "folder").mkdir()
    (package / "folder" / "__init__.py").write_text("THING = 1\n")
    assert [thing for _, thing in discovery.exported(PACKAGE, "THING", int)] == [1]


def test_modules_with_an_underscore_and_modules_without_the_attribute_are_passed_over(package: Path) -> None:
    (package / "_private.py").write_text("raise AssertionError('imported')\n")
    (package / "helper.py").write_text("OTHER = 1\n")
    assert discovery.exported(PACKAGE, "THING", int) == []


def test_what_is_exported_under_the_name_but_is_of_another_kind_is_refused(package: Path) -> None:
    (package / "wrong.py").write_text("THING = 'text'\n")
    with pytest.raises(TypeError, match=rf"{PACKAGE}\.wrong\.THING is not a int"):
        discovery.exported(PACKAGE, "THING", int)


def test_names_are_listed_without_importing_anything(package: Path) -> None:
    (package / "explosive.py").write_text("raise AssertionError('imported')\n")
    assert discovery.module_names(PACKAGE) == ["explosive"]
