"""The data that leaves the engine, as docs/contract.md fixes it. Data only: every type is frozen.

Field names are snake_case here and camelCase in JSON; a field whose value is None is left out there.
Sizes are bytes. Paths have no leading slash; bytes of them that are not UTF-8 are kept by surrogateescape
until a renderer shows them. Positions in `layers` count from 0, the lowest layer.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import msgspec

SCHEMA_VERSION = "1.0"

Confidence = Literal["low", "medium", "high"]
LibcFamily = Literal["glibc", "musl", "uclibc", "bionic", "mixed", "none", "unknown"]
Bytes = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
LayerNumber = Annotated[int, msgspec.Meta(ge=0, description="an index into layers")]
Path = Annotated[str, msgspec.Meta(title="path")]


class Severity(Enum):
    """How much a finding matters; compare with `rank`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `info` to 4 for `critical`."""
        return list(Severity).index(self)


class _Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Required fields have no default, so that they are always written; optional ones default to None."""


class PlatformReport(_Data, frozen=True):
    """The platform of the inspected image, under the names that OCI uses."""

    os: str
    architecture: str
    variant: str | None = None
    os_version: str | None = None


class HealthcheckReport(_Data, frozen=True):
    """How a container says that it is well; durations in seconds."""

    test: tuple[str, ...]
    interval_seconds: float | None = None
    timeout_seconds: float | None = None
    start_period_seconds: float | None = None
    retries: int | None = None


class ConfigReport(_Data, frozen=True):
    """What a container of the image starts with."""

    user: str
    env: tuple[str, ...]
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    working_dir: str
    exposed_ports: tuple[str, ...]
    volumes: tuple[str, ...]
    labels: dict[str, str]
    healthcheck: HealthcheckReport | None = None
    stop_signal: str | None = None
    shell: tuple[str, ...] | None = None


class BaseImage(_Data, frozen=True):
    """The image this one was built on, as far as that can be told."""

    layer_count: Count
    evidence: str
    confidence: Confidence
    reference: str | None = None
    digest: str | None = None


class Attachment(_Data, frozen=True):
    """Something that is present beside the image. Present says nothing of valid: none of it was verified.

    `kind` is `signature`, `attestation`, `sbom`, `provenance` or `other`; `media_type` the type of artifact that it
    says it is; `size` that of its manifest or statement.
    """

    kind: str
    digest: str
    media_type: str
    size: Bytes


class ImageSummary(_Data, frozen=True):
    """What the image is. `unpacked_size` sums the regular files of all layers, what later layers hide included."""

    reference: str
    source: str
    digest: str
    media_type: str
    platform: PlatformReport
    compressed_size: Bytes
    unpacked_size: Bytes
    file_count: Count
    layer_count: Count
    config: ConfigReport
    attachments: tuple[Attachment, ...]
    index_digest: str | None = None
    created: str | None = None
    base: BaseImage | None = None


class Distro(_Data, frozen=True):
    """The distribution. `id` is os-release's, or what stands in for it where there is none."""

    id: str
    pretty_name: str
    evidence: str
    confidence: Confidence
    version_id: str | None = None
    codename: str | None = None
    id_like: str | None = None
    end_of_life: str | None = None


class LibcBinaries(_Data, frozen=True):
    """How many programs of the image need which C library."""

    glibc: Count
    musl: Count
    uclibc: Count
    static: Count
    other: Count


class Libc(_Data, frozen=True):
    """The C library that programs of the image run on, and what says so."""

    family: LibcFamily
    evidence: tuple[str, ...]
    confidence: Confidence
    binaries: LibcBinaries
    version: str | None = None
    loader: Path | None = None


class Instruction(_Data, frozen=True):
    """The Dockerfile instruction that made a layer, as far as history tells."""

    keyword: str
    text: str


class Change(_Data, frozen=True):
    """A number of files and their bytes."""

    files: Count
    bytes: Bytes


class LayerReport(_Data, frozen=True):
    """One layer. `unpacked_size` sums its regular files; `wasted_bytes` those that did not need to ship in it."""

    index: LayerNumber
    digest: str
    diff_id: str
    media_type: str
    compression: str
    compressed_size: Bytes
    unpacked_size: Bytes
    file_count: Count
    from_base: bool
    added: Change
    modified: Change
    removed: Change
    wasted_bytes: Bytes
    instruction: Instruction | None = None
    created_by: str | None = None
    created: str | None = None
    error: str | None = None


