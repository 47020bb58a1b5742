"""From two inspected images to what differs between them, attributed to layers, packages and files."""

from __future__ import annotations

from collections.abc import Iterable

from imgscope.analyze import Inspection
from imgscope.difference.configuration import compare_configurations
from imgscope.difference.document import (
    DIFFERENCE_SCHEMA_VERSION,
    DiffedImage,
    Difference,
    LayerDifference,
    PackagePaths,
    PathCounts,
    Side,
)
from imgscope.difference.packages import compare_packages
from imgscope.difference.removals import Removals
from imgscope.difference.trees import NodePair, TreeDifference, compare_trees
from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.inside.owners import PathOwners


def difference_of(old: Inspection, new: Inspection) -> Difference:
    """Return what differs between two images. Equal images make equal documents, whatever they are stored as."""
    trees = compare_trees(old.image.tree, new.image.tree)
    configuration = compare_configurations(old.head.config, new.head.config)
    packages = compare_packages(old.image, new.image)
    shared = _shared(old, new)
    return Difference(
        schema_version=DIFFERENCE_SCHEMA_VERSION,
        same=not (trees.pairs or configuration or packages),
        complete=old.report.complete and new.report.complete,
        old=_summary(old),
        new=_summary(new),
        shared_layers=shared,
        configuration=configuration,
        packages=packages,
        paths=_counts(trees),
        layers=tuple(_Attribution(old, new, shared).layers(trees.pairs)),
    )


def _summary(inspection: Inspection) -> DiffedImage:
    report, tree = inspection.report, inspection.image.tree
    return DiffedImage(
        reference=report.image.reference,
        digest=report.image.digest,
        platform=report.image.platform,
        complete=report.complete,
        compressed_size=report.image.compressed_size,
        unpacked_size=report.image.unpacked_size,
        visible_bytes=tree.size_of(tree.root),
        files=len(tree.files),
        packages=len(report.packages),
        layers=len(report.layers),
    )


def _shared(old: Inspection, new: Inspection) -> int:
    count = 0
    for before, after in zip(old.report.layers, new.report.layers, strict=False):
        if not before.diff_id or before.diff_id != after.diff_id:
            break
        count += 1
    return count


def _counts(trees: TreeDifference) -> PathCounts:
    numbers = dict.fromkeys(("added", "removed", "modified", "metadata"), 0)
    deltas = dict(numbers)
    for pair in trees.pairs:
        numbers[pair.told.change] += 1
        deltas[pair.told.change] += pair.told.delta
    return PathCounts(
        added=numbers["added"],
        added_bytes=deltas["added"],
        removed=numbers["removed"],
        removed_bytes=-deltas["removed"],
        modified=numbers["modified"],
        modified_delta=deltas["modified"] + deltas["metadata"],
        metadata=numbers["metadata"],
        times_only=trees.times_only,
    )


class _Attribution:
    """Says of changed paths which layer and which package they are of. No change is of a layer that both have."""

    def __init__(self, old: Inspection, new: Inspection, shared: int) -> None:
        self._shared = shared
        self._images = {"old": old.image, "new": new.image}
        self._owners = {"old": PathOwners(old.image), "new": PathOwners(new.image)}
        self._removals = {"old": Removals(old.image.tree), "new": Removals(new.image.tree)}

    def layers(self, pairs: Iterable[NodePair]) -> list[LayerDifference]:
        """Return the layers that account for `pairs`, those of the new image first, the lowest first."""
        grouped: dict[tuple[Side, int], list[NodePair]] = {}
        for pair in pairs:
            grouped.setdefault(self._layer(pair), []).append(pair)
        return [
            LayerDifference(
                image=side,
                layer=layer,
                delta=_delta(grouped[side, layer]),
                packages=self._packages(grouped[side, layer]),
                instruction=self._images[side].instruction(layer),
            )
            for side, layer in sorted(grouped)
        ]

    def _layer(self, pair: NodePair) -> tuple[Side, int]:
        came = self._came_by("new", pair.new, pair.told.path)
        left = self._came_by("old", pair.old, pair.told.path)
        if came is not None and came >= self._shared:
            return "new", came
        return ("old", left) if left is not None else ("new", came or 0)

    def _came_by(self, side: Side, node: Node | None, path: str) -> int | None:
        """Return which layer of an image made the path what it is there, or removed it."""
        return node.layer if node is not None else self._removals[side].layer_of(path)

    def _packages(self, pairs: list[NodePair]) -> tuple[PackagePaths, ...]:
        grouped: dict[tuple[str, str], list[NodePair]] = {}
        for pair in pairs:
            owner = self._owner(pair)
            grouped.setdefault((owner.name, owner.type) if owner is not None else ("", ""), []).append(pair)
        groups = [
            PackagePaths(
                package=name or None,
                package_type=kind or None,
                delta=_delta(among),
                paths=tuple(pair.told for pair in among),
            )
            for (name, kind), among in grouped.items()
        ]
        return tuple(sorted(groups, key=lambda group: (-abs(group.delta), group.package or "")))

    def _owner(self, pair: NodePair) -> InstalledPackage | None:
        owner = self._owners["new"].owner(pair.new) if pair.new is not None else None
        if owner is None and pair.old is not None:
            return self._owners["old"].owner(pair.old)
        return owner


def _delta(pairs: Iterable[NodePair]) -> int:
    return sum(pair.told.delta for pair in pairs)
