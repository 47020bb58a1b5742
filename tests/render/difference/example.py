"""A difference with something of everything, and one in which whatever an image chooses tries to be more than text."""

from __future__ import annotations

from functools import cache

import msgspec

from imgscope.difference.document import (
    DIFFERENCE_SCHEMA_VERSION,
    Difference,
    PlatformDifference,
    PlatformMatrix,
)
from imgscope.difference.images import difference_of
from tests.render.hostile import HOSTILE
from tests.support.images import BuiltLayer, Entry, directory, file, hard_link, layer, step, symlink, whiteout
from tests.support.memory import inspect

_STATUS = "var/lib/dpkg/status"


def _packages(**versions: str) -> Entry:
    return file(
        _STATUS,
        "".join(
            f"Package: {name}\nStatus: install ok installed\nVersion: {each}\n\n" for name, each in versions.items()
        ),
    )


def _base() -> BuiltLayer:
    return layer(
        _packages(openssl="3.0.11-1", tzdata="2024a"),
        file("var/lib/dpkg/info/openssl.list", "/usr/bin/openssl\n/usr/lib/libssl.so.3\n/usr/lib/libssl.so\n"),
        file("var/lib/dpkg/info/tzdata.list", "/usr/share/zoneinfo/UTC\n"),
        file("usr/bin/openssl", "v1" * 40_000),
        file("usr/lib/libssl.so.3", "v1" * 300_000),
        file("usr/share/zoneinfo/UTC", "UTC" * 100),
        symlink("usr/lib/libssl.so", "libssl.so.3"),
        file("etc/app.conf", "mode=1\n"),
        directory("srv"),
        created_by="/bin/sh -c #(nop) ADD file:a1b2 in / ",
    )


@cache
def example(*, lost_layer: bool = False) -> Difference:
    """Return the difference between an image and its successor; with `lost_layer` part of that could not be read."""
    old = inspect(
        _base(),
        step("ENV PATH=/usr/bin"),
        layer(file("srv/app", "app 1" * 1000), file("srv/tool", "tool"), created_by="COPY app /srv/ # buildkit"),
        config={"Env": ["PATH=/usr/bin"], "Cmd": ["/srv/app"], "ExposedPorts": {"80/tcp": {}}},
    )
    upgrade = layer(
        _packages(openssl="3.0.13-1", curl="7.88"),
        file("var/lib/dpkg/info/curl.list", "/usr/bin/curl\n"),
        file("usr/bin/openssl", "v2" * 40_500),
        file("usr/lib/libssl.so.3", "v2" * 300_000, mode=0o755),
        file("usr/bin/curl", "curl" * 9000),
        hard_link("usr/bin/curl-7", "usr/bin/curl"),
        whiteout("usr/share/zoneinfo"),
        file("etc/app.conf", "mode=1\n", mode=0o600, uid=33, gid=33),
        created_by="RUN /bin/sh -c apt-get update && apt-get -y upgrade # buildkit",
    )
    application = layer(
        file("srv/app", "app 2" * 1010),
        file("srv/tool", "tool", mtime=1),
        *(file(f"srv/assets/{number:02}.js", "x" * (100 + number)) for number in range(12)),
        created_by="COPY app /srv/ # buildkit",
    )
    new = inspect(
        _base(),
        step("ENV PATH=/usr/bin"),
        upgrade,
        application,
        config={
            "Env": ["PATH=/usr/local/bin:/usr/bin", "MODE=fast"],
            "Entrypoint": ["/srv/app"],
            "User": "www-data",
            "ExposedPorts": {"8080/tcp": {}},
        },
        replaced={application.digest: None} if lost_layer else {},
    )
    return difference_of(old, new)


def same() -> Difference:
    """Return the difference between an image and itself, touched."""
    return difference_of(inspect(_base()), inspect(_base(), layer(file("etc/app.conf", "mode=1\n", mtime=5))))


def matrix() -> PlatformMatrix:
    """Return the example for one of several platforms."""
    return PlatformMatrix(
        schema_version=DIFFERENCE_SCHEMA_VERSION,
        same=False,
        complete=True,
        old_reference="example.com/app:1",
        new_reference="example.com/app:2",
        platforms=(
            PlatformDifference(platform="linux/amd64", difference=example()),
            PlatformDifference(platform="linux/arm64", difference=same()),
            PlatformDifference(platform="linux/riscv64", only_in="new"),
        ),
    )


@cache
def hostile() -> Difference:
    """Return a difference whose names, targets, versions, settings and instructions are hostile."""
    names = [text.replace("/", "\u2215").replace("\x00", "") for text in HOSTILE]
    layers = [
        layer(
            *(file(f"d/{name}", "x") for name in names),
            *(symlink(f"l/{number}", name) for number, name in enumerate(names)),
        )
        for _ in HOSTILE
    ]
    labels = {name.encode(errors="replace").decode(): name.encode(errors="replace").decode() for name in names}
    new = difference_of(inspect(), inspect(*layers, config={"Labels": labels, "User": names[2]}))
    return msgspec.structs.replace(
        new,
        old=msgspec.structs.replace(new.old, reference=HOSTILE[0], digest=HOSTILE[8]),
        layers=tuple(
            msgspec.structs.replace(
                each,
                instruction=HOSTILE[number % len(HOSTILE)],
                packages=tuple(
                    msgspec.structs.replace(group, package=HOSTILE[number % len(HOSTILE)], package_type="deb")
                    for group in each.packages
                ),
            )
            for number, each in enumerate(new.layers * len(HOSTILE))
        ),
        packages=tuple(
            msgspec.structs.replace(example().packages[0], name=text, old_version=text, new_version=text)
            for text in HOSTILE
        ),
    )
