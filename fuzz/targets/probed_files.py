"""Any file that any probe looks at, with any bytes: packages of languages, loader caches, keys."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Final

from fuzz.parts import SEPARATOR
from fuzz.trees import PROBES, found_by
from imgscope.layer.wants import Want, Wants

_PLACES: Final = (
    "app/node_modules/name/package.json",
    "usr/lib/python3/dist-packages/name-1.dist-info/METADATA",
    "usr/lib/python3/dist-packages/name-1.dist-info/RECORD",
    "usr/lib/python3/dist-packages/name-1.egg-info/PKG-INFO",
    "usr/lib/python3/dist-packages/name-1.egg-info/requires.txt",
    "usr/lib/ruby/gems/3.0.0/specifications/name-1.gemspec",
    "srv/vendor/composer/installed.json",
    "opt/app/name-1.jar",
    "var/lib/pacman/local/name-1/desc",
    "var/lib/pacman/local/name-1/files",
    "usr/lib/opkg/status",
    "usr/lib/opkg/info/name.control",
    "usr/lib/opkg/info/name.list",
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/ld-musl-x86_64.path",
    "var/lib/rpmmanifest/container-manifest-2",
    "var/lib/dnf/history.sqlite",
    "usr/lib/sysimage/libdnf5/packages.toml",
    "root/.netrc",
    "bin/script",
)


_WANTS: Final = {
    name: [each if isinstance(each, Want) else Want(glob=each) for each in probe.wants]
    for name, probe in PROBES.items()
}
# By probe, those of its wants that are for each place.
_BY_PLACE: Final = {
    name: {place: [want for want in wants if Wants([want.glob]).match(place)] for place in _PLACES}
    for name, wants in _WANTS.items()
}


def target(data: bytes) -> None:
    """No probe fails on the file whose place the first byte says, nor on it beside one of another place."""
    first, _, second = data.partition(SEPARATOR)
    files = {_PLACES[each[0] % len(_PLACES)]: each[1:] for each in (first, second) if each}
    for name, wants in _BY_PLACE.items():
        for path, content in files.items():
            _reduce(wants[path], content)
        if any(wants[path] for path in files) or not _WANTS[name]:
            found_by(name, files)


def _reduce(wants: list[Want], content: bytes) -> None:
    """Reduce `content` as a layer does, but with whatever is raised."""
    for want in wants:
        if want.reduce is not None and content.startswith(want.beginning):
            want.reduce(content)


def seeds() -> Mapping[str, bytes]:
    """One for each place."""
    metadata = "Metadata-Version: 2.1\nName: name\nVersion: 1\nRequires-Dist: other (>=1) ; extra == 'x'\n\nText\n"
    gemspec = (
        'Gem::Specification.new do |s|\n  s.name = "name".freeze\n  s.version = "1"\n'
        '  s.add_runtime_dependency(%q<rake>.freeze, [">= 0"])\nend\n'
    )
    composer = (
        '{"packages":[{"name":"a/b","version":"1.0","install-path":"../a/b","require":{"php":">=8"}}],"dev":false}'
    )
    pacman = "%NAME%\nname\n\n%VERSION%\n1-1\n\n%DEPENDS%\nglibc\nsh>=5\n\n%SIZE%\n100\n\n"
    opkg = "Package: name\nVersion: 1\nStatus: install user installed\nArchitecture: all\nDepends: libc\n\n"
    contents: tuple[bytes | str, ...] = (
        '{"name":"name","version":"1","dependencies":{"b":"^1"},"optionalDependencies":{}}',
        metadata,
        'name/__init__.py,sha256=abc,10\n"name/a,b.py",,\n../../../bin/name,,\n',
        metadata,
        "other>=1\n\n[extra]\nmore\n",
        gemspec,
        composer,
        _jar(),
        pacman,
        "%FILES%\nusr/\nusr/bin/name\n\n%BACKUP%\netc/x\tabc\n",
        opkg,
        opkg,
        "/usr/bin/name\n",
        _loader_cache(),
        "include /etc/ld.so.conf.d/*.conf\n/opt/lib # x\n",
        "/lib:/usr/lib\n",
        "name\t1-1\t1700000000\t0\tVendor\t(none)\t10\tx86_64\t0\tname-1-1.src.rpm\n",
        b"SQLite format 3\0",
        '[packages]\n"name.noarch" = {reason="Dependency"}\n',
        "machine example.com login user password s3cretPassw0rd\n",
        "#!/usr/bin/env -S python3 -u\n",
    )
    return {
        f"{number:02}-{place.rpartition('/')[2]}": bytes([number]) + (text.encode() if isinstance(text, str) else text)
        for number, (place, text) in enumerate(zip(_PLACES, contents, strict=True))
    }


def _loader_cache() -> bytes:
    entry = struct.pack("<iIIIQ", 3, 72, 72 + 10, 0, 0)
    return b"glibc-ld.so.cache1.1" + struct.pack("<IIB3xI12x", 1, 26, 2, 0) + entry + b"liba.so.1\0/lib/liba.so.1\0"


def _jar() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as jar:
        for name, content in (
            ("META-INF/MANIFEST.MF", "Implementation-Title: name\nImplementation-Version: 1\n"),
            ("META-INF/maven/org.example/name/pom.properties", "groupId=org.example\nartifactId=name\nversion=1\n"),
        ):
            jar.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()
