"""Comparisons from names to the end, over a registry whose requests are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import trustme

from imgscope.analyze import Options
from imgscope.comparison.data import Comparison
from imgscope.comparison.run import Compared, compare_heads, compare_whole
from imgscope.comparison.variants import find_variants
from imgscope.errors import UsageError
from imgscope.sources.base import SourceOptions
from tests.comparison.bases import APP_CONFIG, BASE_CONFIG, NATIVE, app, fat, musl, slim
from tests.support.images import BuiltImage, BuiltLayer, Step, file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import answering

_LAYERS: Final = {"3.12": fat(), "3.12-slim": slim(), "3.12-alpine": musl()}


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each image, and not all that the system trusts."""


def built(*steps: BuiltLayer | Step, config: Mapping[str, object] | None = None) -> BuiltImage:
    return image(list(steps), config=config or BASE_CONFIG, listed_platform=False)


@contextmanager
def served() -> Iterator[tuple[Registry, str]]:
    """A registry with a base, its variants and an application on it, and its host."""
    registry = Registry()
    for tag, each in _LAYERS.items():
        registry.add(built(each), "python", tag)
    registry.add(built(_LAYERS["3.12"]), "python", "3.12-bookworm")
    registry.add(built(layer(file("x", "x"))), "python", "3.13")
    registry.add(built(_LAYERS["3.12"], *app(), config=APP_CONFIG), "app", "1")
    with registry.serve() as host:
        yield registry, host


def options(host: str) -> Options:
    return Options(source=SourceOptions(insecure_registries=frozenset([host])))


def done(compared: Compared) -> Comparison:
    assert compared.errors == ()
    assert compared.failures == ()
    assert compared.comparison is not None
    return compared.comparison


def names(comparison: Comparison) -> list[str]:
    return [image.reference.rpartition("/")[2] for image in comparison.images]


def blobs(registry: Registry) -> Counter[str]:
    """How often each blob was fetched."""
    return Counter(seen.path.rpartition("/")[2] for seen in registry.requests if seen.kind == "blobs")


def test_variants_are_compared_by_their_manifests_and_no_layer_is_fetched() -> None:
    with served() as (registry, host):
        found = find_variants(f"{host}/python:3.12", options(host).source, limit=8)
        comparison = done(compare_heads(found.references, options=options(host), variants=found))
    assert names(comparison) == ["python:3.12-alpine", "python:3.12-slim", "python:3.12"]
    assert comparison.baseline == 2
    assert comparison.images[2].also_called == (f"{host}/python:3.12-bookworm",)
    assert [image.contents for image in comparison.images] == [None] * 3
    fetched = blobs(registry)
    assert not fetched.keys() & {each.digest for each in _LAYERS.values()}
    # Of each of four tags its digest, its manifest and its configuration.
    assert len(registry.asked()) == 4 * 3
    assert len(registry.asked("tags")) == 1
    assert comparison.run.requests >= len(registry.asked())
    assert comparison.variants is not None
    assert (comparison.variants.tag, comparison.variants.tag_count, comparison.variants.more) == ("3.12", 5, ())


def test_only_the_most_useful_variants_are_compared_and_the_others_are_named() -> None:
    with served() as (_, host):
        found = find_variants(f"{host}/python:3.12", options(host).source, limit=1)
        comparison = done(compare_heads(found.references, options=options(host), variants=found))
    assert names(comparison) == ["python:3.12-slim", "python:3.12"]
    assert found.more == ("3.12-alpine", "3.12-bookworm")
    assert comparison.variants is not None
    assert comparison.variants.more == found.more


def test_tags_are_listed_page_by_page() -> None:
    with served() as (registry, host):
        registry.page_size = 2
        counts: list[int] = []
        found = find_variants(f"{host}/python:3.12", options(host).source, limit=8, progress=counts.append)
    assert (found.tag_count, counts) == (5, [2, 4])


