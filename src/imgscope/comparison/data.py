"""What a comparison says, as `imgscope schema compare` describes it. Data only: every type is frozen.

As in the report, names are camelCase in JSON, a field whose value is None is left out there, sizes are bytes and paths
have no leading slash. What can be negative is a difference: more for what is larger.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from imgscope.report import (
    Bytes,
    Confidence,
    Count,
    Distro,
    HealthcheckReport,
    Libc,
    Path,
    PlatformReport,
    Severity,
)

COMPARISON_SCHEMA_VERSION = "1.0"

BreakKind = Literal["program", "script", "module", "library", "command", "interpreter", "build"]
ImageNumber = Annotated[int, msgspec.Meta(ge=0, description="an index into images")]


class _Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Required fields have no default, so that they are always written; optional ones default to None."""


class SizeDifference(_Data, frozen=True):
    """How much larger an image is than the baseline; `percent` of that, None where that is nothing."""

    bytes: int
    percent: float | None = None


class LayerSummary(_Data, frozen=True):
    """A layer by its identities; `diff_id` is None where the image's configuration does not tell it."""

    digest: str
    compressed_size: Bytes
    diff_id: str | None = None


class SharedLayers(_Data, frozen=True):
    """How many layers other images have, too, wherever in them, and the bytes that those have in this image."""

    count: Count
    compressed_size: Bytes


class PackageSize(_Data, frozen=True):
    """An installed package and what its files occupy, or what its database claims where that is not known."""

    name: str
    version: str
    type: str
    bytes: Bytes


class FindingCounts(_Data, frozen=True):
    """How many findings there are of each severity."""

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count


class Contents(_Data, frozen=True):
    """What the layers of an image tell, equal to what the report on it says. Not `complete`: some could not be read.

    `shells` and `package_managers` are the names of those that a container can start.
    """

    complete: bool
    unpacked_size: Bytes
    file_count: Count
    distro: Distro
    libc: Libc
    package_count: Count
    largest_packages: tuple[PackageSize, ...]
    shells: tuple[str, ...]
    package_managers: tuple[str, ...]
    leftover_bytes: Bytes
    wasted_bytes: Bytes
    efficiency: float
    findings: FindingCounts
    unpacked_difference: SizeDifference | None = None


class ComparedImage(_Data, frozen=True):
    """One image. `contents` is None where only manifests and configurations were compared.

    `also_called` are other tags that mean the same image. `versions` are what its environment says of versions, by
    variable: `PYTHON_VERSION`. The differences are from the baseline, which has none itself.
    """

    reference: str
    digest: str
    platform: PlatformReport
    compressed_size: Bytes
    layers: tuple[LayerSummary, ...]
    user: str
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    versions: dict[str, str]
    also_called: tuple[str, ...] | None = None
    created: str | None = None
    healthcheck: HealthcheckReport | None = None
    compressed_difference: SizeDifference | None = None
    shared_with_baseline: SharedLayers | None = None
    shared_with_all: SharedLayers | None = None
    contents: Contents | None = None


class NotCompared(_Data, frozen=True):
    """An image that could not be compared, and why."""

    reference: str
    message: str
    hint: str | None = None


class Variants(_Data, frozen=True):
    """The tags that are variants of the version of `tag`; `more` are the first of the `more_count` without room."""

    repository: str
    tag: str
    tag_count: Count
    more_count: Count
    more: tuple[str, ...]


class Break(_Data, frozen=True):
    """Something that does not work any more on another base, and what says so.

    `rule_id` is the rule whose finding on the moved image it is, None where no rule says it.
    """

    kind: BreakKind
    message: str
    severity: Severity
    confidence: Confidence
    paths: tuple[Path, ...]
    rule_id: str | None = None
    fix: str | None = None


class Move(_Data, frozen=True):
    """What an image would save on image number `image` as its base, and what would break.

    `is_current`: it is on it. `not_judged` is why more may break than is told, if so.
    """

    image: ImageNumber
    is_current: bool
    saved_compressed_bytes: int
    saved_unpacked_bytes: int
    breaks: tuple[Break, ...]
    not_judged: str | None = None


class CurrentBase(_Data, frozen=True):
    """What an image is built on: so many of its lowest layers, and what says so."""

    layer_count: Count
    compressed_size: Bytes
    unpacked_size: Bytes
    evidence: str
    reference: str | None = None


class Moves(_Data, frozen=True):
    """What moving the image `reference` off its base to each of the others would do."""

    reference: str
    digest: str
    compressed_size: Bytes
    unpacked_size: Bytes
    base: CurrentBase
    candidates: tuple[Move, ...]


class ComparisonRun(_Data, frozen=True):
    """What may differ between two runs on the same images."""

    version: str
    started_at: str
    duration_seconds: float
    requests: Count
    bytes_fetched: Bytes


class Comparison(_Data, frozen=True):
    """Images side by side; `baseline` is the one that all are held against.

    Not `complete`: an image could not be compared, or a part of one could not be read.
    """

    schema_version: str
    complete: bool
    baseline: ImageNumber
    images: tuple[ComparedImage, ...]
    failures: tuple[NotCompared, ...]
    run: ComparisonRun
    variants: Variants | None = None
    moves: Moves | None = None
