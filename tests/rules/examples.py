"""For each rule an image on which it fires, and one that comes close and on which it stays silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support import elf
from tests.support.images import BuiltLayer, Entry, device, directory, file, hard_link, layer, symlink, whiteout
from tests.support.roots import (
    MULTIARCH,
    PYTHON_MODULES,
    executable,
    glibc_library,
    glibc_program,
    glibc_root,
    musl_library,
    musl_program,
    musl_root,
    node,
    python,
)

STATUS: Final = "var/lib/dpkg/status"
LARGE: Final = 200_000
"""Bytes that are worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Layers of two images, lowest first, and what their containers start with."""

    fires: tuple[BuiltLayer, ...]
    silent: tuple[BuiltLayer, ...]
    fires_config: Mapping[str, Any] = field(default_factory=dict)
    silent_config: Mapping[str, Any] = field(default_factory=dict)


def dpkg(*names: str, paths: Sequence[str] = ()) -> tuple[Entry, ...]:
    """Debian's database with the packages `names`; the first of them owns `paths`."""
    status = "".join(f"Package: {name}\nStatus: install ok installed\nVersion: 1\n\n" for name in names)
    owned = "".join(f"/{path}\n" for path in paths)
    return file(STATUS, status), file(f"var/lib/dpkg/info/{names[0]}.list", owned)


def content(letter: str, size: int = LARGE) -> bytes:
    """Content of that many bytes that compresses well."""
    return letter.encode() * size


def cache(left: str, other: str) -> Example:
    """Images with one file each: one that is left over, and one that only looks like it."""
    return Example(fires=(layer(file(left, content("a"))),), silent=(layer(file(other, content("a"))),))


NET_RAW: Final = "\x01\0\0\x02\0\x20" + 14 * "\0"
"""The attribute that `setcap cap_net_raw+ep` gives a program."""
SHELL: Final = file("bin/sh", "x", mode=0o755)

