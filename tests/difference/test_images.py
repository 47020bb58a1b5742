"""What differs between two images, attributed to layers, packages and files."""

from __future__ import annotations

from imgscope.analyze import Inspection
from imgscope.difference.document import Difference
from imgscope.difference.images import difference_of
from tests.support.images import BuiltLayer, directory, file, layer, opaque, symlink, whiteout
from tests.support.memory import inspect

STATUS = "var/lib/dpkg/status"
BASE = layer(
    file(STATUS, "Package: tool\nStatus: install ok installed\nVersion: 1\n\n"),
    file("var/lib/dpkg/info/tool.list", "/.\n/usr\n/usr/tool\n/usr/link\n/usr/lib\n/usr/lib/tool.so\n"),
    directory("usr"),
    file("usr/tool", "v1"),
    created_by="ADD root.tar / # buildkit",
)


def upgrade(version: int) -> BuiltLayer:
    return layer(
        file(STATUS, f"Package: tool\nStatus: install ok installed\nVersion: {version}\n\n"),
        file("usr/tool", f"version {version}"),
        symlink("usr/link", "tool"),
        directory("usr/lib"),
        file("usr/lib/tool.so", "so"),
        created_by="RUN /bin/sh -c apt-get upgrade # buildkit",
    )


def compare(old: tuple[BuiltLayer, ...] | Inspection, new: tuple[BuiltLayer, ...] | Inspection) -> Difference:
    before, after = (each if isinstance(each, Inspection) else inspect(*each) for each in (old, new))
    return difference_of(before, after)


def attributed(difference: Difference) -> list[tuple[str, int, str | None, list[str]]]:
    return [
        (layer.image, layer.layer, group.package, [f"{path.change} {path.path}" for path in group.paths])
        for layer in difference.layers
        for group in layer.packages
    ]


def test_an_image_and_itself_are_the_same_in_whatever_layers_and_compression() -> None:
    image = (BASE, upgrade(2))
    for other in (image, (BASE, layer(compression="zstd"), layer(file("x")), layer(whiteout("x")), upgrade(2))):
        difference = compare(image, other)
        assert difference.same
        assert difference.complete
        assert (*difference.layers, *difference.packages, *difference.configuration) == ()
    assert compare(image, image).shared_layers == 2


def test_what_a_layer_of_the_new_image_brought_is_attributed_to_it_and_to_the_package_that_has_it() -> None:
    difference = compare((BASE,), (BASE, upgrade(2)))
    assert attributed(difference) == [
        ("new", 1, "tool", ["added usr/lib", "added usr/lib/tool.so", "added usr/link", "modified usr/tool"]),
        ("new", 1, None, [f"modified {STATUS}"]),
    ]
    (layer,) = difference.layers
    assert (layer.instruction, layer.delta) == ("RUN apt-get upgrade", len("version 2") - len("v1") + len("so"))
    assert [(each.name, each.old_version, each.new_version) for each in difference.packages] == [("tool", "1", "2")]
    assert (difference.same, difference.shared_layers) == (False, 1)
    assert (difference.paths.added, difference.paths.modified, difference.paths.removed) == (3, 2, 0)


def test_what_a_layer_of_the_new_image_removed_is_attributed_to_it() -> None:
    many = layer(directory("d"), file("d/a", "1"), file("d/b", "22"), directory("d/e"), file("d/e/c", "333"))
    for removing in (whiteout("d"), file("d", "now a file")):
        difference = compare((many,), (many, layer(removing)))
        assert {(each.image, each.layer) for each in difference.layers} == {("new", 1)}
    difference = compare((many,), (many, layer(opaque("d"))))
    assert {(each.image, each.layer) for each in difference.layers} == {("new", 1)}
    assert compare((many,), (many, layer(whiteout("d/a")))).layers[0].delta == -1


def test_what_is_gone_with_a_layer_of_the_old_image_is_attributed_to_that() -> None:
    difference = compare((BASE, upgrade(2)), (BASE,))
    assert [(layer.image, layer.layer) for layer in difference.layers] == [("old", 1)]
    assert attributed(difference)[0][2] == "tool"
    assert difference.paths.removed == 3


def test_what_an_old_layer_removed_and_is_there_again_is_attributed_to_the_layer_that_does_not_remove_it_any_more() -> (
    None
):
    difference = compare((BASE, layer(whiteout("usr/tool"))), (BASE,))
    assert attributed(difference) == [("old", 1, "tool", ["added usr/tool"])]


def test_of_images_that_share_nothing_each_change_is_of_the_layer_that_has_it() -> None:
    old = (layer(file("a", "1"), file("b", "2")), layer(file("c", "3")))
    new = (layer(file("x", "0")), layer(file("a", "one"), file("d", "4")))
    assert attributed(compare(old, new)) == [
        ("new", 0, None, ["added x"]),
        ("new", 1, None, ["modified a", "added d"]),
        ("old", 0, None, ["removed b"]),
        ("old", 1, None, ["removed c"]),
    ]


def test_sizes_are_those_that_a_container_sees_and_the_deltas_of_layers_sum_up_to_their_difference() -> None:
    difference = compare((BASE, layer(file("a", "x" * 100))), (BASE, upgrade(3), layer(file("b", "y" * 30))))
    delta = difference.new.visible_bytes - difference.old.visible_bytes
    assert sum(layer.delta for layer in difference.layers) == delta
    for each in difference.layers:
        assert each.delta == sum(group.delta for group in each.packages)
        for group in each.packages:
            assert group.delta == sum(path.delta for path in group.paths)


def test_times_do_not_make_images_different() -> None:
    difference = compare((layer(file("a", "x")),), (layer(file("a", "x", mtime=1)),))
    assert (difference.same, difference.paths.times_only) == (True, 1)


def test_a_difference_of_what_could_not_be_read_whole_is_not_complete() -> None:
    lost = inspect(BASE, upgrade(2), replaced={upgrade(2).digest: None})
    difference = compare((BASE,), lost)
    assert not difference.complete
    assert not difference.new.complete
    assert difference.old.complete
