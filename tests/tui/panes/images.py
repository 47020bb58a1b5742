"""An image that every pane has something to say about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.support.elf import GLIBC_LOADER, glibc_library, library, program, static_program
from tests.support.images import BuiltImage, Entry, file, image, layer, step, whiteout

OS_RELEASE: Final = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
CONFIG: Final[Mapping[str, Any]] = {
    "User": "app",
    "Env": ["PATH=/usr/bin", "LANG=C.UTF-8"],
    "Entrypoint": ["/usr/bin/app"],
    "Cmd": ["--port", "80"],
    "ExposedPorts": {"80/tcp": {}},
    "Volumes": {"/srv": {}},
    "Labels": {"org.opencontainers.image.source": "https://example.com/app"},
    "StopSignal": "SIGQUIT",
    "Healthcheck": {"Test": ["CMD", "/usr/bin/app", "check"], "Interval": 30_000_000_000, "Retries": 3},
}
_PACKAGES: Final = {
    "app": ("Depends: libapp", "usr/bin/app"),
    "libapp": ("", "usr/lib/libapp.so.1"),
    "gcc": ("Depends: gcc-12", "usr/bin/gcc"),
    "gcc-12": ("Depends: libapp", "usr/lib/gcc/12/cc1"),
    "base-files": ("Essential: yes", "etc/base"),
}
_AUTOMATIC: Final = ("libapp", "gcc-12")


def full_image() -> BuiltImage:
    """Leftovers, waste of each cause, packages that need each other, a program that cannot start, and a history."""
    sizes = {"usr/bin/gcc": 1_000, "usr/lib/gcc/12/cc1": 6_000_000, "etc/base": 10}
    return image(
        [
            layer(
                file("etc/os-release", OS_RELEASE),
                file(GLIBC_LOADER.strip("/"), glibc_library("2.36", "ld-linux-x86-64.so.2")),
                file("usr/lib/libc.so.6", glibc_library("2.36", defines=["GLIBC_2.34", "GLIBC_2.36"])),
                *(file(path, "x" * size, mode=0o755) for path, size in sizes.items()),
                *_programs(),
                *_package_database(),
                file("var/lib/apt/lists/deb_Packages", "p" * 1_500_000),
                file("srv/old/a", "a" * 400_000),
                file("srv/old/b", "b" * 300_000),
                file("srv/changed", "1" * 200_000),
                file("srv/owned", "o" * 100_000),
                created_by="/bin/sh -c #(nop) ADD file:4d1bc2a96af9 in / ",
            ),
            step("ENV LANG=C.UTF-8"),
            layer(
                whiteout("srv/old"),
                file("srv/changed", "2" * 50_000),
                file("srv/owned", "o" * 100_000, uid=1000),
                file("srv/one", "same" * 20_000),
                file("srv/two", "same" * 20_000),
                created_by="RUN /bin/sh -c rm -rf /srv/old && chown app /srv/owned # buildkit",
            ),
            step('CMD ["--port" "80"]'),
        ],
        config=CONFIG,
    )


def _programs() -> list[Entry]:
    contents = {
        "usr/bin/app": program(GLIBC_LOADER, ["libc.so.6", "libapp.so.1"], versions=["GLIBC_2.34"]),
        "usr/lib/libapp.so.1": library("libapp.so.1", versions=["GLIBC_2.34"]),
        "usr/bin/newer": program(GLIBC_LOADER, ["libc.so.6"], versions=["GLIBC_2.36"]),
        "usr/bin/broken": program(GLIBC_LOADER, ["libc.so.6", "libabsent.so.3"]),
        "usr/bin/musl": program("/lib/ld-musl-x86_64.so.1", ["libc.musl-x86_64.so.1"]),
        "usr/bin/static": static_program(),
    }
    return [file(path, content, mode=0o755) for path, content in contents.items()]


def _package_database() -> list[Entry]:
    status = "\n".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n{field}\n".replace(
            "\n\n", "\n"
        )
        for name, (field, _) in _PACKAGES.items()
    )
    states = "\n".join(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n" for name in _AUTOMATIC)
    return [
        file("var/lib/dpkg/status", status),
        file("var/lib/apt/extended_states", states),
        *(file(f"var/lib/dpkg/info/{name}.list", f"/{path}\n") for name, (_, path) in _PACKAGES.items()),
    ]
