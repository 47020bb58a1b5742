"""What an image is built on, as far as it matters for moving it to another base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgscope.analyze import Inspection
from imgscope.base_image import find_base
from imgscope.errors import UsageError
from imgscope.oci.config import ImageConfig
from imgscope.oci.reference import same_repository
from imgscope.report import BaseImage
from imgscope.sources.base import ImageHead
from imgscope.text import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The lowest `layer_count` layers of an image. `config` is that of the base itself, where it is at hand.

    `position` is where the base is among the images that were named, None where it is none of them.
    """

    layer_count: int
    evidence: str
    reference: str | None = None
    config: ImageConfig | None = None
    position: int | None = None


def base_of(mine: Inspection, named: Sequence[ImageHead | None]) -> Base:
    """Return the base of `mine`: of the images that are `named` the one with the most of its lowest layers.

    Where none of them is, what the report on `mine` says. Raises `UsageError` where that does not tell either.
    """
    diff_ids = tuple(mine.head.config.rootfs.diff_ids or ())
    fitting = [
        (len(own), -position, head)
        for position, head in enumerate(named)
        if head is not None
        and (own := tuple(head.config.rootfs.diff_ids or ()))
        and len(own) == len(head.manifest.layers)
        and own == diff_ids[: len(own)]
    ]
    if fitting:
        count, position, head = max(fitting, key=lambda each: each[:2])
        layers = "layer is that" if count == 1 else f"{count} layers are those"
        return Base(
            layer_count=count,
            evidence=f"the lowest {layers} of {printable(head.reference)}",
            reference=head.reference,
            config=head.config,
            position=-position,
        )
    reported = _reported(mine)
    if reported is not None and 0 < reported.layer_count <= len(mine.head.manifest.layers):
        return Base(layer_count=reported.layer_count, evidence=reported.evidence, reference=reported.reference)
    raise UsageError(
        f"what {mine.head.reference} is built on cannot be told: its lowest layers are not those of any image "
        "to compare, and its history does not say",
        hint="name the base that it was built from, by digest if the tag has moved on: "
        "imgscope compare BASE OTHER… --for MYIMAGE",
    )


def _reported(mine: Inspection) -> BaseImage | None:
    """Return the base that the report tells, but what history tells where that is an earlier build of the image."""
    base = mine.report.image.base
    if base is not None and base.reference and same_repository(base.reference, mine.head.reference):
        return find_base(mine.head.manifest, mine.head.config, ())
    return base
