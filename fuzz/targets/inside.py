"""What ls, why and diff say of an image with any layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from fuzz.images import inspected
from fuzz.targets import image
from imgscope.difference.images import difference_of
from imgscope.errors import ImgscopeError
from imgscope.facts import InspectedImage
from imgscope.inside.finding import near_paths
from imgscope.inside.history import history_of_path
from imgscope.inside.listing import list_image, list_layer

_EMPTY: Final = inspected(b"")
_MOST_PATHS: Final = 3


def target(data: bytes) -> None:
    """Everything in the image is listed, has a history, and is what makes it differ from an empty one."""
    inspection = inspected(data)
    tree = inspection.image.tree
    listed = list_image(inspection.image, recursive=True, order="size").paths
    assert {each.path for each in listed} == {node.path for node in tree.nodes} - {""}
    for number in range(len(tree.layers)):
        list_layer(inspection.image, number, recursive=True)
    for each in listed[:_MOST_PATHS]:
        _check_path(inspection.image, each.path)
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


def seeds() -> Mapping[str, bytes]:
    """Those of whole images."""
    return image.seeds()
