"""PHP packages that Composer installed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.composer import PROBE, parse_installed, reduce_installed
from tests.support.images import file, layer
from tests.support.memory import tree_of

PLACE = "srv/vendor/composer/installed.json"
# As Composer 2.5 writes it.
LIBRARY: dict[str, Any] = {
    "name": "acme/lib",
    "version": "1.4.0",
    "version_normalized": "1.4.0.0",
    "require": {"php": ">=7", "ext-json": "*", "acme/other": "^1"},
    "type": "library",
    "install-path": "../acme/lib",
}


def packages_of(tree: FileTree) -> list[InstalledPackage]:
    return [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]


@pytest.mark.parametrize(
    "document", [{"packages": [LIBRARY], "dev": True}, [LIBRARY]], ids=["Composer 2", "Composer 1"]
)
def test_a_package_is_what_either_composer_wrote_and_owns_its_directory(document: object) -> None:
    tree = tree_of((file(PLACE, json.dumps(document)), file("srv/vendor/acme/lib/src/A.php", "x"), file("srv/x.php")))
    (package,) = packages_of(tree)
    assert (package.name, package.version, package.type) == ("acme/lib", "1.4.0", "composer")
    assert package.needs == ("acme/other",)
    assert [node.path for node in package.files] == ["srv/vendor/acme/lib/src/A.php"]
    assert package.found_in == "srv/vendor/acme/lib"


@pytest.mark.parametrize("path", ["../../../etc", "/etc", "..", "../acme/none"])
def test_a_package_owns_nothing_outside_the_vendor_directory(path: str) -> None:
    tree = tree_of((file(PLACE, json.dumps([{**LIBRARY, "install-path": path}])), file("etc/passwd", "x")))
    (package,) = packages_of(tree)
    assert (package.files, package.found_in) == ((), PLACE)


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    first, second = [LIBRARY], [LIBRARY, {**LIBRARY, "name": "acme/new"}]
    tree = tree_of(layer(file(PLACE, json.dumps(first))), layer(file(PLACE, json.dumps(second))))
    assert {package.name: package.layer for package in packages_of(tree)} == {"acme/lib": 0, "acme/new": 1}


@given(
    st.binary()
    | st.lists(st.fixed_dictionaries({"name": st.text(), "version": st.text()})).map(json.dumps).map(str.encode)
)
def test_what_is_kept_says_the_same_and_is_kept_as_it_is(content: bytes) -> None:
    kept = reduce_installed(content)
    assert reduce_installed(kept) == kept
    assert parse_installed(kept) == parse_installed(content)
