"""The image configuration (image-spec, config.md)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from imgscope.oci.digest import Digest
from imgscope.oci.document import decode
from imgscope.oci.platform import Platform

MOST_STEPS: Final = 100_000
"""How many steps of a history are read; documents could hold more than a million that say nothing."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the build; `empty_layer` steps changed only the configuration."""

    created: str | None = None
    created_by: str | None = None
    author: str | None = None
    comment: str | None = None
    empty_layer: bool = False


class RootFilesystem(msgspec.Struct, frozen=True, kw_only=True):
    """`diff_ids` are the digests of the uncompressed layers, lowest first."""

    type: str = "layers"
    diff_ids: tuple[Digest, ...] | None = None


class Healthcheck(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """How a container says that it is well. Durations are in nanoseconds, as Docker stores them."""

    test: tuple[str, ...] | None = None
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: int | None = None


class RunConfig(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """What a container of the image starts with; every field may be absent or null."""

    user: str | None = None
    env: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    working_dir: str | None = None
    exposed_ports: dict[str, Any] | None = None
    volumes: dict[str, Any] | None = None
    labels: dict[str, str] | None = None
    healthcheck: Healthcheck | None = None
    stop_signal: str | None = None
    shell: tuple[str, ...] | None = None


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True, rename={"os_version": "os.version"}):
    """An image's platform, run configuration, build history and layer identities."""

    architecture: str = ""
    os: str = ""
    variant: str | None = None
    os_version: str | None = None
    created: str | None = None
    author: str | None = None
    config: RunConfig | None = None
    rootfs: RootFilesystem = RootFilesystem()
    history: Annotated[tuple[History, ...], msgspec.Meta(max_length=MOST_STEPS)] | None = None

    @property
    def platform(self) -> Platform:
        """The platform the image was built for, under normalised names."""
        return Platform(
            os=self.os, architecture=self.architecture, variant=self.variant, os_version=self.os_version
        ).normalized()

    @property
    def run(self) -> RunConfig:
        """The run configuration, empty where the image has none."""
        return self.config or RunConfig()

    def layer_history(self, layer_count: int) -> tuple[History | None, ...]:
        """Return the history step of each of `layer_count` layers, lowest first.

        Where the steps that made a layer, the diff_ids and the layers are not equally many, nothing
        tells which belongs to which: then every layer's step is None.
        """
        steps = [step for step in self.history or () if not step.empty_layer]
        diff_ids = self.rootfs.diff_ids or ()
        if len(steps) != layer_count or len(diff_ids) != layer_count:
            return (None,) * layer_count
        return tuple(steps)


def parse_config(body: bytes) -> ImageConfig:
    """Return the image configuration in `body`, whose size its reader saw to; raises `DocumentError`."""
    return decode(body, ImageConfig, what="image configuration", limit=None)
