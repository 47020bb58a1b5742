"""The image that the pictures of the terminal UI are of, and ways to read and compare it."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from imgscope import analyze
from imgscope.difference.several import SeveralTrees
from imgscope.errors import NotFoundError
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead, Traffic
from imgscope.tui.model.comparing import Comparing, looked_at
from imgscope.tui.model.session import Session
from tests.support.elf import GLIBC_LOADER, glibc_library, glibc_program
from tests.support.images import BuiltImage, BuiltLayer, Entry, file, image, step, tar, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import OS_RELEASE

_BLOCK_SIZE: Final = 16 * 1024

_INSTALL: Final = (
    "apt-get update && apt-get install -y --no-install-recommends gcc libssl-dev python3 && "
    "pip install --no-cache-dir -r requirements.txt"
)


def example() -> BuiltImage:
    """An image with a compiler, package lists and a git history left in it."""
    source = [_file(f"app/src/module{number}.py", 40_000 + number * 9_000) for number in range(12)]
    return image(
        [
            _base(),
            step("ENV LANG=C.UTF-8"),
            _layer(*_tools(), created_by=f"RUN /bin/sh -c {_INSTALL} # buildkit"),
            _layer(
                *source,
                file("app/.git/HEAD", "ref: refs/heads/main\n"),
                _file("app/.git/objects/pack/pack-81a2.pack", 2_400_000),
                created_by="COPY . /app # buildkit",
            ),
            _layer(
                *(dataclasses.replace(each, uid=1000, gid=1000) for each in source),
                created_by="RUN /bin/sh -c chown -R app:app /app/src # buildkit",
            ),
            _layer(
                whiteout("app/src/module3.py"),
                file("app/src/module4.py", "import module5\n", uid=1000, gid=1000),
                _file("app/static/bundle.js", 410_000),
                created_by="RUN /bin/sh -c make assets # buildkit",
            ),
            step('CMD ["python3", "-m", "app"]'),
        ]
    )


def _system() -> Iterator[Entry]:
    yield file("etc/os-release", OS_RELEASE)
    yield file(GLIBC_LOADER.strip("/"), glibc_library("2.36", "ld-linux-x86-64.so.2"))
    yield file("usr/lib/x86_64-linux-gnu/libc.so.6", glibc_library("2.36") + _content(1_900_000))
    for name in ("bash", "perl", "openssl", "tar"):
        yield file(f"usr/bin/{name}", glibc_program() + _content(900_000, name), mode=0o755)
    yield _file("usr/share/locale/locale.alias", 700_000)
    yield _dpkg("bash", "5.2.15")


def _tools() -> Iterator[Entry]:
    yield file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", glibc_program() + _content(6_500_000), mode=0o755)
    yield _file("usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a", 1_100_000)
    yield _file("usr/lib/python3.11/site-packages/cryptography/_rust.abi3.so", 2_100_000)
    yield file("usr/bin/python3", glibc_program() + _content(2_300_000), mode=0o755)
    yield _file("usr/include/openssl/ssl.h", 450_000)
    yield _file("var/lib/apt/lists/deb.debian.org_dists_bookworm_main_binary-amd64_Packages", 3_200_000)
    yield _dpkg("bash", "5.2.15", "gcc", "12.2.0", "libssl-dev", "3.0.15", "python3", "3.11.2")
    paths = {
        "gcc": "/usr/lib/gcc/x86_64-linux-gnu/12/cc1\n/usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a\n",
        "libssl-dev": "/usr/include/openssl/ssl.h\n",
        "python3": "/usr/bin/python3\n",
    }
    for package, listed in paths.items():
        yield file(f"var/lib/dpkg/info/{package}.list", listed)


def _dpkg(*packages: str) -> Entry:
    pairs = zip(packages[::2], packages[1::2], strict=True)
    return file(
        "var/lib/dpkg/status",
        "\n".join(
            f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
            for name, version in pairs
        ),
    )


def _layer(*entries: Entry, created_by: str) -> BuiltLayer:
    archive = tar(entries)
    return BuiltLayer(tar=archive, blob=_compressed(archive), compression="zstd", created_by=created_by)


def _compressed(data: bytes) -> bytes:
    """One zstd frame (RFC 8878, section 3.1.1) that is the same whichever library there is, and in every version.

    Of its blocks those that repeat one byte are a count, and all others as they are.
    """
    blocks = [data[start : start + _BLOCK_SIZE] for start in range(0, len(data), _BLOCK_SIZE)]
    frame = bytearray.fromhex("28b52ffd 00 68")
    for number, block in enumerate(blocks):
        is_last, is_run = number == len(blocks) - 1, block.count(block[:1]) == len(block)
        frame += (is_last | is_run << 1 | len(block) << 3).to_bytes(3, "little")
        frame += block[:1] if is_run else block
    return bytes(frame)


def _file(path: str, size: int) -> Entry:
    return file(path, _content(size, path))


def _content(size: int, seed: str = "") -> bytes:
    """Bytes that compress to about a third."""
    return random.Random(f"{size} {seed}").randbytes(size // 3) + bytes(size - size // 3)


def compared() -> Comparing:
    """The example without what its build left in it, beside the example."""
    names = ("ghcr.io/team/app:1", "ghcr.io/team/app:2", "ghcr.io/team/app:3")
    comparing, trees = Comparing(names), SeveralTrees()
    for position, built in enumerate((example(), smaller(), None)):
        if built is None:
            comparing.fail(
                position, NotFoundError(f"{names[position]} is not there", hint="imgscope tags lists what is")
            )
        else:
            inspection = analyze.inspect_source(MemorySource(built))
            looked = looked_at(inspection)
            trees.take(position, inspection.image.tree)
            named = msgspec.structs.replace(looked.image, reference=names[position])
            comparing.take(position, dataclasses.replace(looked, image=named))
    comparing.paths = trees.finish()
    return comparing


def smaller() -> BuiltImage:
    """The example without what its build left in it."""
    return image([_base(), _layer(_file("app/static/bundle.js", 410_000), created_by="COPY . /app # buildkit")])


def smallest() -> BuiltImage:
    """What the example is built on."""
    return image([_base()])


def _base() -> BuiltLayer:
    return _layer(*_system(), created_by="/bin/sh -c #(nop) ADD file:4d1bc2 in / ")


class HalfSource(MemorySource):
    """Gives the lowest layer, half of the next, and nothing of the others until it is told to `go_on`.

    It passes for a registry, of which layers are under way whatever number of cores there is.
    """

    def __init__(self, built: BuiltImage) -> None:
        super().__init__(built)
        self._lowest, self._next = built.layers[0], built.layers[1]
        self._goes_on = threading.Event()

    def go_on(self) -> None:
        """Give everything, from now on."""
        self._goes_on.set()

    def is_half_read(self, session: Session) -> bool:
        """Whether all that is given at first has come in."""
        is_begun = len(session.received) == len(self._built.layers)
        return is_begun and session.early.distro is not None and session.received[1] > 0

    def resolve(self, platform: Platform | None) -> ImageHead:
        return dataclasses.replace(super().resolve(platform), is_remote=True)

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        with super().open_blob(descriptor, start, length) as chunks:
            if descriptor.digest == self._lowest.digest:
                yield chunks
            else:
                given = len(self._next.blob) // 2 if descriptor.digest == self._next.digest else 0
                yield self._part(b"".join(chunks), given)

    def _part(self, blob: bytes, given: int) -> Iterator[bytes]:
        if given:
            yield blob[:given]
        assert self._goes_on.wait(60)
        yield blob[given:]

    def traffic(self) -> Traffic:
        return Traffic(requests=4, bytes_fetched=9_000, rate_limit="98 of 100 pulls left per 6 hours")
