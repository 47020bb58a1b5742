"""What differs between two images, as `imgscope diff -o json` writes it (`imgscope schema diff`). Data only.

Old and new are the images in the order in which they were named. Every `delta` is bytes of new less bytes of old. Sizes
of files are those that a container sees, each content counted once: all their deltas sum up to that of `visible_bytes`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from imgscope.inside.state import PathState
from imgscope.report import Bytes, Count, LayerNumber, Path, PlatformReport

DIFFERENCE_SCHEMA_VERSION = "1.0"

Side = Literal["old", "new"]
FileChange = Literal["added", "removed", "modified", "metadata"]


class _Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Required fields have no default, so that they are always written; optional ones only where they apply."""


class DiffedImage(_Data, frozen=True):
    """One of the two images. `visible_bytes` are those of all files that a container sees, of which there are `files`.

    `compressed_size` and `unpacked_size` are those of all layers together.
    """

    reference: str
    digest: str
    platform: PlatformReport
    complete: bool
    compressed_size: Bytes
    unpacked_size: Bytes
    visible_bytes: Bytes
    files: Count
    packages: Count
    layers: Count


class ConfigurationChange(_Data, frozen=True):
    """A setting that differs, secrets in it hidden. `key` is the variable, label, port or volume, where it is one of
    several. Without `old` it was added, without `new` removed; both alike say that what differs is a secret.
    """

    setting: str
    key: str | None = None
    old: str | None = None
    new: str | None = None


class PackageChange(_Data, frozen=True):
    """A package that only one image has, or that both have in different versions.

    `delta` is left out where nothing tells which files are those of the package. It counts changed files as well as
    added and removed ones.
    """

    name: str
    type: str
    old_version: str | None = None
    new_version: str | None = None
    architecture: str | None = None
    delta: int | None = None


class ChangedPath(_Data, frozen=True):
    """A path that differs. `change` is `metadata` where the content is the same.

    `aspects` are what differs of a path that both images have: `type`, `content`, `target`, `device`, `mode`, `owner`,
    `xattrs`, or `links` where only the number of copies does.
    """

    path: Path
    change: FileChange
    delta: int
    aspects: tuple[str, ...]
    old: PathState | None = None
    new: PathState | None = None


class PackagePaths(_Data, frozen=True):
    """The changed paths of one package, or of none, in one layer."""

    delta: int
    paths: tuple[ChangedPath, ...]
    package: str | None = None
    package_type: str | None = None


class LayerDifference(_Data, frozen=True):
    """What a layer accounts for: layer number `layer` of the new image, which brought or removed the paths, or of the
    old one, which had done so and is not there any more.
    """

    image: Side
    layer: LayerNumber
    delta: int
    packages: tuple[PackagePaths, ...]
    instruction: str | None = None


class PathCounts(_Data, frozen=True):
    """How many paths differ, directories and links included. `times_only` of them in nothing but their time: they are
    not listed, and do not make images different.
    """

    added: Count
    added_bytes: Bytes
    removed: Count
    removed_bytes: Bytes
    modified: Count
    modified_delta: int
    metadata: Count
    times_only: Count


class Difference(_Data, frozen=True):
    """All of it. `same`: configuration, packages and files are, whatever layers they are in.

    `shared_layers` is how many of the lowest layers are the same. Not `complete`: not all of both could be read.
    """

    schema_version: str
    same: bool
    complete: bool
    old: DiffedImage
    new: DiffedImage
    shared_layers: Count
    configuration: tuple[ConfigurationChange, ...]
    packages: tuple[PackageChange, ...]
    paths: PathCounts
    layers: tuple[LayerDifference, ...]


class PlatformDifference(_Data, frozen=True):
    """What differs for one platform, or which of the images is the only one that there is for it."""

    platform: str
    only_in: Side | None = None
    difference: Difference | None = None


class PlatformMatrix(_Data, frozen=True):
    """What differs for every platform of two names. Not `same` where one has a platform that the other has not."""

    schema_version: str
    same: bool
    complete: bool
    old_reference: str
    new_reference: str
    platforms: tuple[PlatformDifference, ...]


Document = Difference | PlatformMatrix
