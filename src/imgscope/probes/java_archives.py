"""Java packages: jars and the jars in them, by what Maven left inside, else by manifest and file name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes._attribution import bringing_layer
from imgscope.probes._content import content_of_node
from imgscope.probes._jar import Coordinates, Jar, parse_jar, reduce_jar
from imgscope.probes.base import Probe

_LONGEST_NAME: Final = 256
_TAIL: Final = 16 * 1024 * 1024
_ENDINGS: Final = (".jar", ".war", ".ear")
_VERSIONED_NAME: Final = re.compile(r"(.+?)-(\d[\w.+~-]*)")
_GROUP: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
# Best first: what the one who built it called the implementation, else what bundles and interfaces are called.
_VERSIONS: Final = ("Implementation-Version", "Bundle-Version", "Specification-Version")


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    inside: dict[Coordinates, tuple[int, Node]] = {}
    for node in tree.files:
        if not node.name.endswith(_ENDINGS):
            continue
        content = content_of_node(tree, node)
        jar = parse_jar(content) if content else None
        if jar is None:
            continue
        layer = bringing_layer(tree, node)
        own = own_coordinates(jar, node.name)
        if own is not None:
            yield _package(own, layer, node, (node,))
        for coordinates in contained(jar, own):
            if coordinates not in inside or layer < inside[coordinates][0]:
                inside[coordinates] = layer, node
    for coordinates, (layer, node) in inside.items():
        yield _package(coordinates, layer, node, ())


def contained(jar: Jar, own: Coordinates | None) -> Iterator[Coordinates]:
    """Yield what was packed into `jar`, which itself is `own`: by unpacking others into it, or as jars in it."""
    yield from (each for each in jar.coordinates if each != own)
    for inner in jar.nested:
        itself = own_coordinates(inner, inner.path.rpartition("/")[2])
        if itself is not None:
            yield itself
        yield from (each for each in inner.coordinates if each != itself)


def own_coordinates(jar: Jar, name: str) -> Coordinates | None:
    """Return what the jar in a file called `name` is; None if nothing tells a name and a version."""
    stem = name.rpartition(".")[0]
    title = jar.manifest.get("Implementation-Title", "")
    named = [each for each in jar.coordinates if stem == f"{each.artifact}-{each.version}"]
    named += [each for each in jar.coordinates if _is_called_after(stem, each.artifact) or each.artifact == title]
    # Whoever unpacks other jars into theirs may leave those alone to say what they are.
    if len(jar.coordinates) == 1 and (jar.nested or _words(stem) & _words(jar.coordinates[0].artifact)):
        named += jar.coordinates
    return named[0] if named else _by_manifest(jar, stem)


def _is_called_after(stem: str, artifact: str) -> bool:
    return stem == artifact or (stem.startswith(f"{artifact}-") and stem[len(artifact) + 1 :][:1].isdigit())


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", name.lower()))


def _by_manifest(jar: Jar, stem: str) -> Coordinates | None:
    if len(stem) > _LONGEST_NAME:
        return None
    versioned = _VERSIONED_NAME.fullmatch(stem)
    artifact, version = versioned.groups() if versioned else (stem, "")
    version = version or next((jar.manifest[key] for key in _VERSIONS if key in jar.manifest), "")
    vendor = jar.manifest.get("Implementation-Vendor-Id", "")
    return Coordinates(vendor if _GROUP.fullmatch(vendor) else "", artifact, version) if artifact and version else None


def _package(coordinates: Coordinates, layer: int, archive: Node, files: tuple[Node, ...]) -> InstalledPackage:
    prefix = f"{coordinates.group}:" if coordinates.group else ""
    return InstalledPackage(
        name=f"{prefix}{coordinates.artifact}",
        version=coordinates.version,
        type="maven",
        layer=layer,
        found_in=archive.path,
        files=files,
    )


PROBE = Probe(
    name="java-archives",
    # The directory of a zip file is at its end.
    wants=tuple(Want(glob=f"**/*{ending}", reduce=reduce_jar, tail=_TAIL) for ending in _ENDINGS),
    find=_find,
)
