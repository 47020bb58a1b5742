"""Memory is bounded by what is kept of an image, whatever the bytes of its layers."""

from __future__ import annotations

from tests.support.memory_use import MEBIBYTE, peak


def test_K_a_layer_of_4_gib_takes_hardly_more_memory_than_one_of_1_mib() -> None:
    assert peak("a huge file") - peak("a small file") < 32 * MEBIBYTE


def test_K_a_layer_of_256_mib_that_an_engine_streams_takes_hardly_more_memory_than_one_of_1_mib() -> None:
    assert peak("a huge layer from an engine") - peak("a small layer from an engine") < 32 * MEBIBYTE


def test_K_an_image_of_a_million_files_is_inspected_within_700_mib() -> None:
    assert peak("a million files") < 700 * MEBIBYTE
