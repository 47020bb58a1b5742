"""What a case of the corpus is, and the images that cases are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.hostile.declared import LITTLE_CPU, LITTLE_MEMORY, Declared, Register
from tests.support.image_files import blob_path, write_oci_layout
from tests.support.images import BuiltLayer, Compression, Step, compress, file, image, layer, to_json

Make = Callable[[Path], str]

SOUND: Final = layer(
    file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
)
"""The lowest layer of most cases: what is wrong above it must not cost what is right below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Declared):
    """A hostile image. `function` writes it below a directory and returns what to call it on the command line.

    `says` is of stderr or the JSON report.
    """

    function: Make


class Corpus(Register[Case]):
    """The cases that were declared."""

    def case(
        self, exit_code: int, says: str = "", *, memory: int = LITTLE_MEMORY, cpu: float = LITTLE_CPU
    ) -> Callable[[Make], Make]:
        """Declare the decorated function as a case."""
        return self.declare(exit_code=exit_code, says=says, memory=memory, cpu=cpu)


CORPUS: Final = Corpus(Case)


def layout(path: Path, *steps: BuiltLayer | Step, **fields: Any) -> str:
    """Write an OCI layout of one image and return its name; `fields` are those of `image`."""
    write_oci_layout(path, {"latest": image(steps, listed_platform=False, **fields)})
    return f"oci:{path}"


def raw(path: Path, archive: bytes, blob: bytes | None = None, compression: Compression = "gzip") -> str:
    """Write an image of a sound layer and one that is `archive`, stored as `blob`."""
    stored = compress(archive, compression) if blob is None else blob
    return layout(path, SOUND, BuiltLayer(tar=archive, blob=stored, compression=compression, created_by="RUN build"))


def documents(path: Path, *, config: bytes | None = None, **manifest_fields: Any) -> str:
    """Write an image whose configuration is `config`, whatever those bytes are, and whose manifest has other fields."""
    built = image([SOUND], listed_platform=False)
    content = built.config if config is None else config
    described = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "digest": digest(content),
        "size": len(content),
    }
    changed = image([SOUND], listed_platform=False, manifest_fields={"config": described, **manifest_fields})
    write_oci_layout(path, {"latest": changed})
    write(path / blob_path(digest(content)), content)
    return f"oci:{path}"


def manifest(path: Path, body: bytes, media_type: str = "application/vnd.oci.image.manifest.v1+json") -> str:
    """Write a layout whose one manifest is `body`, whatever those bytes are."""
    listed = {"mediaType": media_type, "digest": digest(body), "size": len(body)}
    write(path / "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    write(path / "index.json", to_json({"schemaVersion": 2, "manifests": [listed]}))
    write(path / blob_path(digest(body)), body)
    return f"oci:{path}"


def digest(content: bytes) -> str:
    """The digest of `content`."""
    from tests.support.images import digest_of

    return digest_of(content)


def write(path: Path, content: bytes) -> None:
    """Write a file, and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
