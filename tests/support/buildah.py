"""Images built by buildah, a layer an instruction, and pushed to a registry."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final, Literal

from tests.support.programs import require, require_root, run

_PUSHED_AS: Final = {"oci": "oci", "docker": "v2s2"}


def build_and_push(
    context: Path, reference: str, *, volumes: tuple[str, ...] = (), media: Literal["oci", "docker"] = "oci"
) -> None:
    """Build the `Containerfile` in `context` and push it to `reference`, on a registry without TLS.

    Docker's `media` keep what OCI's have no place for, such as a HEALTHCHECK.
    `volumes` (`HOST:CONTAINER:ro`) are mounted during the build only. Skips the test where nothing can be built.
    """
    require("buildah")
    require_root()
    storage = context / "storage"
    buildah = ("buildah", "--root", storage / "root", "--runroot", storage / "run", "--storage-driver", "vfs")
    mounts = [option for volume in volumes for option in ("--volume", volume)]
    try:
        isolation = ("--isolation", "chroot", "--network", "host", "--tls-verify=false", *mounts)
        run(*buildah, "bud", "--layers", "--format", media, *isolation, "--tag", "built", context)
        run(
            *buildah,
            "push",
            "--tls-verify=false",
            "--format",
            _PUSHED_AS[media],
            "localhost/built",
            f"docker://{reference}",
        )
    finally:
        shutil.rmtree(storage, ignore_errors=True)
