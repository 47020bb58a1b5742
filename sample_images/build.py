"""Build the sample images: `python -m sample_images.build`, from the root of the repository.

Nothing is fetched, and equal sources give equal layouts: a test rebuilds them and compares.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sample_images import alpine, debian
from sample_images.compile import HERE
from sample_images.contents import binary, entries, filler
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, BuiltLayer, directory, file, image, layer, step, whiteout

TAG: Final = "latest"
_KIB: Final = 1024
_SERVICE: Final[dict[str, Any]] = {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "ExposedPorts": {"8080/tcp": {}},
    "Labels": {"org.opencontainers.image.description": "a synthetic sample of imgscope"},
}


def build_all() -> dict[str, BuiltImage]:
    """Build every sample, by the name of its directory."""
    return {
        "glibc-fat": glibc_fat(),
        "glibc-slim": glibc_slim(),
        "musl": musl(),
        "static-scratch": static_scratch(),
        "glibc-on-musl": glibc_on_musl(),
    }


def glibc_fat() -> BuiltImage:
    """A service that ships its compiler, its caches, its history and files that it deleted or rewrote."""
    return image(
        [
            _debian_base(),
            step('CMD ["bash"]'),
            step("ENV PYTHONUNBUFFERED=1"),
            layer(directory("app"), created_by="WORKDIR /app"),
            layer(
                *debian.installed_layer(debian.BUILD),
                created_by=f"RUN /bin/sh -c {debian.INSTALL} # buildkit",
            ),
            layer(*entries(dict(_sources())), created_by="COPY . . # buildkit"),
            layer(
                *entries(dict(_built())),
                created_by="RUN /bin/sh -c pip install -r requirements.txt && make # buildkit",
            ),
            layer(
                whiteout("app/test-data.tar"),
                file("app/data/model.bin", filler("model, second", 300 * _KIB)),
                created_by="RUN /bin/sh -c rm test-data.tar && ./server --update-model # buildkit",
            ),
            step("EXPOSE map[8080/tcp:{}]"),
            step('ENTRYPOINT ["/app/server"]'),
        ],
        config={**_SERVICE, "Entrypoint": ["/app/server"], "WorkingDir": "/app"},
    )


def _sources() -> Iterator[tuple[str, bytes]]:
    yield "app/main.c", b'#include <stdio.h>\nint main(void) { puts("server"); return 0; }\n'
    yield "app/Makefile", b"server: main.c\n\tcc -o $@ $<\n"
    yield "app/requirements.txt", b"requests==2.31.0\n"
    yield "app/test-data.tar", filler("test-data", 500 * _KIB)
    yield "app/data/model.bin", filler("model, first", 300 * _KIB)
    yield "app/.git/HEAD", b"ref: refs/heads/main\n"
    yield "app/.git/config", b"[core]\n\trepositoryformatversion = 0\n"
    yield "app/.git/refs/heads/main", b"0000000000000000000000000000000000000000\n"
    yield "app/.git/objects/pack/pack-sample.pack", filler("pack", 400 * _KIB)


def _built() -> Iterator[tuple[str, bytes]]:
    site = "usr/local/lib/python3.11/dist-packages"
    yield "app/server", binary("glibc-server")
    yield "app/main.o", filler("main.o", 60 * _KIB)
    yield "root/.cache/pip/http/a/b/c/sample", filler("pip http", 250 * _KIB)
    yield "root/.cache/pip/wheels/sample.whl", filler("pip wheel", 120 * _KIB)
    yield f"{site}/requests/__init__.py", filler("requests", 5 * _KIB)
    yield f"{site}/requests/__pycache__/__init__.cpython-311.pyc", filler("requests pyc", 6 * _KIB)
    yield f"{site}/requests-2.31.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\n"


def glibc_slim() -> BuiltImage:
    """The same service from a second stage: the base and one program."""
    return image(
        [
            _debian_base(),
            step('CMD ["bash"]'),
            layer(
                *entries({"usr/local/bin/server": binary("glibc-server")}),
                created_by="COPY /app/server /usr/local/bin/server # buildkit",
            ),
            step("USER nobody"),
            step("EXPOSE map[8080/tcp:{}]"),
            step('ENTRYPOINT ["/usr/local/bin/server"]'),
        ],
        config={**_SERVICE, "Entrypoint": ["/usr/local/bin/server"], "User": "nobody"},
    )


def musl() -> BuiltImage:
    """A service on Alpine whose `apk add` left its cache."""
    return image(
        [
            _alpine_base(),
            step('CMD ["/bin/sh"]'),
            layer(*alpine.installed_layer(), created_by="RUN /bin/sh -c apk add ca-certificates # buildkit"),
            layer(
                *entries({"usr/local/bin/server": binary("musl-server")}),
                created_by="COPY server /usr/local/bin/ # buildkit",
            ),
            step("USER nobody"),
            step('ENTRYPOINT ["/usr/local/bin/server"]'),
        ],
        config={**_SERVICE, "Entrypoint": ["/usr/local/bin/server"], "User": "nobody"},
    )


def static_scratch() -> BuiltImage:
    """One static program and nothing else."""
    return image(
        [
            layer(file("server", binary("static-server"), mode=0o755), created_by="COPY server / # buildkit"),
            step("USER 65532:65532"),
            step('ENTRYPOINT ["/server"]'),
        ],
        config={**_SERVICE, "Entrypoint": ["/server"], "User": "65532:65532"},
    )


def glibc_on_musl() -> BuiltImage:
    """A program built for glibc, copied into an image that has musl: it cannot start."""
    return image(
        [
            _alpine_base(),
            step('CMD ["/bin/sh"]'),
            layer(
                *entries({"usr/local/bin/server": binary("glibc-server")}),
                created_by="COPY /app/server /usr/local/bin/ # buildkit",
            ),
            step('ENTRYPOINT ["/usr/local/bin/server"]'),
        ],
        config={**_SERVICE, "Entrypoint": ["/usr/local/bin/server"]},
    )


def _debian_base() -> BuiltLayer:
    return layer(*debian.base_layer(), created_by="# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'")


def _alpine_base() -> BuiltLayer:
    return layer(*alpine.base_layer(), created_by="ADD alpine-minirootfs-3.19.1-x86_64.tar.gz / # buildkit")


def main(target: Path = HERE) -> None:
    """Write the layouts over those that are there."""
    for name, built in build_all().items():
        shutil.rmtree(target / name, ignore_errors=True)
        write_oci_layout(target / name, {TAG: built})
        print(f"{name}: {sum(map(len, built.blobs.values())):,} bytes, {built.manifest_digest}")


if __name__ == "__main__":
    main()
