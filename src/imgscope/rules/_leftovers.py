"""What leftover rules have in common: found files or packages become one claim a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules.base import Claim


def claims_on_paths(
    image: InspectedImage,
    roots: Iterable[Node],
    *,
    what: str,
    fix: str,
    severity: Severity | None = None,
    counts: Callable[[Node], bool] = lambda _: True,
) -> Iterator[Claim]:
    """Yield a claim for each layer that brought files in or below `roots` for which `counts` holds.

    Roots that hold no bytes of such files yield nothing.
    """
    files: dict[int, dict[Node, None]] = {}
    paths: dict[int, dict[str, None]] = {}
    for root in roots:
        for node in root.walk():
            if node.size and image.counts(node) and counts(node):
                files.setdefault(node.content_layer, {})[node] = None
                paths.setdefault(node.content_layer, {})[root.path] = None
    for layer, claimed in sorted(files.items()):
        yield Claim(
            layer=layer,
            files=tuple(claimed),
            roots=tuple(paths[layer]),
            packages=(),
            what=what,
            fix=fix,
            confidence="high",
            severity=severity,
        )


def claims_on_packages(
    image: InspectedImage,
    packages: Iterable[InstalledPackage],
    *,
    what: str,
    fix: Callable[[list[InstalledPackage]], str],
    severity: Severity | None = None,
) -> Iterator[Claim]:
    """Yield a claim for each layer that brought any of `packages`, largest first; `fix` advises on them."""
    by_layer: dict[int, list[InstalledPackage]] = {}
    for package in packages:
        by_layer.setdefault(package.layer, []).append(package)
    for layer, brought in sorted(by_layer.items()):
        brought.sort(key=lambda package: (-image.size_of_package(package), package.name))
        yield Claim(
            layer=layer,
            files=tuple(dict.fromkeys(node for package in brought for node in image.files_of(package))),
            roots=(),
            packages=tuple(package.name for package in brought),
            what=what,
            fix=fix(brought),
            confidence="high",
            severity=severity,
        )


def directories_named(image: InspectedImage, *names: str) -> Iterator[Node]:
    """Yield the directories of the image whose path ends with one of `names`, such as `.cache/pip`."""
    # Making a path costs more than looking at a name, and nearly every name rules the path out.
    last = {name.rpartition("/")[2] for name in names}
    for node in image.tree.nodes:
        if node.name in last and node.is_directory and any(f"/{node.path}".endswith(f"/{name}") for name in names):
            yield node


def existing(image: InspectedImage, *paths: str) -> Iterator[Node]:
    """Yield the nodes at those of `paths` that are in the image."""
    for path in paths:
        node = image.tree.resolve(path)
        if node is not None:
            yield node
