"""`imgscope cache`, and what `--no-cache` keeps from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import imgscope
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer


@pytest.fixture
def reference(tmp_path: Path) -> str:
    write_oci_layout(tmp_path / "layout", {"app": image([layer(file("a", "a")), layer(file("b", "b"))])})
    return f"oci:{tmp_path / 'layout'}"


def layers_from_cache(reference: str, *options: str) -> int:
    done = imgscope("audit", "--quiet", reference, "-o", "json", *options)
    assert done.exit_code == 0, done.stderr
    count: int = done.document["run"]["layersFromCache"]
    return count


def test_layers_are_read_once_and_info_says_what_is_kept(reference: str) -> None:
    assert [layers_from_cache(reference) for _ in range(2)] == [0, 2]

    assert "2 layers, " in imgscope("cache", "info").stdout


def test_no_cache_neither_takes_from_the_cache_nor_adds_to_it(reference: str) -> None:
    assert layers_from_cache(reference, "--no-cache") == 0
    assert "0 layers, " in imgscope("cache", "info").stdout

    layers_from_cache(reference)

    assert layers_from_cache(reference, "--no-cache") == 0


def test_clear_empties_the_cache(reference: str) -> None:
    layers_from_cache(reference)

    cleared = imgscope("cache", "clear")

    assert cleared.stdout.startswith("removed 2 layers, ")
    assert layers_from_cache(reference) == 0