@pytest.mark.parametrize("name", ["oci:sample_images/musl", "python@sha256:" + "0" * 64])
def test_only_a_tag_in_a_registry_has_variants(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    with pytest.raises(UsageError, match="has no variants"):
        find_variants(name, SourceOptions(), limit=8)


def test_two_images_that_share_all_but_one_layer_fetch_each_blob_once() -> None:
    with served() as (registry, host):
        registry.add(built(_LAYERS["3.12"], *app(), layer(file("more", "y")), config=APP_CONFIG), "app", "2")
        comparison = done(compare_whole([f"{host}/app:1", f"{host}/app:2"], options=options(host)))
    shared = comparison.images[1].shared_with_baseline
    assert shared is not None
    assert (shared.count, len(comparison.images[1].layers)) == (3, 4)
    assert set(blobs(registry).values()) == {1}
    assert comparison.run.bytes_fetched >= sum(each.compressed_size for each in comparison.images[1].layers)


def test_a_move_tells_for_each_base_what_it_saves_and_what_breaks() -> None:
    with served() as (registry, host):
        bases = [f"{host}/python:{tag}" for tag in _LAYERS]
        comparison = done(compare_whole(bases, options=options(host), moving=f"{host}/app:1"))
    assert names(comparison) == ["python:3.12", "python:3.12-slim", "python:3.12-alpine"]
    moves = comparison.moves
    assert moves is not None
    assert moves.reference == f"{host}/app:1"
    assert (moves.base.layer_count, moves.base.reference) == (1, bases[0])
    current, on_slim, on_musl = moves.candidates
    assert (current.is_current, current.breaks, current.saved_unpacked_bytes) == (True, (), 0)
    assert [each.kind for each in on_slim.breaks] == ["command", "module"]
    assert on_slim.saved_compressed_bytes == len(fat().blob) - len(slim().blob)
    assert {path for each in on_musl.breaks for path in each.paths} >= {NATIVE, "app/server"}
    assert set(blobs(registry).values()) == {1}


def test_moves_of_variants_are_told_by_the_number_of_the_image_they_are_ordered_to() -> None:
    with served() as (_, host):
        found = find_variants(f"{host}/python:3.12", options(host).source, limit=8)
        compared = compare_whole(found.references, options=options(host), variants=found, moving=f"{host}/app:1")
    comparison = done(compared)
    assert comparison.moves is not None
    assert [each.image for each in comparison.moves.candidates] == [0, 1, 2]
    assert [each.is_current for each in comparison.moves.candidates] == [False, False, True]


def test_an_image_that_is_not_there_leaves_the_others() -> None:
    with served() as (_, host):
        named = [f"{host}/python:3.12", f"{host}/python:none", f"{host}/python:3.12-slim"]
        compared = compare_whole(named, options=options(host))
    assert [reference for reference, _ in compared.errors] == [named[1]]
    assert compared.comparison is not None
    assert names(compared.comparison) == ["python:3.12", "python:3.12-slim"]
    assert not compared.comparison.complete
    assert [failure.reference for failure in compared.comparison.failures] == [named[1]]


def test_where_no_image_is_there_nothing_is_compared() -> None:
    with served() as (_, host):
        compared = compare_whole([f"{host}/python:none", f"{host}/none:1"], options=options(host))
    assert compared.comparison is None
    assert len(compared.errors) == 2


def test_bases_are_compared_even_where_the_image_to_move_is_not_there() -> None:
    with served() as (_, host):
        named = [f"{host}/python:3.12", f"{host}/python:3.12-slim"]
        compared = compare_whole(named, options=options(host), moving=f"{host}/app:none")
    assert [reference for reference, _ in compared.errors] == [f"{host}/app:none"]
    assert compared.comparison is not None
    assert compared.comparison.moves is None
    assert len(compared.comparison.images) == 2


def test_an_image_whose_base_cannot_be_told_is_an_error_that_says_what_to_name() -> None:
    with served() as (_, host):
        named = [f"{host}/python:3.12-slim", f"{host}/python:3.13"]
        compared = compare_whole(named, options=options(host), moving=f"{host}/app:1")
    ((_, error),) = compared.errors
    assert error.message.startswith(f"what {host}/app:1 is built on cannot be told")
    assert error.exit_code == 2
    assert compared.comparison is not None
    assert compared.comparison.moves is None


def test_a_base_that_could_not_be_read_to_its_end_is_not_judged() -> None:
    with served() as (registry, host):
        gone = answering(410, kind="blobs")
        gone.applies = lambda seen: seen.path.endswith(_LAYERS["3.12-slim"].digest)
        registry.misbehave(gone)
        bases = [f"{host}/python:3.12", f"{host}/python:3.12-slim"]
        compared = compare_whole(bases, options=options(host), moving=f"{host}/app:1")
    assert [reference for reference, _ in compared.failures] == [bases[1]]
    assert compared.comparison is not None
    assert compared.comparison.moves is not None
    reason = compared.comparison.moves.candidates[1].not_judged
    assert reason == f"a part of {bases[1]} could not be read"
