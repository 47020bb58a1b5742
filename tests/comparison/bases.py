"""An application on glibc with a wheel and a program of its own, and bases that it may move to, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from imgscope import analyze
from imgscope.analyze import Inspection
from tests.support.images import BuiltLayer, Entry, Step, file, image, layer, step, symlink
from tests.support.memory import MemorySource
from tests.support.roots import (
    MULTIARCH,
    PYTHON_MODULES,
    executable,
    glibc_library,
    glibc_program,
    glibc_root,
    musl_program,
    musl_root,
    python,
)

CURL: Final = executable("usr/bin/curl", glibc_program())
SHELL: Final = executable("bin/sh", glibc_program())
APT: Final = executable("usr/bin/apt-get", glibc_program())
LIBPQ: Final = file(f"{MULTIARCH}/libpq.so.5", glibc_library("libpq.so.5"))
NATIVE: Final = f"{PYTHON_MODULES}/native/core.cpython-312-x86_64-linux-gnu.so"
WHEEL: Final = (
    file(f"{PYTHON_MODULES}/native-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: native\nVersion: 1.0\n"),
    file(NATIVE, glibc_library(None, "libpq.so.5", versions=["GLIBC_2.34"])),
)
BASE_CONFIG: Final = {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "PYTHON_VERSION=3.12.4"], "Cmd": ["python3"]}
APP_CONFIG: Final = {
    "Env": [*BASE_CONFIG["Env"], "APP=1"],
    "Entrypoint": ["/app/server"],
    "Healthcheck": {"Test": ["CMD", "curl", "-f", "http://localhost"]},
}


def os_release(name: str) -> Entry:
    return file("etc/os-release", f"ID={name.lower()}\nPRETTY_NAME={name}\n")


def fat() -> BuiltLayer:
    """The base that the application is on."""
    return layer(
        os_release("Debian"), *glibc_root(), python(glibc_program()), symlink("usr/local/bin/python3", "python3.12"),
        SHELL, CURL, APT, LIBPQ, file("usr/share/doc", b"x" * 50_000),
    )  # fmt: skip


def slim() -> BuiltLayer:
    """The same without curl and libpq."""
    return layer(os_release("Debian"), *glibc_root(), python(glibc_program()), SHELL, APT)


def musl() -> BuiltLayer:
    """Python on musl."""
    return layer(os_release("Alpine"), *musl_root(), python(musl_program()), executable("bin/sh", musl_program()))


def app(*more: Entry) -> list[BuiltLayer | Step]:
    """What the application adds to its base."""
    return [
        layer(*WHEEL, created_by="RUN /bin/sh -c pip install native # buildkit"),
        step('ENTRYPOINT ["/app/server"]'),
        layer(
            executable("app/server", glibc_program(versions=["GLIBC_2.34"])),
            *more,
            created_by="RUN /bin/sh -c apt-get update && make # buildkit",
        ),
    ]


def inspected(steps: Sequence[BuiltLayer | Step], config: Mapping[str, Any]) -> Inspection:
    return analyze.inspect_source(MemorySource(image(steps, config=config)))
