"""What the lowest layer tells of an image."""

from __future__ import annotations

import pytest

from imgscope import early_facts as module
from imgscope.early_facts import EarlyFacts, early_facts
from tests.support.elf import GLIBC_LOADER, glibc_library
from tests.support.images import file
from tests.support.memory import tree_of


def test_distribution_and_c_library_are_seen_in_the_lowest_layer() -> None:
    tree = tree_of(
        (file("etc/os-release", 'ID=debian\nPRETTY_NAME="Debian 12"\n'),
         file(GLIBC_LOADER.strip("/"), glibc_library("2.36", "ld-linux-x86-64.so.2"))),
    )  # fmt: skip
    facts = early_facts(tree.layers)
    assert facts.distro is not None
    assert facts.distro.pretty_name == "Debian 12"
    assert facts.libc is not None
    assert facts.libc.family == "glibc"


def test_a_layer_that_says_nothing_tells_nothing_of_the_distribution() -> None:
    assert early_facts(tree_of((file("app"),)).layers).distro is None


def test_whatever_goes_wrong_there_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "probes", broken)
    assert early_facts(tree_of((file("app"),)).layers) == EarlyFacts()
