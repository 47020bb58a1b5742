"""The numbers here are those of dive 0.13.1 for the same layers."""

from __future__ import annotations

import pytest

from imgscope.filesystem.efficiency import dive_score, inefficient_paths
from imgscope.filesystem.stack import stack
from imgscope.layer.index import LayerEntry, LayerIndex
from tests.filesystem.layers import directory, file, hard_link, layer, opaque, symlink, whiteout


def sized(path: str, size: int) -> LayerEntry:
    return file(path, bytes(size))


D = directory("d")
CASES = {
    "overwritten, deleted, and a directory deleted": (
        [
            layer(sized("a", 100), sized("b", 50), D, sized("d/x", 1000), sized("d/y", 2000)),
            layer(sized("a", 120), whiteout("b")),
            layer(whiteout("d")),
        ],
        0.9728867623604466,
        [("a", 2, 220), ("b", 2, 50)],
    ),
    "opaque": (
        [layer(sized("a", 100), D, sized("d/x", 1000)), layer(D, opaque("d"), sized("d/z", 7))],
        1.0,
        [],
    ),
    "directories listed again": ([layer(D, sized("d/x", 1000)), layer(D), layer(D)], 1.0, [("d", 2, 0)]),
    "a file over a directory": ([layer(D, sized("d/x", 1000)), layer(sized("d", 44))], 1.0, []),
    "a file over a directory, then removed": (
        [layer(D, sized("d/x", 1000)), layer(sized("d", 44)), layer(whiteout("d"))],
        0.9578544061302682,
        [("d", 2, 44)],
    ),
    "removed, written again, and the directory removed": (
        [layer(D, sized("d/x", 1000)), layer(D, whiteout("d/x")), layer(D, sized("d/x", 10)), layer(whiteout("d"))],
        0.00980392156862745,
        [("d/x", 3, 1010)],
    ),
    "through a linked directory": (
        [
            layer(directory("u"), sized("u/x", 1000), symlink("l", "u")),
            layer(sized("l/x", 33)),
            layer(whiteout("l/x")),
        ],
        0.968054211035818,
        [("l/x", 2, 33)],
    ),
    "hard links": (
        [layer(sized("x", 1000), hard_link("h", "x")), layer(whiteout("x")), layer(sized("h", 30))],
        0.0,
        [("x", 2, 1000), ("h", 2, 30)],
    ),
    "twice in one layer": ([layer(sized("x", 1000), sized("x", 30)), layer(sized("x", 5))], 1 / 7, [("x", 2, 35)]),
}


@pytest.mark.parametrize(("layers", "score", "paths"), CASES.values(), ids=CASES)
def test_score_and_wasted_paths_are_those_of_dive(
    layers: list[LayerIndex], score: float, paths: list[tuple[str, int, int]]
) -> None:
    tree = stack(layers)
    assert dive_score(tree).efficiency == pytest.approx(score, abs=1e-15)
    assert [(each.path, each.count, each.total_size) for each in inefficient_paths(tree)] == paths


def test_an_image_of_nothing_wastes_nothing() -> None:
    assert dive_score(stack([])).efficiency == 1.0
    assert dive_score(stack([layer(directory(""), file("empty"))])).efficiency == 1.0


def test_a_whiteout_of_nothing_does_not_hide_the_rest_of_its_layer() -> None:
    """There dive stops, and takes the path for one of -1 bytes."""
    tree = stack([layer(sized("a", 100)), layer(whiteout("zzz"), sized("a", 5))])
    assert dive_score(tree).efficiency == 5 / 105
