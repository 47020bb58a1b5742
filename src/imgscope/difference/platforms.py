"""What differs between two names for each platform that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from imgscope.difference.document import (
    DIFFERENCE_SCHEMA_VERSION,
    Difference,
    PlatformDifference,
    PlatformMatrix,
    Side,
)
from imgscope.errors import UsageError
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources.abilities import variants_of
from imgscope.sources.base import SourceOptions


def platforms_of(reference: str, options: SourceOptions) -> list[Platform]:
    """Return the platforms that there are images for, in the order of the index; each name once, the first one.

    Raises what finding the image does.
    """
    with closing(open_source(reference, options)) as source:
        variants = variants_of(source)
    return list({str(variant.platform): variant.platform for variant in variants if str(variant.platform)}.values())


def matrix_of(
    old: tuple[str, list[Platform]],
    new: tuple[str, list[Platform]],
    compare: Callable[[Platform], Difference],
) -> PlatformMatrix:
    """Return what `compare` says of every platform that both have, and which of two names has each of the others.

    Each side is a reference and its platforms. Raises `UsageError` where they have none in common.
    """
    names = [list(map(str, platforms)) for _, platforms in (old, new)]
    shared = [platform for platform in old[1] if str(platform) in names[1]]
    if not shared:
        listed = " and ".join(f"{', '.join(each) or 'none'}" for each in names)
        raise UsageError(
            f"{old[0]} and {new[0]} have no platform in common: {listed}", hint="name one image for each platform"
        )
    told = [PlatformDifference(platform=str(platform), difference=compare(platform)) for platform in shared]
    told += [_only(name, "old") for name in names[0] if name not in names[1]]
    told += [_only(name, "new") for name in names[1] if name not in names[0]]
    differences = [each.difference for each in told if each.difference is not None]
    return PlatformMatrix(
        schema_version=DIFFERENCE_SCHEMA_VERSION,
        same=len(differences) == len(told) and all(each.same for each in differences),
        complete=all(each.complete for each in differences),
        old_reference=old[0],
        new_reference=new[0],
        platforms=tuple(told),
    )


def _only(platform: str, side: Side) -> PlatformDifference:
    return PlatformDifference(platform=platform, only_in=side)
