"""The picture of the terminal UI in docs/images. `python -m tests.tui.picture` draws it anew."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from imgscope import analyze
from imgscope import progress as events
from imgscope.tui.app import InspectApp
from imgscope.tui.opening import Opener
from tests.support.elf import GLIBC_LOADER, glibc_library, glibc_program
from tests.support.images import BuiltImage, BuiltLayer, Entry, file, image, step, tar, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import OS_RELEASE, is_over, press, until

PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "tui.svg"
SIZE: Final = (120, 36)
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
            _layer(*_system(), created_by="/bin/sh -c #(nop) ADD file:4d1bc2 in / "),
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


async def draw() -> str:
    """Return the picture: the example, with the layer highlighted that left most behind."""
    app = InspectApp(Opener(analyze.Options(), partial(_inspect, MemorySource(example()))), "example")
    app.animation_level = "none"
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: is_over(app))
        await press(pilot, "down", "6", "1")
        return app.export_screenshot()


def _inspect(
    source: MemorySource,
    _: str,
    /,
    *,
    options: analyze.Options,
    progress: events.Progress,
    cancelled: threading.Event,
) -> analyze.Inspection:
    """Inspect as if the image came from a registry, in an even time."""
    inspection = analyze.inspect_source(source, options=options, progress=progress, cancelled=cancelled)
    run = msgspec.structs.replace(inspection.report.run, requests=9, duration_seconds=1.4)
    return dataclasses.replace(inspection, report=msgspec.structs.replace(inspection.report, run=run))


if __name__ == "__main__":
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(asyncio.run(draw()), encoding="utf-8")
