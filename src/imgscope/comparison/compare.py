"""From images to a comparison: differences from the baseline, and layers that they share. Only counting."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from imgscope.comparison.data import ComparedImage, LayerSummary, SharedLayers, SizeDifference


def side_by_side(images: Sequence[ComparedImage], baseline: int) -> tuple[ComparedImage, ...]:
    """Return `images` in their order, each held against the one at `baseline`."""
    if not images:
        return ()
    layers = [_layers(image) for image in images]
    common = frozenset[str]().union(*layers).intersection(*layers)
    return tuple(
        _compared(image, images[baseline], layers[baseline], common, is_baseline=number == baseline)
        for number, image in enumerate(images)
    )


def also_called(image: ComparedImage, others: Sequence[ComparedImage]) -> ComparedImage:
    """Return `image` with the names of `others`, which are the same image under other tags."""
    names = tuple(dict.fromkeys(other.reference for other in others if other.reference != image.reference))
    return msgspec.structs.replace(image, also_called=names or None)


def _compared(
    image: ComparedImage,
    baseline: ComparedImage,
    baseline_layers: frozenset[str],
    common: frozenset[str],
    *,
    is_baseline: bool,
) -> ComparedImage:
    if is_baseline:
        return msgspec.structs.replace(
            image, compressed_difference=None, shared_with_baseline=None, shared_with_all=_shared(image, common)
        )
    contents = image.contents
    if contents is not None and baseline.contents is not None:
        difference = _difference(contents.unpacked_size, baseline.contents.unpacked_size)
        contents = msgspec.structs.replace(contents, unpacked_difference=difference)
    return msgspec.structs.replace(
        image,
        compressed_difference=_difference(image.compressed_size, baseline.compressed_size),
        shared_with_baseline=_shared(image, baseline_layers),
        shared_with_all=_shared(image, common),
        contents=contents,
    )


def _difference(size: int, baseline: int) -> SizeDifference:
    percent = round(100 * (size - baseline) / baseline, 1) if baseline else None
    return SizeDifference(bytes=size - baseline, percent=percent)


def _layers(image: ComparedImage) -> frozenset[str]:
    return frozenset(map(_identity, image.layers))


def _identity(layer: LayerSummary) -> str:
    """Return what two layers have in common that are the same, compressed in one way or another."""
    return layer.diff_id or layer.digest


def _shared(image: ComparedImage, others: frozenset[str]) -> SharedLayers:
    shared = [layer for layer in image.layers if _identity(layer) in others]
    return SharedLayers(count=len(shared), compressed_size=sum(layer.compressed_size for layer in shared))