class Package(_Data, frozen=True):
    """An installed package. `layer` is the one that brought it in this version; `installed_size` is what the
    database claims and `file_bytes` what its files occupy in the image. `path` is what tells of one that is not the
    distribution's: its metadata, or the program or archive that it is in.
    """

    name: str
    version: str
    type: str
    purl: str
    layer: LayerNumber
    architecture: str | None = None
    installed_size: Bytes | None = None
    file_bytes: Bytes | None = None
    is_build_tool: bool | None = None
    required_by: tuple[str, ...] | None = None
    path: Path | None = None


class WasteByCause(_Data, frozen=True):
    """Bytes that ship without being of use, by why: their sum is `wastedBytes`."""

    deleted: Bytes
    overwritten: Bytes
    metadata_only: Bytes
    duplicate_content: Bytes


class WastedPath(_Data, frozen=True):
    """A path whose bytes ship more often than needed. `layers` are those that hold a copy, or removed it.

    A directory that was deleted as a whole has a slash at the end of its `path`, and one of `copies` for each file.
    """

    path: Path
    bytes: Bytes
    copies: Count
    cause: Literal["deleted", "overwritten", "metadataOnly", "duplicateContent"]
    layers: tuple[LayerNumber, ...]


class Waste(_Data, frozen=True):
    """What layers hold in vain. `efficiency` is between 0 and 1, by dive's arithmetic. `reclaimable_bytes`
    leaves out duplicate content and base layers: what another Dockerfile would not ship.
    """

    efficiency: float
    wasted_bytes: Bytes
    reclaimable_bytes: Bytes
    by_cause: WasteByCause
    paths: tuple[WastedPath, ...]


class LeftoverGroup(_Data, frozen=True):
    """One kind of thing that the build left in the image as shipped, and how not to."""

    kind: str
    bytes: Bytes
    paths: tuple[Path, ...]
    packages: tuple[str, ...]
    layers: tuple[LayerNumber, ...]
    confidence: Confidence
    fix: str


class Leftovers(_Data, frozen=True):
    """All of it; a file that several groups name counts once in `bytes`."""

    bytes: Bytes
    groups: tuple[LeftoverGroup, ...]


class Finding(_Data, frozen=True):
    """What a rule has to say. `bytes` are what would be saved by following `fix`."""

    rule_id: str
    severity: Severity
    confidence: Confidence
    message: str
    paths: tuple[Path, ...]
    packages: tuple[str, ...]
    layer: LayerNumber | None = None
    instruction: str | None = None
    bytes: Bytes | None = None
    fix: str | None = None


class Failure(_Data, frozen=True):
    """Part of the inspection that did not work out; the report is without what it would have said."""

    stage: Literal["layer", "filesystem", "probe", "rule"]
    name: str
    message: str


class PolicyCheck(_Data, frozen=True):
    """One limit of the policy, held against the image."""

    name: str
    limit: str
    actual: str
    status: Literal["pass", "fail", "skip"]


class IgnoredFinding(Finding, frozen=True, kw_only=True):
    """A finding that the user chose not to be judged by, and so not among `findings`. `reason` says where."""

    reason: str


class PolicyVerdict(_Data, frozen=True):
    """Whether the policy holds; without one, it does."""

    passed: bool
    checks: tuple[PolicyCheck, ...]
    ignored: tuple[IgnoredFinding, ...]


class Run(_Data, frozen=True):
    """What may differ between two runs on the same image."""

    version: str
    started_at: str
    duration_seconds: float
    requests: Count
    bytes_fetched: Bytes
    layers_from_cache: Count
    rate_limit: str | None = None


class ImageReport(_Data, frozen=True):
    """Everything imgscope says of one image. Not `complete`: some of it could not be read."""

    schema_version: str
    complete: bool
    image: ImageSummary
    distro: Distro
    libc: Libc
    layers: tuple[LayerReport, ...]
    packages: tuple[Package, ...]
    waste: Waste
    leftovers: Leftovers
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    policy: PolicyVerdict
    run: Run
