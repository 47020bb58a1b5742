"""Images that can be opened without knowing a name: what engines hold, what was inspected before, the samples."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from imgscope.known_images import KnownImage
from imgscope.sources._files import exists
from imgscope.sources.daemon.listing import LocalImages, local_images
from imgscope.text import format_count, format_size

_SAMPLES: Final = "sample_images"
_ON_DISK: Final = ("oci", "oci-archive", "docker-archive")
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An image: `reference` opens it, `about` is what else is known of it in a few words, if anything."""

    reference: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferGroup:
    """Images from one place; `problem` is a sentence on why that place does not tell of any."""

    title: str
    offers: tuple[Offer, ...] = ()
    problem: str | None = None


def find_offers(
    known: Iterable[KnownImage],
    *,
    directory: Path,
    ask_engines: Callable[[], list[LocalImages]] = local_images,
) -> list[OfferGroup]:
    """Return what may be opened, groups without any left out: `known` images, engines' images, samples in `directory`.

    Takes as long as the engines do, about two seconds each at most.
    """
    before = dict.fromkeys(image.reference for image in known if _may_exist(image.reference))
    samples = [sample for sample in _samples(directory) if sample not in before]
    groups = [
        OfferGroup(title="inspected before", offers=tuple(map(_offer, islice(before, _MOST)))),
        *map(_engine_group, ask_engines()),
        OfferGroup(title="samples", offers=tuple(map(_offer, islice(samples, _MOST)))),
    ]
    return [group for group in groups if group.offers or group.problem]


def _offer(reference: str) -> Offer:
    return Offer(reference=reference)


def _engine_group(listed: LocalImages) -> OfferGroup:
    offers = tuple(
        Offer(
            reference=image.reference,
            about="" if image.unpacked_size is None else f"{format_size(image.unpacked_size)} unpacked",
        )
        for image in listed.images
    )
    title = f"{listed.engine} · {format_count(len(offers), 'image')}" if offers else listed.engine
    return OfferGroup(title=title, offers=offers, problem=listed.problem)


def _samples(directory: Path) -> list[str]:
    layouts = sorted(path.parent for path in (directory / _SAMPLES).glob("*/oci-layout"))
    return [f"oci:{os.path.relpath(path, directory)}" for path in layouts]


def _may_exist(reference: str) -> bool:
    """Whether `reference` could be opened from here: paths may be relative, and files may be gone."""
    scheme, _, rest = reference.partition(":")
    if scheme not in _ON_DISK:
        return True
    return exists(Path(rest)) or exists(Path(rest.rpartition(":")[0] or rest))
