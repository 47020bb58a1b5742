"""Which tags are variants of the same version, and which of them come first."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.comparison.siblings import siblings_of

_PYTHON: Final = (
    "3.12 3.12-slim 3.12-alpine 3.12-alpine3.20 3.12-alpine3.22 3.12-bookworm 3.12-trixie 3.12-slim-bookworm "
    "3.12-slim-trixie 3.12-windowsservercore 3.12-windowsservercore-ltsc2022 3.12-fat 3.12-minimal 3.12-ubi9-minimal "
    "3.12.4 3.12.4-slim 3.13 3.13-slim 3.12-rc1-slim 3 latest slim alpine bookworm slim-bookworm"
).split()
_OF_3_12: Final = [
    *("3.12-slim", "3.12-alpine", "3.12-minimal", "3.12-fat", "3.12-trixie", "3.12-bookworm"),
    *("3.12-slim-trixie", "3.12-slim-bookworm", "3.12-alpine3.22", "3.12-alpine3.20", "3.12-ubi9-minimal"),
]


def test_variants_of_a_version_are_its_siblings_the_most_useful_first_and_the_newest_before_older_ones() -> None:
    assert siblings_of("3.12", _PYTHON, "library/python") == _OF_3_12


@pytest.mark.parametrize("tag", ["3.12-slim", "3.12-alpine3.20", "3.12-slim-bookworm"])
def test_a_variant_has_the_plain_tag_first_and_all_others_after_it(tag: str) -> None:
    assert siblings_of(tag, _PYTHON, "library/python") == ["3.12", *(other for other in _OF_3_12 if other != tag)]


def test_latest_and_bare_variants_are_siblings() -> None:
    assert siblings_of("latest", _PYTHON) == ["slim", "alpine", "bookworm", "slim-bookworm"]
    assert siblings_of("slim", _PYTHON) == ["latest", "alpine", "bookworm", "slim-bookworm"]


@pytest.mark.parametrize(
    ("tag", "tags", "siblings"),
    [
        ("8.3-fpm", "8.3 8.3-fpm 8.3-fpm-alpine 8.3-cli-alpine 8.3-apache", ["8.3-fpm-alpine"]),
        ("21-jdk", "21-jre 21-jdk-alpine 17-jdk 21", ["21", "21-jre", "21-jdk-alpine"]),
        ("v1.2", "1.2-alpine v1.2-distroless v1.2.1", ["v1.2-distroless"]),
        ("nonroot", "latest debug debug-nonroot latest-amd64", ["latest", "debug", "debug-nonroot"]),
        ("1.27-perl", "1.27-alpine 1.27-alpine-perl", ["1.27-alpine-perl"]),
    ],
)
def test_what_else_stands_in_a_tag_has_to_be_the_same(tag: str, tags: str, siblings: list[str]) -> None:
    assert siblings_of(tag, tags.split()) == siblings


def test_releases_of_a_distribution_are_versions_in_its_own_repository() -> None:
    tags = "bookworm bookworm-slim trixie trixie-slim latest 12 12-slim".split()
    assert siblings_of("bookworm", tags, "library/debian") == ["bookworm-slim"]
    assert siblings_of("12", tags, "library/debian") == ["12-slim"]


_TAGS: Final = st.lists(
    st.sampled_from(["3.12", "1", "slim", "alpine", "alpine3.20", "bookworm", "rc1", "latest", "cli"]),
    min_size=1,
    max_size=4,
).map("-".join)


@given(st.lists(_TAGS, unique=True, min_size=2, max_size=8), st.sampled_from(["library/python", "library/debian"]))
def test_who_is_a_sibling_of_another_has_it_as_one_too(tags: list[str], repository: str) -> None:
    siblings = {tag: set(siblings_of(tag, tags, repository)) for tag in tags}
    assert all(tag not in siblings[tag] for tag in tags)
    assert all((one in siblings[other]) == (other in siblings[one]) for one in tags for other in tags)


@given(st.text(max_size=130), st.lists(st.text(max_size=130), max_size=5))
def test_whatever_a_registry_calls_a_tag_is_taken_for_one(tag: str, tags: list[str]) -> None:
    assert set(siblings_of(tag, tags)) <= set(tags)
