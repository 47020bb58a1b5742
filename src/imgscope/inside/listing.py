"""The files of an image, or what one layer did to them, as `ls -l` lists them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from imgscope.facts import Accounts, InspectedImage
from imgscope.filesystem.layer_view import LayerChangeKind, LayerNode, layer_view
from imgscope.filesystem.node import Node
from imgscope.inside.finding import check_layer, find, find_named, missing
from imgscope.inside.owners import PathOwners
from imgscope.inside.state import UNLISTED, PathState, entry_of, mode_text, state_of
from imgscope.layer.index import LayerEntry
from imgscope.report import Count, LayerNumber, Path

Order = Literal["name", "size"]


class ListedPath(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line of a list.

    `mode` is as `ls -l` shows it. `user` and `group` are what the image calls the numbers in `state`, where it does.
    `links` is how many names the file has in the image. `layer` is the one that the path itself is from. `change` is
    what the layer did that was asked for: `state` then is what it ships, or what was there before it was removed.
    """

    path: Path
    mode: str
    state: PathState
    user: str | None = None
    group: str | None = None
    links: Count | None = None
    layer: LayerNumber | None = None
    package: str | None = None
    change: LayerChangeKind | None = None

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The `paths` in order. `directory` is the path of the one whose content they are; None for a list of one file."""

    directory: str | None
    paths: tuple[ListedPath, ...]


def list_image(
    image: InspectedImage, path: str = "", *, recursive: bool = False, order: Order = "name", directory: bool = False
) -> Listing:
    """Return what is in the directory that `path` leads to, or the file that it leads to.

    With `recursive`, everything below it; with `directory`, what is at the path itself. A link that leads nowhere is
    listed itself. Raises `UsageError` where nothing is there, and `LayerError` where that cannot be told.
    """
    top = find_named(image.tree, path) if directory else _top(image, path)
    if directory or not top.is_directory:
        return Listing(directory=None, paths=(_Lister(image).listed(top),))
    nodes = top.walk() if recursive else iter((top.children or {}).values())
    lister = _Lister(image)
    listed = [lister.listed(node) for node in nodes if node is not top]
    return Listing(directory=top.path, paths=_ordered(listed, order, recursive=recursive))


def list_layer(
    image: InspectedImage, number: int, path: str = "", *, recursive: bool = False, order: Order = "name"
) -> Listing:
    """Return what layer `number` added, changed and removed directly in the directory `path`, or anywhere below it.

    A path of which the layer changed nothing, and below which it changed nothing, is not listed. Raises `UsageError`
    for a layer that there is not, and where neither the image nor the layer has the path.
    """
    check_layer(number, len(image.tree.layers))
    top: LayerNode | None = layer_view(image.tree, number)
    for name in filter(None, _plain(image, path).split("/")):
        top = top.children.get(name) if top is not None else None
    if top is None:
        if image.tree.locate(path.strip("/")) is None:
            raise missing(image.tree, path)
        return Listing(directory=path.strip("/"), paths=())
    lister = _Lister(image)
    if not top.is_directory:
        return Listing(directory=None, paths=(lister.changed(top, number),))
    nodes = _below(top) if recursive else iter(top.children.values())
    listed = [lister.changed(node, number) for node in nodes if not recursive or node.kind is not None]
    return Listing(directory=top.path, paths=_ordered(listed, order, recursive=recursive))


def _top(image: InspectedImage, path: str) -> Node:
    node = image.tree.resolve(path)
    if node is None:
        named = image.tree.locate(path.strip("/"))
        if named is not None and named.is_symlink:
            return named
    return node or find(image.tree, path)


def _plain(image: InspectedImage, path: str) -> str:
    """Return where `path` leads to, where that is still there; what a layer removed is found by its own name only."""
    node = image.tree.resolve(path)
    return node.path if node is not None else path.strip("/")


def _below(top: LayerNode) -> Iterator[LayerNode]:
    waiting = list(top.children.values())
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children.values())


def _ordered(listed: list[ListedPath], order: Order, *, recursive: bool) -> tuple[ListedPath, ...]:
    if order == "size":
        return tuple(sorted(listed, key=lambda each: (-each.state.size, each.path)))
    # As a tree is walked: what is in a directory follows it.
    return tuple(sorted(listed, key=lambda each: each.path.split("/") if recursive else [each.name]))


class _Lister:
    """Makes lines of nodes; what it takes to know of the whole image is found out once."""

    def __init__(self, image: InspectedImage) -> None:
        self._image = image
        self._owners = PathOwners(image)
        self._accounts = next(iter(image.facts_of(Accounts)), Accounts())
        linked = {id(node.content) for node in image.tree.nodes if node.is_hard_link}
        self._links = Counter(id(node.content) for node in image.tree.nodes if id(node.content) in linked)
        self._files = _file_counts(image)

    def listed(self, node: Node) -> ListedPath:
        entry = entry_of(node)
        # Many packages have each directory.
        owner = self._owners.owner(node) if not node.is_directory else None
        is_directory = node.is_directory
        size = self._image.tree.size_of(node) if is_directory else None
        return ListedPath(
            path=node.path,
            mode=mode_text(entry),
            state=state_of(entry, size=size, files=self._files.get(id(node), 0) if is_directory else None),
            user=self._accounts.users.get(entry.uid),
            group=self._accounts.groups.get(entry.gid),
            links=None if is_directory else self._links.get(id(node.content), 1),
            layer=node.layer,
            package=owner.name if owner is not None else None,
        )

    def changed(self, node: LayerNode, layer: int) -> ListedPath:
        now = self._image.tree.get(node.path)
        entry = _shipped(node, now)
        size = (node.removed_size if node.kind == "removed" else node.shipped_size) if node.is_directory else None
        is_now = now is not None and now.layer == layer and not now.is_directory
        owner = self._owners.owner(now) if now is not None and is_now else None
        return ListedPath(
            path=node.path,
            mode=mode_text(entry),
            state=state_of(entry, size=size),
            user=self._accounts.users.get(entry.uid),
            group=self._accounts.groups.get(entry.gid),
            layer=layer,
            package=owner.name if owner is not None else None,
            change=node.kind,
        )


def _shipped(node: LayerNode, now: Node | None) -> LayerEntry:
    """Return what tells what the layer has; directories that only lead on are as they are in the image."""
    if node.entry is not None:
        return node.entry
    return now.entry if now is not None and now.entry is not None else UNLISTED


def _file_counts(image: InspectedImage) -> dict[int, int]:
    """Return how many files are below each directory, each content once."""
    counts: Counter[int] = Counter()
    for node in image.tree.files:
        counts[id(node)] = 1
    for node in reversed(image.tree.nodes):
        if node.parent is not None and id(node) in counts:
            counts[id(node.parent)] += counts[id(node)]
    return counts