EXAMPLES: Final = {
    "added-from-url": Example(
        fires=(layer(file("tool", "x"), created_by="ADD https://example.com/tool / # buildkit"),),
        silent=(
            layer(file("tool", "x"), created_by="ADD --checksum=sha256:1 https://example.com/tool / # buildkit"),
            layer(file("app", "x"), created_by="ADD app / # buildkit"),
        ),
    ),
    "apk-cache-left": Example(
        fires=(layer(file("var/cache/apk/APKINDEX.1.tar.gz", content("a"))),),
        silent=(layer(directory("var/cache/apk"), file("var/cache/apk/.keep"), file("var/cache/app", content("a"))),),
    ),
    "apt-archives-left": Example(
        fires=(layer(file("var/cache/apt/archives/curl_1_amd64.deb", content("a"))),),
        silent=(layer(file("var/cache/apt/archives/lock"), file("var/cache/apt/archives/README", content("a"))),),
    ),
    "apt-lists-left": Example(
        fires=(layer(file("var/lib/apt/lists/deb.debian.org_InRelease", content("a"))),),
        silent=(layer(directory("var/lib/apt/lists/partial"), file("var/lib/apt/lists/lock")),),
    ),
    "build-tools-left": Example(
        fires=(layer(*dpkg("make", paths=["usr/bin/make"]), file("usr/bin/make", content("a"))),),
        silent=(layer(*dpkg("python3", "gettext-base", "libgit2-1.5", "patchelf-data", "perl", "makedumpfile")),),
    ),
    "bytecode-left": Example(
        fires=(layer(file("usr/lib/python3/__pycache__/os.cpython-311.pyc", content("a"))),),
        silent=(layer(file("app/only-compiled.pyc", content("a"))),),
    ),
    "capable-program": Example(
        fires=(layer(file("bin/tool", "x", mode=0o755, xattrs={"security.capability": NET_RAW})),),
        silent=(
            layer(
                *dpkg("iputils-ping", paths=["bin/ping"]),
                file("bin/ping", "x", mode=0o755, xattrs={"security.capability": NET_RAW}),
                file("bin/tool", "x", mode=0o755, xattrs={"user.note": NET_RAW}),
            ),
        ),
    ),
    "compiler-cache-left": cache("root/.ccache/a/b", "root/ccache/a"),
    "compiler-left": Example(
        fires=(layer(*dpkg("gcc-12", paths=["usr/bin/gcc"]), file("usr/bin/gcc", content("a"))),),
        silent=(layer(*dpkg("gcc-12-base", "libgcc-s1", "libstdc++6", "llvm-libs", "google-cloud-cli", "gopls")),),
    ),
    "debug-symbols-left": Example(
        fires=(layer(file("usr/lib/debug/.build-id/ab/cd.debug", content("a"))),),
        silent=(layer(file("usr/share/nodejs/x/lib/debug/index.js", content("a"))),),
    ),
    "deleted-later": Example(
        fires=(layer(file("src.tar", content("a"))), layer(whiteout("src.tar"))),
        silent=(layer(file("src.tar", content("a", 99_999))), layer(whiteout("src.tar"))),
    ),
    "development-packages-left": Example(
        fires=(layer(*dpkg("libpq-dev", paths=["usr/include/pq.h"]), file("usr/include/pq.h", content("a"))),),
        silent=(layer(*dpkg("libpq5", "libudev1", "libgcc-12-dev", "developer-tools")),),
    ),
    "device-in-layer": Example(
        fires=(layer(device("data/sda", 8, 0, block=True)),),
        silent=(layer(device("dev/null", 1, 3, mode=0o666), device("var/jail/dev/tty", 5, 0)),),
    ),
    "documentation-left": Example(
        fires=(layer(file("usr/share/man/man1/ls.1.gz", content("a"))),),
        silent=(layer(file("usr/share/doc/bash/copyright", content("a")), directory("usr/share/man")),),
    ),
    "droppings-left": Example(
        fires=(layer(file("app/.main.py.swp", content("a")), file("app/.idea/workspace.xml", content("b"))),),
        silent=(layer(file("app/config.py", content("a")), file("app/swp", content("b"))),),
    ),
    "foreign-architecture": Example(
        fires=(layer(executable("app", elf.static_program(elf.ARM64)), executable("bin/a", elf.static_program())),),
        silent=(
            layer(
                executable("node_modules/tool/linux-arm64/tool", elf.static_program(elf.ARM64)),
                executable("bin/a", elf.static_program()),
                file("usr/lib/go/testdata/program", elf.static_program(elf.ARM64)),
            ),
        ),
    ),
    "foreign-module": Example(
        fires=(
            layer(
                *musl_root(),
                python(musl_program()),
                file(f"{PYTHON_MODULES}/a/b.cpython-312-x86_64-linux-gnu.so", glibc_library(None)),
            ),
        ),
        silent=(
            layer(
                *glibc_root(),
                node(glibc_program()),
                file("app/node_modules/@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node", glibc_library(None)),
                file("app/node_modules/@swc/core-linux-x64-musl/swc.linux-x64-musl.node", musl_library(None)),
            ),
        ),
    ),
    "git-directory-left": Example(
        fires=(layer(file("app/.git/HEAD", "ref: x"), file("app/.git/objects/pack/p", content("a"))),),
        silent=(layer(file("app/.git", "gitdir: ../x"), file("app/.github/HEAD", "x"), file("b/.git/HEAD", "x")),),
    ),
    "go-cache-left": cache("root/.cache/go-build/00/a", "go/pkg/linux_amd64/a"),
    "headers-left": Example(
        fires=(layer(file("usr/local/include/example.h", content("a"))),),
        silent=(layer(file("usr/include/example.h", content("a")), file("app/include/x.php", content("b"))),),
    ),
    "healthcheck-cannot-run": Example(
        fires=(layer(SHELL),),
        silent=(layer(SHELL, file("usr/bin/curl", "x", mode=0o755)),),
        fires_config={"Healthcheck": {"Test": ["CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"]}},
        silent_config={"Healthcheck": {"Test": ["CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"]}},
    ),
    "installation-unfinished": Example(
        fires=(layer(file(STATUS, "Package: a\nStatus: install ok half-configured\nVersion: 1\n")),),
        silent=(layer(file(STATUS, "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n")),),
    ),
    "installers-left": Example(
        fires=(layer(file("usr/local/lib/python3.12/site-packages/pip/__init__.py", content("a"))),),
        silent=(layer(file("usr/local/lib/python3.12/site-packages/pip/__init__.py", content("a"))),),
        fires_config={"Entrypoint": ["gunicorn"], "Cmd": ["app:app"]},
        silent_config={"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["python3"]},
    ),
    "interpreter-missing": Example(
        fires=(layer(file("app", elf.glibc_program(), mode=0o755)),),
        silent=(
            layer(
                file("lib64/ld-linux-x86-64.so.2", elf.glibc_library("2.36", "ld-linux-x86-64.so.2")),
                file("app", elf.glibc_program(), mode=0o755),
                file("usr/lib/go/testdata/program", elf.musl_program(), mode=0o644),
            ),
        ),
    ),
    "java-cache-left": cache("root/.m2/repository/a/b.jar", "root/.m2/settings.xml"),
    "library-missing": Example(
        fires=(layer(*glibc_root(), executable("app", glibc_program("libpq.so.5"))),),
        silent=(
            layer(
                *glibc_root(),
                file(f"{MULTIARCH}/libpq.so.5.15", glibc_library("libpq.so.5")),
                symlink(f"{MULTIARCH}/libpq.so.5", "libpq.so.5.15"),
                executable("app", glibc_program("libpq.so.5")),
                file("usr/lib/plugins/x.so", glibc_library("x.so", "libgone.so.1")),
            ),
        ),
    ),
    "library-out-of-reach": Example(
        fires=(
            layer(
                *glibc_root(),
                file("etc/ld.so.conf", "/usr/local/lib\n"),
                file("usr/local/lib/libfoo.so.1", glibc_library("libfoo.so.1")),
                executable("app", glibc_program("libfoo.so.1")),
            ),
        ),
        silent=(
            layer(
                *glibc_root(),
                file("opt/app/lib/libfoo.so.1", glibc_library("libfoo.so.1")),
                executable("opt/app/bin/app", glibc_program("libfoo.so.1")),
            ),
        ),
    ),
    "logs-left": cache("var/log/dpkg.log", "var/lib/dpkg/status"),
    "many-layers": Example(
        fires=tuple(layer(file(f"file-{number}")) for number in range(64)),
        silent=tuple(layer(file(f"file-{number}")) for number in range(63)),
    ),
    "metadata-changed-later": Example(
        fires=(layer(file("app", content("a"))), layer(file("app", content("a"), uid=1000))),
        silent=(layer(file("app", content("a"))), layer(file("app", content("b"), uid=1000))),
    ),
    "mixed-libc": Example(
        fires=(
            layer(*musl_root(), executable("bin/sh", musl_program())),
            layer(*glibc_root()[2:], symlink("lib64/ld-linux-x86-64.so.2", f"/{MULTIARCH}/ld-linux-x86-64.so.2")),
            layer(executable("opt/app", glibc_program())),
        ),
        silent=(layer(*glibc_root(), executable("bin/sh", glibc_program())),),
    ),
    "module-library-missing": Example(
        fires=(
            layer(
                *glibc_root(),
                python(glibc_program()),
                file(f"{PYTHON_MODULES}/cv2/cv2.abi3.so", glibc_library(None, "libGL.so.1")),
            ),
        ),
        silent=(
            layer(
                *glibc_root(),
                python(glibc_program()),
                file(f"{PYTHON_MODULES}/torch/lib/libtorch.so", glibc_library("libtorch.so", "libcuda.so.1")),
                file(f"{PYTHON_MODULES}/vision/_C.abi3.so", glibc_library(None, "libtorch.so", "libcuda.so.1")),
                file(f"{PYTHON_MODULES}/old/x.cpython-38-x86_64-linux-gnu.so", glibc_library(None, "libgone.so.1")),
            ),
        ),
    ),
    "no-healthcheck": Example(
        fires=(layer(file("app", "x")),),
        silent=(layer(file("app", "x")),),
        fires_config={"ExposedPorts": {"80/tcp": {}}},
        silent_config={"ExposedPorts": {"80/tcp": {}}, "Healthcheck": {"Test": ["NONE"]}},
    ),
    "node-cache-left": cache("root/.npm/_cacache/content-v2/a", "root/.npmrc"),
    "overwritten-later": Example(
        fires=(layer(file("app", content("a"))), layer(file("app", content("b")))),
        silent=(layer(file("app", content("a"))), layer(file("app", content("a"), mode=0o755))),
    ),
    "pacman-cache-left": cache("var/cache/pacman/pkg/a.pkg.tar.zst", "var/lib/pacman/local/a/files"),
    "php-cache-left": cache("root/.composer/cache/files/a.zip", "app/vendor/composer/installed.json"),
    "pip-cache-left": Example(
        fires=(layer(file("root/.cache/pip/wheels/a.whl", content("a"))),),
        silent=(layer(file("root/.cache/uv/a.whl", content("a")), file("home/a.cache/pip/x", content("b"))),),
    ),
    "python-tool-cache-left": cache("root/.cache/uv/wheels/a", "root/.local/share/uv/python/a"),
    "rpm-cache-left": cache("var/cache/dnf/fedora.solv", "var/lib/dnf/history.sqlite"),
    "ruby-cache-left": cache("usr/local/bundle/cache/rails-1.gem", "app/rails-1.gem"),
    "runs-as-root": Example(
        fires=(layer(file("app", "x", mode=0o755)),),
        silent=(layer(file("app", "x", mode=0o755)),),
        fires_config={"Entrypoint": ["/app"], "User": "0:0"},
        silent_config={"Entrypoint": ["/app"], "User": "1000"},
    ),
    "rust-cache-left": cache("usr/local/cargo/registry/cache/a.crate", "usr/local/cargo/bin/tool"),
    "secret-in-configuration": Example(
        fires=(layer(file("app", "x")),),
        silent=(layer(file("app", "x")),),
        fires_config={"Env": ["API_TOKEN=k8Jq-27sLx9Qe"]},
        silent_config={
            "Env": ["API_TOKEN_FILE=/run/secrets/token", "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305"]
        },
    ),
    "secret-in-file": Example(
        fires=(layer(file("root/.netrc", "machine example.com login me password k8Jq27sLx9\n")),),
        silent=(layer(file("etc/ssl/cert.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")),),
    ),
    "setuid-program": Example(
        fires=(layer(*dpkg("passwd", paths=["bin/passwd"]), file("bin/su", "x", mode=0o4755)),),
        silent=(
            layer(
                *dpkg("passwd", paths=["bin/passwd"]),
                file("bin/passwd", "x", mode=0o4755),
                file("bin/locks", "x", mode=0o2644),
                directory("var/mail", mode=0o2775),
            ),
        ),
    ),
    "source-archives-left": cache("tmp/source.tar.gz", "app/data/archive.tar.gz"),
    "source-trees-left": Example(
        fires=(layer(file("usr/src/program/configure"), file("usr/src/program/main.c", content("a"))),),
        silent=(layer(file("usr/src/app/Makefile"), file("usr/src/app/main.js", content("a"))),),
        silent_config={"WorkingDir": "/usr/src/app"},
    ),
    "start-command-cannot-run": Example(
        fires=(layer(file("app", "x", mode=0o644)),),
        silent=(layer(file("app", "x", mode=0o755)),),
        fires_config={"Entrypoint": ["/app"]},
        silent_config={"Entrypoint": ["/app"]},
    ),
    "start-command-in-shell": Example(
        fires=(layer(SHELL, file("app", "x", mode=0o755)),),
        silent=(layer(SHELL, file("app", "x", mode=0o755)),),
        fires_config={"Cmd": ["/bin/sh", "-c", "/app --port $PORT"]},
        silent_config={"Cmd": ["/bin/sh", "-c", "export A=1; exec /app"]},
    ),
    "static-libraries-left": Example(
        fires=(layer(file("usr/local/lib/libexample.a", content("a"))),),
        silent=(layer(*dpkg("libx-dev", paths=["usr/lib/libx.a"]), file("usr/lib/libx.a", content("a"))),),
    ),
    "symbol-version-missing": Example(
        fires=(layer(*glibc_root(), executable("app", glibc_program(versions=["GLIBC_2.2.5", "GLIBC_2.38"]))),),
        silent=(layer(*glibc_root(), executable("app", glibc_program(versions=["GLIBC_2.2.5", "GLIBC_2.36"]))),),
    ),
    "temporary-files-left": cache("tmp/build.XXXX/out", "app/tmp/x"),
    "test-suites-left": Example(
        fires=(layer(file("usr/local/lib/python3.12/test/test_os.py", content("a"))),),
        silent=(
            layer(
                file("usr/lib/python3/dist-packages/tests/__init__.py", content("a")),
                file("app/tests/test_app.py", content("b")),
            ),
        ),
    ),
    "toolchain-left": Example(
        fires=(layer(file("usr/local/go/bin/go", content("a")), file("usr/local/go/src/fmt/print.go", content("b"))),),
        silent=(layer(file("usr/local/go/LICENSE", content("a"))),),
    ),
    "unusual-layer": Example(
        fires=(layer(hard_link("bin/b", "bin/nowhere")),),
        silent=(layer(file("bin/a", "a"), hard_link("bin/b", "bin/a")), layer(whiteout("bin/a"))),
    ),
    "version-control-left": Example(
        fires=(layer(file("app/.hg/store/data", content("a"))),),
        silent=(layer(file("app/.hg/hgrc", content("a")), file("app/.svn/README", content("b"))),),
    ),
    "writable-by-all": Example(
        fires=(layer(directory("opt/app", mode=0o777), file("opt/app/run", "x", mode=0o755)),),
        silent=(
            layer(
                directory("tmp", mode=0o777),
                directory("opt/queue", mode=0o1777),
                directory("srv/data", mode=0o777),
                file("var/tmp/x", "x", mode=0o666),
                symlink("bin", "usr/bin"),
                device("dev/null", 1, 3, mode=0o666),
            ),
        ),
    ),
    "virtual-packages-left": Example(
        fires=(
            layer(
                file("lib/apk/db/installed", "P:.build-deps\nV:1\nD:gcc\n\nP:gcc\nV:1\nF:usr/bin\nR:gcc\n\n"),
                file("etc/apk/world", ".build-deps=1\n"),
                file("usr/bin/gcc", content("a")),
            ),
        ),
        silent=(
            layer(
                file("lib/apk/db/installed", "P:.php-rundeps\nV:1\nD:so:libxml2.so.2\n\nP:app\nV:1\n\n"),
                file("etc/apk/world", ".php-rundeps=1\napp\n"),
            ),
        ),
    ),
}
