"""What leftover rules have in common: found files or packages become one claim a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Confidence, Severity
from imgscope.rules.base import Claim

_MOST_DIRECTORIES: Final = 20
# Deep enough to tell one language's libraries from another's: usr/lib/python3.11.
_DEPTH_OF_MANY: Final = 3


def claims_on_paths(
    image: InspectedImage,
    roots: Iterable[Node],
    *,
    what: str,
    fix: str,
    severity: Severity | None = None,
    confidence: Confidence = "high",
    counts: Callable[[Node], bool] = lambda _: True,
) -> Iterator[Claim]:
    """Yield a claim for each layer that brought files in or below `roots` for which `counts` holds.

    Roots that hold no bytes of such files yield nothing; nor does what has another name elsewhere, and so stays:
    uv and pnpm link what they install to their caches.
    """
    files: dict[int, dict[Node, None]] = {}
    paths: dict[int, dict[str, None]] = {}
    inside = [(root, node) for root in roots for node in root.walk() if node.size]
    gone = {id(node) for _, node in inside}
    for root, node in inside:
        if image.counts(node) and counts(node) and not image.has_other_names(node, gone):
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
            confidence=confidence,
            severity=severity,
        )


def claims_on_files(
    image: InspectedImage,
    files: Iterable[Node],
    *,
    what: str,
    fix: str,
    confidence: Confidence = "high",
    severity: Severity | None = None,
) -> Iterator[Claim]:
    """Yield a claim for each layer that brought any of `files`; the directories they are in stand for them.

    Where these are very many, what is above them does.
    """
    by_layer: dict[int, list[Node]] = {}
    for node in files:
        if node.size and image.counts(node):
            by_layer.setdefault(node.content_layer, []).append(node)
    for layer, claimed in sorted(by_layer.items()):
        yield Claim(
            layer=layer,
            files=tuple(claimed),
            roots=tuple(_directories_of(claimed)),
            packages=(),
            what=what,
            fix=fix,
            confidence=confidence,
            severity=severity,
        )


def _directories_of(files: Iterable[Node]) -> Iterable[str]:
    """Return the paths of the directories that hold `files`, those with the most bytes first."""
    sizes: dict[Node, int] = {}
    for node in files:
        above = node.parent or node
        sizes[above] = sizes.get(above, 0) + node.size
    roots = sorted(sizes, key=lambda above: -sizes[above])
    if len(roots) <= _MOST_DIRECTORIES:
        return (root.path for root in roots)
    return dict.fromkeys("/".join(root.path.split("/")[:_DEPTH_OF_MANY]) for root in roots)


def with_extensions(image: InspectedImage, *extensions: str) -> Iterator[Node]:
    """Yield the files whose names end with one of these, written without their dot."""
    for extension in extensions:
        yield from image.files_by_extension.get(extension, ())


def directories_named(image: InspectedImage, *names: str) -> Iterator[Node]:
    """Yield the directories of the image whose path ends with one of `names`, such as `.cache/pip`."""
    for name in names:
        for node in image.directories_by_name.get(name.rpartition("/")[2], ()):
            if f"/{node.path}".endswith(f"/{name}"):
                yield node


def unused(image: InspectedImage, roots: Iterable[Node]) -> list[Node]:
    """Return those of `roots` into which no symbolic link from outside of them leads.

    What tools only link to, as uv, PDM and pnpm can be told to, is where the program itself is.
    """
    candidates = list(roots)
    if not candidates:
        return []
    names = {root.name for root in candidates}
    links = (node for node in image.tree.nodes if node.is_symlink and any(name in node.link_name for name in names))
    used: set[Node] = set()
    for link in links:
        target = image.tree.resolve(link.link_name, base=link.parent)
        if target is not None and not any(_is_below(link, root) for root in candidates):
            used.update(root for root in candidates if _is_below(target, root))
    return [root for root in candidates if root not in used]


def _is_below(node: Node, root: Node) -> bool:
    above = node.parent
    while above is not None and above is not root:
        above = above.parent
    return above is root


def existing(image: InspectedImage, *paths: str) -> Iterator[Node]:
    """Yield the nodes at those of `paths` that are in the image."""
    for path in paths:
        node = image.tree.resolve(path)
        if node is not None:
            yield node
