"""Which layers of an image are those of the image it was built on.

Annotations only claim a base (image-spec, "Pre-Defined Annotation Keys"): layers decide (conformance C33). What was
inspected before is compared layer by layer; without it, history tells: a base image ends with what it starts, and what
is built on it goes on from there, later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from imgscope.known_images import KnownImage
from imgscope.oci.config import History, ImageConfig
from imgscope.oci.instruction import parse_instruction
from imgscope.oci.manifest import Manifest
from imgscope.report import BaseImage
from imgscope.text import printable

_NAME: Final = "org.opencontainers.image.base.name"
_DIGEST: Final = "org.opencontainers.image.base.digest"
_LONGEST_CLAIM: Final = 500
# Steps of one build follow each other in less; a base image was made in another build.
_BETWEEN_BUILDS: Final = timedelta(minutes=10)
_ENDINGS: Final = ("CMD", "ENTRYPOINT")


def find_base(manifest: Manifest, config: ImageConfig, known: Iterable[KnownImage]) -> BaseImage | None:
    """Return the base of the image that the two documents describe, or None where nothing tells.

    `known` are images that were inspected before. Only a base of high or medium confidence has layers.
    """
    claims = {**(config.run.labels or {}), **(manifest.annotations or {})}
    name, digest = claims.get(_NAME, "")[:_LONGEST_CLAIM] or None, claims.get(_DIGEST, "")[:_LONGEST_CLAIM] or None
    diff_ids = tuple(map(str, config.rootfs.diff_ids or ()))
    if len(diff_ids) == len(manifest.layers):
        found = _longest_prefix(diff_ids, known)
        if found is not None:
            return _known(found, claimed_digest=digest)
        count = _layers_by_history(config, len(diff_ids))
        if count:
            return _by_history(count, name, digest)
    if name is None:
        return None
    evidence = f"an annotation names {printable(name)}; which layers are its own is not known"
    return BaseImage(layer_count=0, evidence=evidence, confidence="low", reference=name, digest=digest)


def _longest_prefix(diff_ids: tuple[str, ...], known: Iterable[KnownImage]) -> KnownImage | None:
    """Return the known image that has the most of the lowest layers, but not all of them."""
    fitting = (
        image
        for image in known
        if 0 < len(image.diff_ids) < len(diff_ids) and diff_ids[: len(image.diff_ids)] == image.diff_ids
    )
    return max(fitting, key=lambda image: len(image.diff_ids), default=None)


def _known(image: KnownImage, *, claimed_digest: str | None) -> BaseImage:
    count = len(image.diff_ids)
    layers = "layer is that" if count == 1 else f"{count} layers are those"
    confirmed = ", as its annotation says" if claimed_digest == image.digest else ""
    return BaseImage(
        layer_count=count,
        evidence=f"the lowest {layers} of {printable(image.reference)}, inspected before{confirmed}",
        confidence="high",
        reference=image.reference,
        digest=image.digest,
    )


def _by_history(count: int, name: str | None, digest: str | None) -> BaseImage:
    layers = "layer" if count == 1 else f"{count} layers"
    claim = f"; an annotation names {printable(name)}" if name else ""
    return BaseImage(
        layer_count=count,
        evidence=f"history goes on after the start command that follows the lowest {layers}{claim}",
        confidence="medium",
        reference=name,
        digest=digest,
    )


def _layers_by_history(config: ImageConfig, layer_count: int) -> int:
    """Return how many layers lie below the last start command that a later build went on from; 0 for none."""
    if layer_count and config.layer_history(layer_count)[0] is None:
        return 0
    below, next_layer = layer_count, History()
    for step in reversed(config.history or ()):
        if not step.empty_layer:
            below, next_layer = below - 1, step
        elif 0 < below < layer_count and _is_ending(step) and _is_later(step, next_layer):
            return below
    return 0


def _is_ending(step: History) -> bool:
    instruction = parse_instruction(step.created_by)
    return instruction is not None and instruction.keyword in _ENDINGS


def _is_later(step: History, next_layer: History) -> bool:
    """Tell whether the layer after `step` was built by another build."""
    ended, began = _time(step), _time(next_layer)
    return ended is not None and began is not None and began - ended >= _BETWEEN_BUILDS


def _time(step: History) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(step.created or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
