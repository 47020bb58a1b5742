"""Archives of images on disk: what docker save and skopeo write, and OCI layouts."""

from __future__ import annotations

import itertools
import tempfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fuzz.archives import repaired
from fuzz.reports import check_report
from imgscope.analyze import Options, inspect
from imgscope.errors import ImgscopeError
from imgscope.oci.platform import Platform
from tests.support.image_files import write_docker_archive, write_oci_archive
from tests.support.images import file, image, index, layer
from tests.support.tars import END

# One image in so many is written for people, which takes longer than all before.
_RENDERED = 8
_numbers = itertools.count()
_OPTIONS = Options(platform=Platform.parse("linux/amd64"), jobs=1)


def target(data: bytes) -> None:
    """There is a report or an error that says what is wrong."""
    for archive in {data, repaired(data)}:
        path = _directory() / f"{next(_numbers)}.tar"
        path.write_bytes(archive)
        try:
            check_report(inspect(str(path), options=_OPTIONS).report, for_people=zlib.crc32(data) % _RENDERED == 0)
        except ImgscopeError as error:
            assert error.message
        finally:
            path.unlink()


@cache
def _directory() -> Path:
    holder = tempfile.TemporaryDirectory(prefix="fuzz-archive-")
    _kept.append(holder)
    return Path(holder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def seeds() -> Mapping[str, bytes]:
    """In the styles of Docker before and since 25 and of Podman, and layouts with one image and several."""
    built = image([layer(file("etc/os-release", "ID=alpine")), layer(file("app", "x"))])
    other = image([layer(file("app", "y"))], platform="linux/arm64")
    path = _directory() / "seed"
    written = {
        style: write_docker_archive(path, built, style=style).read_bytes()
        for style in ("new", "legacy", "podman-symlinks")
    }
    layouts = {
        "layout": write_oci_archive(path, {"latest": built}).read_bytes(),
        "index": write_oci_archive(path, {"latest": index(other, built, attested=True)}).read_bytes(),
    }
    plain = {name: archive.rstrip(b"\0") + END for name, archive in {**written, **layouts}.items()}
    return {**plain, "gzip": write_docker_archive(path, built, gzip=True).read_bytes()}
