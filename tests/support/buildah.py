"""Images built by buildah, a layer an instruction, in a storage of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from tests.support.programs import require, require_root, run

_PUSHED_AS: Final = {"oci": "oci", "docker": "v2s2"}


class Buildah:
    """buildah with its storage in one directory."""

    def __init__(self, directory: Path) -> None:
        storage = ("buildah", "--root", directory / "root", "--runroot", directory / "run", "--storage-driver")
        try:
            run(*storage, "overlay", "info")
        except RuntimeError:
            # Copies all below it for each layer, on whatever file system.
            self._command = (*storage, "vfs")
        else:
            self._command = (*storage, "overlay")

    def __call__(self, *arguments: str | Path) -> str:
        """Run buildah and return its stdout. Raises `RuntimeError` when it fails."""
        return run(*self._command, *arguments)

    def build(
        self,
        context: Path,
        tag: str,
        *,
        volumes: tuple[str, ...] = (),
        media: Literal["oci", "docker"] = "oci",
        arguments: dict[str, str] | None = None,
        a_layer_each: bool = True,
    ) -> None:
        """Build the Containerfile or Dockerfile in `context` as `localhost/TAG`, with those build `arguments`.

        Every instruction makes a layer; without `a_layer_each` every stage does.
        Docker's `media` keep what OCI's have no place for, such as a HEALTHCHECK.
        `volumes` (`HOST:CONTAINER:ro`) are mounted during the build only.
        """
        mounts = [option for volume in volumes for option in ("--volume", volume)]
        given = [f"--build-arg={name}={value}" for name, value in (arguments or {}).items()]
        isolation = ("--isolation", "chroot", "--network", "host", "--tls-verify=false", *mounts)
        layers = f"--layers={str(a_layer_each).lower()}"
        self("bud", layers, "--format", media, *isolation, *given, "--tag", tag, context)

    def add_root(self, archive: Path, tag: str) -> None:
        """Make an image of the tar `archive` of a root."""
        container = self("from", "scratch").strip()
        self("add", container, archive, "/")
        self("commit", container, tag)
        self("rm", container)


@contextmanager
def buildah(directory: Path) -> Iterator[Buildah]:
    """Give buildah with a storage in `directory`, which is removed. Skips the test where nothing can be built."""
    require("buildah")
    require_root()
    try:
        yield Buildah(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def build_and_push(
    context: Path, reference: str, *, volumes: tuple[str, ...] = (), media: Literal["oci", "docker"] = "oci"
) -> None:
    """Build what `context` has, as `Buildah.build` does, and push it to `reference`, on a registry without TLS.

    Skips the test where nothing can be built.
    """
    with buildah(context / "storage") as builder:
        builder.build(context, "built", volumes=volumes, media=media)
        format_ = ("--format", _PUSHED_AS[media])
        quickly = ("--compression-level", "1")
        builder("push", "--tls-verify=false", *format_, *quickly, "localhost/built", f"docker://{reference}")
