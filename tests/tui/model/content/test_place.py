"""Which file a path means, in the image or as a layer had it."""

from __future__ import annotations

from imgscope.tui.model.content.place import find_file, place_lines
from tests.support.images import directory, file, hard_link, layer, symlink, whiteout
from tests.support.memory import inspect

IMAGE = inspect(
    layer(
        directory("etc", mode=0o700),
        file("etc/a", "1" * 2000, mode=0o640, uid=7),
        file("etc/gone", "x"),
        hard_link("etc/b", "etc/a"),
        symlink("link", "etc/a"),
        hard_link("lost", "nowhere"),
    ),
    layer(file("etc/a", "22"), whiteout("etc/gone")),
).image


def told(path: str, layer: int | None = None) -> list[str]:
    place = find_file(IMAGE, path, layer)
    assert place is not None
    return [line.text for line in place_lines(place)]


def test_a_file_is_what_the_image_has_or_a_layer_had() -> None:
    assert told("etc/a") == ["/etc/a", "-rw-r--r-- · 0:0 · 2 B · layer 1"]
    assert told("etc/a", 0) == ["/etc/a", "-rw-r----- · 7:0 · 2.00 kB · layer 0"]
    assert told("etc/a", 1) == told("etc/a")


def test_what_a_layer_removed_is_as_it_was_before() -> None:
    assert find_file(IMAGE, "etc/gone", None) is None
    place = find_file(IMAGE, "etc/gone", 1)
    assert place is not None
    assert place.file is not None
    assert place.in_image is None
    assert find_file(IMAGE, "nothing", 1) is None


def test_links_lead_to_their_file_and_other_names_keep_their_content() -> None:
    assert told("link") == ["/link → /etc/a", "lrwxrwxrwx · 0:0 · 2 B · layer 0"]
    other = find_file(IMAGE, "etc/b", None)
    assert other is not None
    assert other.content is not None
    assert other.content.size == 2000
    assert told("etc/b")[1].endswith("2.00 kB · layer 0")


def test_what_has_no_content_says_why() -> None:
    for path, why in {
        "lost": "this is a hard link to a file that is not there",
        "etc": "this is a directory",
    }.items():
        place = find_file(IMAGE, path, None)
        assert place is not None
        assert place.file is None
        assert place.nothing == why
