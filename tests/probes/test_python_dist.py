"""Python's distributions, beside importlib.metadata on those that are installed here, and in older forms."""

from __future__ import annotations

import sysconfig
import time
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import LimitError
from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes import python_dist
from imgscope.probes._python_metadata import (
    egg_requirements,
    parse_metadata,
    recorded_paths,
    reduce_metadata,
    reduce_record,
)
from tests.support.images import Entry, file, hard_link, layer
from tests.support.memory import tree_of

SITE = "usr/lib/python3.12/site-packages"
FLASK = """Metadata-Version: 2.4
Name: Flask
Version: 3.0.1
Requires-Dist: Werkzeug>=3.0.0
Requires-Dist: importlib-metadata>=3.6.0; python_version < "3.10"
Requires-Dist: python_dotenv ; extra == 'dotenv'
Description-Content-Type: text/markdown

Name: not a header
Requires-Dist: nothing
"""


def packages_of(tree: FileTree) -> dict[str, InstalledPackage]:
    found = [fact for fact in python_dist.PROBE.find(tree) if isinstance(fact, InstalledPackage)]
    return {package.name: package for package in found}


def distribution(name: str, *paths: str, site: str = SITE, record: str | None = None) -> tuple[Entry, ...]:
    """What an installer leaves: files at `paths`, all of them recorded."""
    info = f"{site}/{name}-1.dist-info"
    recorded = "".join(f"{path},sha256=x,1\n" for path in paths) + f"{name}-1.dist-info/RECORD,,\n"
    return (
        file(f"{info}/METADATA", f"Name: {name}\nVersion: 1\n"),
        file(f"{info}/RECORD", recorded if record is None else record),
        *(file(f"{site}/{path}", path) for path in paths if ".." not in path),
    )


def test_a_distribution_is_what_its_metadata_say() -> None:
    (flask,) = packages_of(tree_of((file(f"{SITE}/flask-3.0.1.dist-info/METADATA", FLASK),))).values()
    assert (flask.name, flask.version, flask.type, flask.layer) == ("Flask", "3.0.1", "python", 0)
    assert flask.needs == ("werkzeug", "importlib-metadata")
    assert flask.provides == ("flask",)
    assert flask.found_in == f"{SITE}/flask-3.0.1.dist-info"


def test_all_that_is_installed_here_is_found_with_the_files_that_are_recorded() -> None:
    site = Path(sysconfig.get_path("purelib"))
    kept = ("METADATA", "RECORD", "PKG-INFO")
    described = [path for path in sorted(site.glob("*.dist-info/*")) if path.name in kept]
    whole = sorted(path for path in (site / "pluggy").rglob("*") if path.is_file())
    tree = tree_of(tuple(file(f"{SITE}/{path.relative_to(site)}", path.read_bytes()) for path in [*described, *whole]))
    packages = packages_of(tree)
    installed = {each.name: each for each in metadata.distributions(path=[str(site)])}
    assert {name: each.version for name, each in installed.items()} == {
        name: package.version for name, package in packages.items()
    }
    recorded = {f"{SITE}/{path}" for path in installed["pluggy"].files or () if (site / path).is_file()}
    present = {node.path for node in tree.files}
    assert {node.path for node in packages["pluggy"].files} == recorded & present
    assert len(whole) < len(packages["pluggy"].files)


def test_recorded_paths_lead_out_of_the_site_and_through_quotes() -> None:
    record = '../../../bin/a,sha256=x,1\n"a,""b"".py",,\n/opt/c,,\nmissing.py,,\n,,\n"unterminated\n..,,\n'
    tree = tree_of(
        (
            *distribution("a", record=record),
            file("usr/bin/a", "x"),
            file(f'{SITE}/a,"b".py', "x"),
            file("opt/c", "x"),
        )
    )
    assert [node.path for node in packages_of(tree)["a"].files] == [
        "usr/bin/a",
        f'{SITE}/a,"b".py',
        "opt/c",
        f"{SITE}/a-1.dist-info/METADATA",
        f"{SITE}/a-1.dist-info/RECORD",
    ]


def test_what_is_vendored_in_another_distribution_is_listed_but_its_files_are_of_the_outer() -> None:
    vendored = distribution("aa", "aa.py", site=f"{SITE}/zz/_vendor")
    inner = [entry.path.removeprefix(f"{SITE}/") for entry in vendored]
    tree = tree_of((*distribution("zz", *inner), *vendored))
    packages = packages_of(tree)
    assert set(packages) == {"aa", "zz"}
    assert packages["aa"].files == ()
    assert len(packages["zz"].files) == len(inner) + 2


