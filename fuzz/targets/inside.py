"""What ls, cat, why and diff say of an image with any layers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

import msgspec

from fuzz.images import inspected, source_of
from fuzz.targets import image
from imgscope.analyze import Inspection, all_wants, inspect_source
from imgscope.difference.images import difference_of
from imgscope.errors import ImgscopeError
from imgscope.facts import InspectedImage
from imgscope.filesystem.tree import FileTree
from imgscope.inside.content import find_file, open_file
from imgscope.inside.finding import near_paths
from imgscope.inside.history import history_of_path
from imgscope.inside.listing import list_image, list_layer
from imgscope.inside.top_down import tree_for
from imgscope.limits import DEFAULT_LIMITS
from imgscope.progress import ignore
from imgscope.reading import ReadingTerms
from imgscope.sources.base import ImageHead
from tests.support.memory import MemorySource

_EMPTY: Final = inspected(b"")
_MOST_PATHS: Final = 3
_TERMS: Final = ReadingTerms(
    wants=all_wants(), limits=DEFAULT_LIMITS, cache=None, progress=ignore, cancelled=threading.Event()
)


def target(data: bytes) -> None:
    """Everything in the image is listed, has a history, and is what makes it differ from an empty one."""
    source = source_of(data)
    inspection = inspect_source(source)
    tree = inspection.image.tree
    listed = list_image(inspection.image, recursive=True, order="size").paths
    assert {each.path for each in listed} == {node.path for node in tree.nodes} - {""}
    for number in range(len(tree.layers)):
        list_layer(inspection.image, number, recursive=True)
    for each in listed[:_MOST_PATHS]:
        _check_path(inspection.image, each.path)
        _check_content(source, inspection, each.path)
    difference = difference_of(_EMPTY, inspection)
    assert difference.same is False or not listed
    assert difference_of(inspection, inspection).same
    assert msgspec.to_builtins(difference)


def _check_path(of: InspectedImage, path: str) -> None:
    try:
        history = history_of_path(of, path)
        assert history.exists
        assert history.events
        near_paths(of.tree, f"{path}x")
        list_image(of, path)
    except ImgscopeError as error:
        assert error.message


def _check_content(source: MemorySource, inspection: Inspection, path: str) -> None:
    """What a file holds is what was read of it, and is found without reading more layers than that takes."""
    head, tree = inspection.head, inspection.image.tree
    wanted = _content(source, head, tree, path)
    if all(layer.error is None for layer in tree.layers):
        few, settled = tree_for(source, head, path, _TERMS)
        assert _content(source, settled, few, path) == wanted


def _content(source: MemorySource, head: ImageHead, tree: FileTree, path: str) -> bytes | str:
    try:
        node = find_file(tree, path)
        with open_file(source, head, tree, node, verified=True) as pieces:
            content = b"".join(pieces)
    except ImgscopeError as error:
        return error.message
    assert len(content) == node.size
    return content


def seeds() -> Mapping[str, bytes]:
    """Those of whole images."""
    return image.seeds()
