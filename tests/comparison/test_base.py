"""What an image is built on: an image that is named, or what its history tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from imgscope import analyze
from imgscope.analyze import Inspection
from imgscope.cache import LayerCache
from imgscope.comparison.base import base_of
from imgscope.errors import UsageError
from imgscope.sources.base import ImageHead
from tests.support.images import BuiltImage, file, image, layer
from tests.support.memory import MemorySource

_LAYERS: Final = [layer(file(name, name)) for name in "abc"]


def inspected(built: BuiltImage) -> Inspection:
    return analyze.inspect_source(MemorySource(built))


def head(count: int) -> ImageHead:
    return MemorySource(image(_LAYERS[:count])).resolve(None)


def test_of_the_images_that_are_named_the_one_with_the_most_of_its_layers_is_its_base() -> None:
    base = base_of(inspected(image(_LAYERS)), [None, head(1), head(2), head(2)])
    assert (base.layer_count, base.position) == (2, 2)
    assert base.evidence == "the lowest 2 layers are those of example.com/app:1"
    assert base.config == head(2).config


def test_an_image_that_was_not_changed_is_its_own_base() -> None:
    assert base_of(inspected(image(_LAYERS)), [head(3)]).layer_count == 3


_HISTORY: Final = [
    {"created": "2024-01-01T00:00:00Z", "created_by": "ADD root"},
    {"created": "2024-01-01T00:00:01Z", "created_by": 'CMD ["sh"]', "empty_layer": True},
    {"created": "2024-02-01T00:00:00Z", "created_by": "RUN make"},
    {"created": "2024-02-01T00:00:01Z", "created_by": "COPY . ."},
]


def test_without_one_that_is_named_history_tells() -> None:
    other = MemorySource(image([layer(file("other", "x"))])).resolve(None)
    base = base_of(inspected(image(_LAYERS, config_fields={"history": _HISTORY})), [other])
    assert (base.layer_count, base.position, base.config) == (1, None, None)
    assert base.evidence.startswith("history goes on after the start command")


def test_an_earlier_build_of_the_image_that_was_inspected_before_is_not_its_base(tmp_path: Path) -> None:
    cache = analyze.Options(cache=LayerCache(tmp_path))
    analyze.inspect_source(MemorySource(image(_LAYERS[:2])), options=cache)
    mine = analyze.inspect_source(MemorySource(image(_LAYERS, config_fields={"history": _HISTORY})), options=cache)
    assert mine.report.image.base is not None
    assert mine.report.image.base.layer_count == 2
    assert base_of(mine, []).layer_count == 1


def test_where_nothing_tells_the_error_says_what_to_name() -> None:
    other = MemorySource(image([layer(file("other", "x"))])).resolve(None)
    with pytest.raises(UsageError) as raised:
        base_of(inspected(image(_LAYERS)), [other, None])
    assert raised.value.message == (
        "what example.com/app:1 is built on cannot be told: its lowest layers are not those of any image to compare, "
        "and its history does not say"
    )
    assert "imgscope compare BASE" in (raised.value.hint or "")


def test_a_configuration_that_tells_no_layers_makes_no_base() -> None:
    """An image with no diff_ids would be the base of everything."""
    config = json.loads(image(_LAYERS[:1]).config)
    empty = MemorySource(image(_LAYERS[:1], config_fields={"rootfs": {"type": "layers", "diff_ids": []}})).resolve(None)
    assert config["rootfs"]["diff_ids"]
    with pytest.raises(UsageError):
        base_of(inspected(image(_LAYERS)), [empty])
