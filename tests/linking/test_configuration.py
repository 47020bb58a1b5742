"""How an image configures its loaders."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from imgscope.linking.configuration import LinkerConfiguration, read_configuration
from imgscope.probes.linker_configuration import PROBE
from tests.linking.test_loader_cache import written
from tests.support.images import Entry, file, symlink
from tests.support.memory import tree_of


def configuration(*entries: Entry) -> LinkerConfiguration:
    (found,) = PROBE.find(tree_of(tuple(entries)))
    assert isinstance(found, LinkerConfiguration)
    return found


def test_directories_come_in_the_order_of_ld_so_conf_and_what_it_includes() -> None:
    found = configuration(
        file("etc/ld.so.conf", "/opt/first/lib\ninclude /etc/ld.so.conf.d/*.conf\n/opt/last/lib\n"),
        file("etc/ld.so.conf.d/b.conf", "/opt/b\n"),
        file("etc/ld.so.conf.d/a.conf", "# of a\n  /opt/a=libc6  # more\n\nhwcap 0 nosegneg\n"),
        file("etc/ld.so.conf.d/c.list", "/opt/c\n"),
    )
    assert found.directories == ("/opt/first/lib", "/opt/a", "/opt/b", "/opt/last/lib")


def test_a_relative_include_starts_in_etc_and_a_link_is_followed() -> None:
    found = configuration(
        file("etc/ld.so.conf", "include ld.so.conf.d/*.conf"),
        symlink("etc/ld.so.conf.d/a.conf", "b.txt"),
        file("etc/ld.so.conf.d/b.txt", "/opt/b"),
    )
    assert found.directories == ("/opt/b",)


def test_files_that_include_each_other_are_read_once() -> None:
    found = configuration(
        file("etc/ld.so.conf", "include /etc/ld.so.conf.d/*\n/opt/a"),
        file("etc/ld.so.conf.d/x", "include /etc/ld.so.conf /etc/ld.so.conf.d/x\n/opt/x"),
    )
    assert found.directories == ("/opt/x", "/opt/a")


def test_an_image_without_a_cache_has_nothing_cached_and_one_that_cannot_be_read_is_not_known() -> None:
    assert configuration().cached == {}
    assert configuration(file("etc/ld.so.cache", "of another C library")).cached is None
    assert configuration(file("etc/ld.so.cache", written(("a", "/a")))).cached == {"a": ("/a",)}


def test_the_path_file_of_musl_has_directories_by_line_or_colon() -> None:
    found = configuration(
        file("etc/ld-musl-x86_64.path", "/lib:/usr/lib\n/opt/lib\n"), file("etc/ld-musl-config", "/no")
    )
    assert found.musl_paths == {"x86_64": ("/lib", "/usr/lib", "/opt/lib")}
    assert configuration(file("etc/ld-musl-x86_64.path")).musl_paths == {"x86_64": ()}


def test_patterns_without_end_are_followed_no_further_than_an_honest_image_has_them() -> None:
    many = [file(f"etc/ld.so.conf.d/{number:04}.conf", f"/opt/{number}") for number in range(200)]
    conf = "include /etc/ld.so.conf.d/0*.conf\n" + "include /etc/ld.so.conf.d/*x\n" * 100_000 + "/opt/last"
    started = time.process_time()
    found = configuration(*many, file("etc/ld.so.conf", conf))
    assert time.process_time() - started < 0.7
    assert found.directories == (*(f"/opt/{number}" for number in range(200)), "/opt/last")


def test_a_pattern_that_is_longer_than_any_path_matches_nothing() -> None:
    endless = "include /etc/ld.so.conf.d/a" + "*" * 5000
    found = configuration(file("etc/ld.so.conf.d/" + "a" * 200, "/opt/a"), file("etc/ld.so.conf", endless))
    assert found.directories == ()


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_whatever_the_files_hold_reading_them_ends(conf: bytes, included: bytes) -> None:
    files = {"etc/ld.so.conf": b"include /etc/ld.so.conf.d/*\n" + conf, "/etc/ld.so.conf.d/a": included}
    tree = tree_of((file("etc/ld.so.conf"), file("etc/ld.so.conf.d/a")))
    found = read_configuration(tree, files.get)
    assert len(found.directories) <= conf.count(b"\n") + included.count(b"\n") + 2
