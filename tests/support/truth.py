"""What other tools say of a served image, to hold imgscope's report against."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import require, run

# `tar -tv --numeric-owner --full-time`: mode, owner, size, date, time, name.
_LISTED = re.compile(r"-\S+ \S+ +(?P<size>\d+) \S+ \S+ (?P<name>.*)")
_DPKG_STATUS = "var/lib/dpkg/status"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueLayer:
    """A layer as skopeo copied it and tar lists it. `files` are its regular files and their sizes in bytes."""

    digest: str
    blob: Path
    files: dict[str, int]

    @property
    def compressed_size(self) -> int:
        """Bytes of the blob."""
        return self.blob.stat().st_size

    @property
    def unpacked_size(self) -> int:
        """Bytes of its regular files."""
        return sum(self.files.values())

    def size_below(self, *prefixes: str) -> int:
        """Return the bytes of the files whose path starts with one of `prefixes`."""
        return sum(size for path, size in self.files.items() if path.startswith(prefixes))


def true_layers(reference: str, directory: Path) -> tuple[TrueLayer, ...]:
    """Copy the image at `reference`, on a registry without TLS, to `directory` and list its layers."""
    require("skopeo", "tar")
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://{reference}", f"dir:{directory}")
    manifest = json.loads(run("skopeo", "inspect", "--tls-verify=false", "--raw", f"docker://{reference}"))
    return tuple(_layer(layer["digest"], directory) for layer in manifest["layers"])


def installed_packages(layers: tuple[TrueLayer, ...], directory: Path) -> int:
    """Return how many packages dpkg says are installed, by the database of the topmost layer that has one."""
    require("dpkg-query")
    blob = next(layer.blob for layer in reversed(layers) if _DPKG_STATUS in layer.files)
    run("tar", "-xf", blob, "-C", directory, "--strip-components=3", "--wildcards", f"*{_DPKG_STATUS}")
    shown = run("dpkg-query", f"--admindir={directory}", "--show", "--showformat", "${db:Status-Status}\\n")
    return shown.split().count("installed")


def _layer(digest: str, directory: Path) -> TrueLayer:
    blob = directory / digest.partition(":")[2]
    listing = run("tar", "-tvf", blob, "--numeric-owner", "--full-time", "--quoting-style=literal")
    return TrueLayer(digest=digest, blob=blob, files=dict(_regular_files(listing)))


def _regular_files(listing: str) -> Iterator[tuple[str, int]]:
    for line in listing.splitlines():
        if listed := _LISTED.fullmatch(line):
            yield listed["name"].removeprefix("./"), int(listed["size"])
