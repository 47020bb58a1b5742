"""Images on glibc and on musl that buildah builds from Debian's packages, with what other tools say of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.support.buildah import build_and_push
from tests.support.debian import make_debian_root, make_musl_root, uses_https
from tests.support.truth import TrueLayer, installed_packages, true_layers

_DEBIAN = """\
FROM scratch
ADD root.tar /
RUN apt-get update
RUN apt-get install -y --no-install-recommends gcc
COPY hello.c /src/hello.c
RUN rm -rf /usr/share/doc
CMD ["/bin/bash"]
"""
_MUSL = """\
FROM scratch
ADD root.tar /
CMD ["/usr/bin/hello"]
"""
_CERTIFICATES = "/etc/ssl/certs:/etc/ssl/certs:ro"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianImage:
    """A Debian that had gcc installed and its documentation removed; what other tools say of it.

    `root` is the archive of the minimal Debian that it began with.

    The constants are positions in `layers`, the lowest first.
    """

    reference: str
    root: Path
    layers: tuple[TrueLayer, ...]
    package_count: int

    ROOT: ClassVar = 0
    LISTS: ClassVar = 1
    GCC: ClassVar = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MuslImage:
    """An image on musl, with the version of musl that is in it. `root` is the archive that it was made of."""

    reference: str
    root: Path
    musl_version: str


def make_debian(directory: Path, reference: str) -> DebianImage:
    """Build the Debian image in `directory`, which is new, and push it to `reference`, on a registry without TLS."""
    context, copied, database = (_new(directory / name) for name in ("context", "copied", "dpkg"))
    root = make_debian_root(context)
    (context / "hello.c").write_text("int main(void) { return 0; }\n")
    (context / "Containerfile").write_text(_DEBIAN)
    build_and_push(context, reference, volumes=(_CERTIFICATES,) if uses_https() else ())
    layers = true_layers(reference, copied)
    count = installed_packages(layers, database)
    return DebianImage(reference=reference, root=root, layers=layers, package_count=count)


def make_musl(directory: Path, reference: str) -> MuslImage:
    """Build the image on musl in `directory`, which is new, and push it to `reference`, on a registry without TLS."""
    root = make_musl_root(directory)
    (directory / "Containerfile").write_text(_MUSL)
    build_and_push(directory, reference)
    return MuslImage(reference=reference, root=root.archive, musl_version=root.musl_version)


def _new(directory: Path) -> Path:
    directory.mkdir()
    return directory
