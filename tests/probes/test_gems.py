"""Ruby gems: the specifications that RubyGems of several versions writes, and the files that are a gem's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.gems import PROBE, parse_specification, reduce_specification
from tests.support.images import directory, file, layer, symlink
from tests.support.memory import tree_of

# As RubyGems 3.3 writes it.
TINY = """# -*- encoding: utf-8 -*-
# stub: tiny 1.2.3.pre x86_64-linux lib
# stub: ext/tiny/extconf.rb

Gem::Specification.new do |s|
  s.name = "tiny".freeze
  s.version = "1.2.3.pre"
  s.platform = "x86_64-linux".freeze

  s.description = "s.name = 1".freeze
  s.rubygems_version = "3.3.15".freeze

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<tiny-dep>.freeze, ["~> 0.9"])
    s.add_development_dependency(%q<rake>.freeze, [">= 0"])
  else
    s.add_dependency(%q<tiny-dep>.freeze, ["~> 0.9"])
    s.add_dependency(%q<rake>.freeze, [">= 0"])
  end
end
"""
ROOT = "usr/local/bundle"


def packages_of(tree: FileTree) -> list[InstalledPackage]:
    return [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]


def test_a_gem_is_what_its_specification_says_with_its_files_in_all_places() -> None:
    tree = tree_of(
        (
            file(f"{ROOT}/specifications/tiny-1.2.3.pre-x86_64-linux.gemspec", TINY),
            file(f"{ROOT}/gems/tiny-1.2.3.pre-x86_64-linux/lib/tiny.rb", "x"),
            file(f"{ROOT}/extensions/x86_64-linux/3.1.0/tiny-1.2.3.pre-x86_64-linux/tiny.so", "x"),
            file(f"{ROOT}/cache/tiny-1.2.3.pre-x86_64-linux.gem", "x"),
            file(f"{ROOT}/build_info/tiny-1.2.3.pre-x86_64-linux.info", "x"),
            file(f"{ROOT}/gems/tiny-2/lib/tiny.rb", "of another version"),
        )
    )
    (gem,) = packages_of(tree)
    assert (gem.name, gem.version, gem.type, gem.architecture) == ("tiny", "1.2.3.pre", "gem", "x86_64-linux")
    assert gem.needs == ("tiny-dep",)
    assert gem.found_in == f"{ROOT}/specifications/tiny-1.2.3.pre-x86_64-linux.gemspec"
    assert sorted(node.path.removeprefix(f"{ROOT}/").partition("/")[0] for node in gem.files) == [
        "build_info",
        "cache",
        "extensions",
        "gems",
        "specifications",
    ]


@pytest.mark.parametrize("place", ["specifications", "specifications/default"])
def test_gems_that_come_with_ruby_are_gems_too(place: str) -> None:
    tree = tree_of((file(f"usr/lib/ruby/gems/3.1.0/{place}/json-2.6.1.gemspec", "# stub: json 2.6.1 ruby lib\n"),))
    (gem,) = packages_of(tree)
    assert (gem.name, gem.version, gem.architecture) == ("json", "2.6.1", None)


def test_other_files_of_that_name_and_specifications_that_say_nothing_are_no_gems() -> None:
    tree = tree_of(
        (
            file("app/tiny.gemspec", TINY),
            file("g/specifications/empty.gemspec", ""),
            directory("g/specifications/directory.gemspec"),
            symlink("g/specifications/loop.gemspec", "loop.gemspec"),
        )
    )
    assert packages_of(tree) == []


def test_a_gem_belongs_to_the_layer_that_brought_it_whoever_owns_it_later() -> None:
    path = "g/specifications/json-1.gemspec"
    stub = "# stub: json 1 ruby lib\n"
    (gem,) = packages_of(tree_of(layer(file(path, stub)), layer(file(path, stub, uid=1000))))
    assert gem.layer == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s.name = 'a'\ns.version = Gem::Version.new(\"1.0\")\n", ("a", "1.0", ())),
        ('s.name = %q{a}\ns.version = "1"\n', None),
        ("# stub: a 1 ruby lib\ns.add_dependency(%q<b>, [])\ns.add_dependency 'c'\n", ("a", "1", ("b", "c"))),
        ('s.name = "a"\n', None),
    ],
)
def test_other_ways_to_write_it(text: str, expected: tuple[str, str, tuple[str, ...]] | None) -> None:
    found = parse_specification(text.encode())
    assert (found and (found.name, found.version, found.needs)) == expected


@given(st.binary() | st.lists(st.sampled_from(TINY.splitlines(keepends=True))).map("".join).map(str.encode))
def test_what_is_kept_says_the_same_and_is_kept_as_it_is(content: bytes) -> None:
    kept = reduce_specification(content)
    assert reduce_specification(kept) == kept
    assert parse_specification(kept) == parse_specification(content)


@pytest.mark.parametrize("line", [b"\n", b" ", b"# stub: a b\n", b's.add_dependency("a")\n', b"s.name" + b" " * 100])
def test_a_huge_specification_takes_little_time_and_keeps_little(line: bytes) -> None:
    started = time.process_time()
    assert len(reduce_specification(line * (4 * 1024 * 1024 // len(line)))) < 200_000
    assert time.process_time() - started < 5
