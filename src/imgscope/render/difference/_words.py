"""Differences in words that all formats share; whoever shows them escapes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imgscope.difference.document import (
    ChangedPath,
    ConfigurationChange,
    DiffedImage,
    Difference,
    FileChange,
    LayerDifference,
    PackageChange,
    PathCounts,
    PlatformDifference,
)
from imgscope.text import format_count, format_size

SIGNS: Final[dict[FileChange, str]] = {"added": "+", "removed": "-", "modified": "~", "metadata": "m"}


def delta_phrase(delta: int) -> str:
    """Return a change of size with its sign: `+1.20 MB`, `-3 B`, `±0 B`."""
    return f"{'+' if delta > 0 else '-' if delta < 0 else '±'}{format_size(abs(delta))}"


def size_phrase(old: int, new: int) -> str:
    """Return how a size changed: `1.00 MB → 1.50 MB (+500 kB, +50.0 %)`."""
    if old == new:
        return format_size(old)
    share = f", {(new - old) / old:+.1%}".replace("%", " %") if old else ""
    return f"{format_size(old)} → {format_size(new)} ({delta_phrase(new - old)}{share})"


def image_phrase(image: DiffedImage) -> str:
    """Return platform and digest of an image."""
    platform = image.platform
    name = "/".join(filter(None, (platform.os, platform.architecture, platform.variant)))
    return f"{name} {image.digest}"


def layers_phrase(difference: Difference) -> str:
    """Return how many layers there are, and how many of them are the same: `5 → 6 layers, 4 shared`."""
    old, new = difference.old.layers, difference.new.layers
    counted = format_count(new, "layer") if old == new else f"{old} → {format_count(new, 'layer')}"
    return f"{counted}, {difference.shared_layers} shared"


def setting_name(change: ConfigurationChange) -> str:
    """Return what a setting is called: `env PATH`."""
    return change.setting if change.key is None else f"{change.setting} {change.key}"


def setting_values(change: ConfigurationChange) -> tuple[str, str]:
    """Return what a setting was and is, `(none)` where it is not there."""
    if change.old == change.new:
        return ("(a secret)", "(another secret)")
    old, new = ("(none)" if value is None else value or "(set)" for value in (change.old, change.new))
    return old, new


def versions_phrase(change: PackageChange) -> str:
    """Return the version of a package, or both."""
    return " → ".join(filter(None, (change.old_version, change.new_version)))


def package_sign(change: PackageChange) -> str:
    """Return the sign of what happened to a package."""
    return "+" if change.old_version is None else "-" if change.new_version is None else "~"


def packages_phrase(packages: Sequence[PackageChange]) -> str:
    """Return how many packages differ, by how: `2 added, 1 in another version`."""
    counted = [package_sign(package) for package in packages]
    words = {"+": "added", "-": "removed", "~": "in another version"}
    return ", ".join(f"{counted.count(sign)} {word}" for sign, word in words.items() if sign in counted)


def paths_phrase(paths: PathCounts) -> str:
    """Return how many paths differ, by how."""
    told = {
        f"{paths.added:,} added ({delta_phrase(paths.added_bytes)})": paths.added,
        f"{paths.removed:,} removed ({delta_phrase(-paths.removed_bytes)})": paths.removed,
        f"{paths.modified:,} changed ({delta_phrase(paths.modified_delta)})": paths.modified,
        f"{paths.metadata:,} in mode or owner": paths.metadata,
        f"{paths.times_only:,} only in time": paths.times_only,
    }
    return ", ".join(text for text, count in told.items() if count) or "none"


def path_phrase(path: ChangedPath) -> str:
    """Return what differs of a path that both images have: `mode 0644 → 0600`; nothing for others."""
    old, new = path.old, path.new
    if old is None or new is None:
        return ""
    values = {
        "type": (old.type, new.type),
        "target": (old.target or "", new.target or ""),
        "mode": (old.mode, new.mode),
        "owner": (f"{old.uid}:{old.gid}", f"{new.uid}:{new.gid}"),
        "device": (old.device or "", new.device or ""),
    }
    told = [
        f"{aspect} {values[aspect][0]} → {values[aspect][1]}" if aspect in values else aspect
        for aspect in path.aspects
        if aspect != "content"
    ]
    return ", ".join(told)


def layer_phrase(layer: LayerDifference) -> str:
    """Return which layer it is: `layer 3 of new`."""
    gone = ", not there any more" if layer.image == "old" else ""
    return f"layer {layer.layer} of {layer.image}{gone}"


def platform_phrase(platform: PlatformDifference) -> str:
    """Return in one line what there is to say of a platform."""
    if platform.difference is None:
        return f"{platform.platform}: only in {platform.only_in}"
    difference = platform.difference
    if difference.same:
        return f"{platform.platform}: no differences"
    size = delta_phrase(difference.new.visible_bytes - difference.old.visible_bytes)
    return f"{platform.platform}: {size}; files: {paths_phrase(difference.paths)}"
