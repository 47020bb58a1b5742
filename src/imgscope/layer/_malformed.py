"""The one sentence for damage in an archive."""

from __future__ import annotations

from imgscope.errors import LayerError


def malformed(offset: int, what: str) -> LayerError:
    """Return the error for `what` was met in the header at byte `offset` of the uncompressed archive."""
    return LayerError(f"is malformed at byte {offset:,} of its archive: {what}")


def too_short(offset: int, missing: int) -> LayerError:
    """Return the error for an archive that ends at byte `offset`, with `missing` bytes still promised."""
    return LayerError(f"ends too early: at byte {offset:,} of its archive, {missing:,} more were expected")
