"""Build the image that the benchmarks read: a Debian with compilers, three languages, and a purge that comes too late.

    python benchmarks/build_image.py DIRECTORY

Leaves an OCI layout in DIRECTORY/layout: 8 gzip layers, about 1 GB compressed and 2.2 GB unpacked. Needs root,
mmdebstrap and buildah, 25 GB of disk for buildah's storage while it works, and a Debian mirror.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

_CONTAINERFILE = """\
FROM scratch
ADD root.tar /
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update
RUN apt-get install -y --no-install-recommends build-essential python3-dev python3-pip git
RUN apt-get install -y --no-install-recommends nodejs npm
RUN apt-get install -y --no-install-recommends openjdk-17-jdk-headless clang
COPY site-packages /opt/app/site-packages
RUN chown -R nobody /usr/share/nodejs
RUN apt-get purge -y --auto-remove clang openjdk-17-jdk-headless && rm -rf /var/lib/apt/lists/*
"""


def build(directory: Path) -> Path:
    """Build the image under `directory` and return the path of its layout. Raises `CalledProcessError`."""
    directory.mkdir(parents=True, exist_ok=True)
    context, storage, layout = directory / "context", directory / "storage", directory / "layout"
    context.mkdir(exist_ok=True)
    _run("mmdebstrap", "--variant=minbase", "bookworm", str(context / "root.tar"))
    packages = str(context / "site-packages")
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", packages, "numpy", "flask", "textual")
    (context / "Containerfile").write_text(_CONTAINERFILE)
    buildah = ("buildah", "--root", str(storage / "root"), "--runroot", str(storage / "run"), "--storage-driver", "vfs")
    try:
        _run(*buildah, "bud", "--isolation", "chroot", "--layers", "--tag", "benchmark", str(context))
        _run(*buildah, "push", "--format", "oci", "localhost/benchmark", f"oci:{layout}:benchmark")
    finally:
        shutil.rmtree(storage, ignore_errors=True)
    return layout


def _run(*command: str) -> None:
    print("+", *command, flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    """Build the image and print where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path)
    print(f"oci:{build(parser.parse_args().directory)}:benchmark")


if __name__ == "__main__":
    main()
