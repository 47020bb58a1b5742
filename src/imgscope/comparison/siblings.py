"""Tags that are variants of one version: what else `python:3.12` is there as.

A tag is words parted by hyphens. Some say what an image is based on, or how much is in it (`slim`, `alpine3.20`,
`bookworm`): tags are siblings where all other words are the same, in the same order. `latest` says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imgscope.oci.tag import tag_order

# How much is in it, the most useful first: what people move to in order to save.
_AMOUNTS: Final = (
    "slim alpine distroless chiseled minimal micro wolfi chainguard nonroot static tiny lite light small base core "
    "debian ubuntu ubi ubi8 ubi9 ubi10 busybox musl glibc hardened rootless fips jre headless jdk full fat dev debug "
    "rhel rockylinux rocky almalinux oraclelinux oracle centos fedora amazonlinux al amzn mariner azurelinux cbl "
    "opensuse leap suse photon arch archlinux void uclibc scratch"
).split()
_DEBIANS: Final = "forky trixie bookworm bullseye buster stretch jessie wheezy sid".split()
_UBUNTUS: Final = "questing plucky oracular noble jammy focal bionic xenial trusty".split()
_RANKS: Final = {word: rank for rank, word in enumerate([*_AMOUNTS, *_DEBIANS, *_UBUNTUS])}
_WITH_VERSION: Final = re.compile(r"(?P<word>[a-z]+)\d+(?:\.\d+)*")
# Repositories whose versions are called by such words.
_DISTRIBUTIONS: Final = frozenset(
    "debian ubuntu alpine fedora centos rockylinux almalinux oraclelinux amazonlinux opensuse busybox archlinux".split()
)
_SAYS_NOTHING: Final = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The words of a tag: those that siblings have in common, and those in which they differ."""

    common: tuple[str, ...]
    variant: tuple[str, ...]


def siblings_of(tag: str, tags: Iterable[str], repository: str = "") -> list[str]:
    """Return those of `tags` that are variants of the version that `tag` is one of, the most useful first.

    `tag` itself is not among them. Simple names come before those that say the same more exactly, and newer releases
    of a base before older ones. `repository` tells where the names of releases are versions: in `debian`.
    """
    is_distribution = repository.rpartition("/")[2] in _DISTRIBUTIONS
    wanted = _parts(tag, is_distribution=is_distribution).common
    found = []
    for other in tags:
        parts = _parts(other, is_distribution=is_distribution)
        if other != tag and parts.common == wanted:
            found.append((_usefulness(parts.variant), other))
    # Among equals the higher version of a base is the newer one.
    found.sort(key=lambda each: tag_order(each[1]), reverse=True)
    found.sort(key=lambda each: each[0])
    return [other for _, other in found]


def _parts(tag: str, *, is_distribution: bool) -> _Parts:
    words = [word for word in tag.split("-") if word != _SAYS_NOTHING]
    variant = [word for word in words if _word_of(word, is_distribution=is_distribution) is not None]
    return _Parts(common=tuple(word for word in words if word not in variant), variant=tuple(variant))


def _word_of(word: str, *, is_distribution: bool) -> str | None:
    """Return which of the known words `word` is, without the version that may stand behind it."""
    if word in _RANKS:
        known = word
    else:
        match = _WITH_VERSION.fullmatch(word)
        if match is None or match["word"] not in _RANKS:
            return None
        known = match["word"]
    is_release = known in _DEBIANS or known in _UBUNTUS
    return None if is_distribution and is_release else known


def _usefulness(variant: tuple[str, ...]) -> tuple[int, int, int]:
    """Return what sorts the most useful first: few words, without versions, of a kind that saves."""
    words = [_word_of(word, is_distribution=False) or word for word in variant]
    exact = sum(word not in _RANKS for word in variant)
    return len(variant) + exact, min((_RANKS[word] for word in words), default=-1), exact
