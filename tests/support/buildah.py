"""Images built by buildah, a layer an instruction, and pushed to a registry."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.programs import require, require_root, run


def build_and_push(context: Path, reference: str, *, volumes: tuple[str, ...] = ()) -> None:
    """Build the `Containerfile` in `context` and push it to `reference`, on a registry without TLS.

    `volumes` (`HOST:CONTAINER:ro`) are mounted during the build only. Skips the test where nothing can be built.
    """
    require("buildah")
    require_root()
    storage = context / "storage"
    buildah = ("buildah", "--root", storage / "root", "--runroot", storage / "run", "--storage-driver", "vfs")
    mounts = [option for volume in volumes for option in ("--volume", volume)]
    try:
        isolation = ("--isolation", "chroot", "--network", "host", *mounts)
        run(*buildah, "bud", "--layers", *isolation, "--tag", "built", context)
        run(*buildah, "push", "--tls-verify=false", "--format", "oci", "localhost/built", f"docker://{reference}")
    finally:
        shutil.rmtree(storage, ignore_errors=True)