def test_a_distribution_in_uvs_cache_is_not_installed_but_what_is_linked_to_it_is() -> None:
    cache = "root/.cache/uv/archive-v0/x1"
    cached = distribution("a", "a.py", site=cache)
    linked = tuple(hard_link(entry.path.replace(cache, SITE), entry.path) for entry in cached)
    (package,) = packages_of(tree_of((*cached, *linked))).values()
    assert {node.path for node in package.files} == {entry.path for entry in linked}


def test_installers_mark_what_was_asked_for() -> None:
    marked = file(f"{SITE}/a-1.dist-info/REQUESTED")
    unmarked = distribution("c", site="opt/venv/lib/site-packages")
    tree = tree_of((*distribution("a"), marked, *distribution("b"), *unmarked))
    assert {name: package.is_requested for name, package in packages_of(tree).items()} == {
        "a": True,
        "b": False,
        "c": None,
    }


def test_eggs_are_found_in_every_form() -> None:
    described = "Name: {}\nVersion: 2\n"
    tree = tree_of(
        (
            file(f"{SITE}/file-2.egg-info", described.format("file")),
            file(f"{SITE}/directory-2.egg-info/PKG-INFO", described.format("directory")),
            file(f"{SITE}/directory-2.egg-info/requires.txt", "dep>=1\n\n[extra]\nother\n"),
            file(f"{SITE}/directory-2.egg-info/installed-files.txt", "../directory.py\nPKG-INFO\n"),
            file(f"{SITE}/directory.py", "x"),
            file(f"{SITE}/zipped-2-py3.9.egg/EGG-INFO/PKG-INFO", described.format("zipped")),
            file(f"{SITE}/zipped-2-py3.9.egg/zipped.py", "x"),
            file("src/PKG-INFO", described.format("source")),
        )
    )
    packages = packages_of(tree)
    assert {name: (package.version, package.needs, len(package.files)) for name, package in packages.items()} == {
        "file": ("2", (), 1),
        "directory": ("2", ("dep",), 4),
        "zipped": ("2", (), 2),
    }


def test_a_distribution_belongs_to_the_layer_that_brought_this_version() -> None:
    path = f"{SITE}/a-1.dist-info/METADATA"
    text = "Name: a\nVersion: 1\n"
    (package,) = packages_of(tree_of(layer(), layer(file(path, text)), layer(file(path, text, uid=7)))).values()
    assert package.layer == 1


def test_what_an_interrupted_installation_leaves_is_no_distribution() -> None:
    assert (
        packages_of(tree_of((file(f"{SITE}/a-1.dist-info/RECORD", "a.py,,\n"), file(f"{SITE}/x.egg-info", "")))) == {}
    )


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ("a_b-1.0.dist-info", ("a_b", "1.0")),
        ("a-2-py3.9.egg-info", ("a", "2")),
        ("a.egg-info", None),
        ("-1.dist-info", None),
    ],
)
def test_where_the_metadata_say_nothing_the_name_of_the_directory_does(
    directory: str, expected: tuple[str, str] | None
) -> None:
    found = parse_metadata(b"", directory)
    assert (found and (found.name, found.version)) == expected


def test_more_recorded_files_than_any_image_has_are_a_limit_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_dist, "_MOST_RECORDED", 3)
    with pytest.raises(LimitError, match="record more than the 3 files"):
        packages_of(tree_of(distribution("a", "a.py", "b.py", "c.py")))


_LINES = st.lists(st.sampled_from([*FLASK.splitlines(), " folded", "\r", "name:", "Version: \x85"])).map("\n".join)


@given(st.binary() | _LINES.map(str.encode))
def test_what_is_kept_of_metadata_says_the_same_and_is_kept_as_it_is(content: bytes) -> None:
    kept = reduce_metadata(content)
    assert reduce_metadata(kept) == kept
    assert parse_metadata(kept, "d-1.dist-info") == parse_metadata(content, "d-1.dist-info")
    egg_requirements(content)


@given(st.binary() | st.lists(st.sampled_from(['"', ",", "\n", "a", '""', "\r"])).map("".join).map(str.encode))
def test_what_is_kept_of_a_record_is_kept_as_it_is(content: bytes) -> None:
    kept = reduce_record(content)
    assert reduce_record(kept) == kept
    assert all(recorded_paths(kept))


@pytest.mark.parametrize("line", [b'"', b'"\n', b'"""\n', b"a,b,c\n", b"Requires-Dist: a;;;;\n", b"\n"])
def test_huge_files_take_little_time_and_keep_little(line: bytes) -> None:
    content = line * (1024 * 1024 // len(line))
    started = time.process_time()
    assert len(reduce_record(content)) <= 16 * 1024 * 1024
    assert len(parse_metadata(reduce_metadata(content), "a-1.dist-info").needs) <= 1  # type: ignore[union-attr]
    assert time.process_time() - started < 5
