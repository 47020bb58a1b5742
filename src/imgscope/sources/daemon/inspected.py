"""What an engine tells of an image before it is read (Docker Engine API, "Inspect an image" and "History")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from imgscope.errors import DocumentError, SourceError
from imgscope.oci.config import MOST_STEPS, History, ImageConfig, RootFilesystem, RunConfig
from imgscope.oci.digest import Digest
from imgscope.oci.document import decode
from imgscope.oci.instruction import parse_instruction
from imgscope.oci.manifest import DOCKER_CONFIG, DOCKER_MANIFEST, Descriptor, Manifest
from imgscope.oci.platform import Platform
from imgscope.sources._select import notes_on_platform
from imgscope.sources.base import ImageHead

LAYER_TYPE: Final = "application/vnd.docker.image.rootfs.diff.tar"
_CHANGES_FILES: Final = ("ADD", "COPY", "RUN", "WORKDIR")
_LATEST_SECOND: Final = 253_402_300_799
_MOST_LAYERS: Final = 1_000

_Answer = TypeVar("_Answer")
_Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class RootFs(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """`layers` are the diff_ids, lowest first."""

    type: str = ""
    layers: Annotated[tuple[Digest, ...], msgspec.Meta(max_length=_MOST_LAYERS)] | None = None


class Inspected(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One image. `id` is the digest of its configuration, or of its manifest where containerd stores it."""

    id: str
    repo_tags: tuple[str, ...] | None = None
    created: str | None = None
    architecture: str = ""
    variant: str | None = None
    os: str = ""
    os_version: str | None = None
    config: RunConfig | None = None
    root_fs: RootFs | None = msgspec.field(name="RootFS", default=None)

    @property
    def platform(self) -> Platform:
        """The platform the image was built for."""
        return Platform(os=self.os, architecture=self.architecture, variant=self.variant or None).normalized()

    @property
    def diff_ids(self) -> tuple[Digest, ...]:
        """The digests of its unpacked layers, lowest first."""
        return (self.root_fs.layers if self.root_fs else None) or ()


class Step(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A line of the history; `created` in seconds since 1970, `size` in bytes of what it added, nearly."""

    created: _Integer = 0
    created_by: str = ""
    size: _Integer = 0


_STEPS: Final[Any] = Annotated[tuple[Step, ...], msgspec.Meta(max_length=MOST_STEPS)]


def parse_inspected(body: bytes, *, title: str) -> Inspected:
    """Return the answer of the engine called `title`; raises `SourceError` where it is too old to list layers."""
    inspected = _decoded(body, Inspected, what=f"answer of {title}", title=title)
    if inspected.root_fs is None or not inspected.root_fs.type:
        raise SourceError(
            f"{title} is too old: it does not tell which layers an image has", hint="expected Docker 1.12 or newer"
        )
    try:
        Digest(inspected.id)
    except DocumentError:
        raise DocumentError(
            f"the answer of {title} names no image ID but {inspected.id[:80]!r}", hint=_hint(title)
        ) from None
    return inspected


def parse_history(body: bytes, *, title: str) -> tuple[Step, ...]:
    """Return the steps of an image, the first one first; the engine lists the last one first."""
    steps: tuple[Step, ...] = _decoded(body, _STEPS, what=f"history that {title} answered with", title=title)
    return steps[::-1]


def _decoded(body: bytes, kind: type[_Answer], *, what: str, title: str) -> _Answer:
    try:
        return decode(body, kind, what=what, limit=None)
    except DocumentError as error:
        raise DocumentError(error.message, hint=_hint(title)) from None


def _hint(title: str) -> str:
    return f"check that what listens there is {title}, and in a version that is still supported"


def early_head(
    inspected: Inspected, history: Sequence[Step], *, reference: str, source: str, platform: Platform | None
) -> ImageHead:
    """Return what can be shown while the image is read: sizes are nearly those of the layers, or 0 if not known."""
    diff_ids = inspected.diff_ids
    makes_layer = _layer_steps(history, len(diff_ids))
    sizes = [max(step.size, 0) for step, makes in zip(history, makes_layer, strict=True) if makes]
    config = ImageConfig(
        architecture=inspected.architecture,
        os=inspected.os,
        variant=inspected.variant,
        created=inspected.created,
        config=inspected.config,
        rootfs=RootFilesystem(diff_ids=diff_ids),
        history=tuple(
            History(created=_time(step.created), created_by=step.created_by, empty_layer=not makes)
            for step, makes in zip(history, makes_layer, strict=True)
        ),
    )
    return ImageHead(
        reference=reference,
        source=source,
        digest=Digest(inspected.id),
        media_type=DOCKER_MANIFEST,
        manifest=Manifest(
            schema_version=2,
            media_type=DOCKER_MANIFEST,
            config=Descriptor(digest=Digest(inspected.id), size=0, media_type=DOCKER_CONFIG),
            layers=tuple(
                Descriptor(digest=diff_id, size=size, media_type=LAYER_TYPE)
                for diff_id, size in zip(diff_ids, sizes or [0] * len(diff_ids), strict=True)
            ),
        ),
        config=config,
        platform=inspected.platform,
        available_platforms=(inspected.platform,),
        notes=notes_on_platform(inspected.platform, platform.normalized()) if platform else (),
    )


def _layer_steps(history: Sequence[Step], layer_count: int) -> list[bool]:
    """Tell of each step whether it made a layer, which the engine does not: all False where that stays open."""
    with_size = [step.size > 0 for step in history]
    by_keyword = [step.size > 0 or _may_change_files(step) for step in history]
    for guess in (with_size, by_keyword):
        if sum(guess) == layer_count:
            return guess
    return [False] * len(history)


def _may_change_files(step: Step) -> bool:
    instruction = parse_instruction(step.created_by)
    return instruction is not None and instruction.keyword in _CHANGES_FILES


def _time(seconds: int) -> str | None:
    if not 0 < seconds <= _LATEST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
