"""What the start screen lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgscope.offers import OfferGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An image that can be opened, or, without a `reference`, why there are none from that place.

    `place` is where it is from, empty where the row above says it already.
    """

    place: str
    reference: str
    about: str


def offer_rows(groups: Sequence[OfferGroup], typed: str) -> list[OfferRow]:
    """Return a row for each image in `groups` whose name has what was `typed` in it, and for each problem."""
    rows: list[OfferRow] = []
    wanted = typed.strip().casefold()
    for group in groups:
        offers = [offer for offer in group.offers if wanted in offer.reference.casefold()]
        for number, offer in enumerate(offers):
            rows.append(OfferRow(place="" if number else group.title, reference=offer.reference, about=offer.about))
        if group.problem and not wanted:
            rows.append(OfferRow(place=group.title, reference="", about=group.problem))
    return rows
