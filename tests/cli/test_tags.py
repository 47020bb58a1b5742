"""`imgscope tags`: one tag a line, in the order that people expect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import Run
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import with_headers

TAGS = ["latest", "1.9", "1.10-rc1", "1.10", "1.10-alpine", "v2.0"]


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    for tag in TAGS:
        registry.add(image([layer(file("a"))]), tag=tag)
    return registry


@pytest.fixture
def host(registry: Registry) -> Iterator[str]:
    with registry.serve() as host:
        yield host


def test_tags_are_printed_one_a_line_in_order(run: Run, host: str) -> None:
    ended = run("tags", f"{host}/team/app")
    assert (ended.code, ended.out.splitlines(), ended.err) == (0, TAGS, "")


def test_a_limit_keeps_the_highest_versions(run: Run, host: str) -> None:
    assert run("tags", f"docker://{host}/team/app", "--limit", "2").out.splitlines() == TAGS[-2:]
    assert run("tags", f"{host}/team/app", "--limit", "200").out.splitlines() == TAGS


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_of_nothing_is_a_usage_error(run: Run, host: str, limit: str) -> None:
    assert run("tags", f"{host}/team/app", "--limit", limit).code == 2


def test_how_far_it_is_is_told_on_stderr_unless_quiet(run: Run, host: str, registry: Registry) -> None:
    registry.page_size = 4
    ended = run("tags", f"{host}/team/app")
    assert ended.out.splitlines() == TAGS
    assert ended.err == "imgscope: 4 tags so far\n"
    assert run("tags", f"{host}/team/app", "--quiet").err == ""


def test_C21_what_the_registry_warns_of_is_a_note(run: Run, host: str, registry: Registry) -> None:
    registry.misbehave(with_headers("tags", warning='299 - "moving to another host"'))
    assert run("tags", f"{host}/team/app", "-q").err == "imgscope: note: moving to another host\n"


def test_a_repository_that_is_not_there_is_told(run: Run, host: str) -> None:
    ended = run("tags", f"{host}/team/application")
    assert ended.code == 3
    assert ended.out == ""
    assert ended.err.splitlines()[0] == f"imgscope: {host} has no repository team/application"


@pytest.mark.parametrize(
    ("name", "hint"), [("team/app:1.0", "team/app"), ("localhost:5000/a/b:1", "localhost:5000/a/b")]
)
def test_a_tag_is_no_repository(run: Run, name: str, hint: str) -> None:
    ended = run("tags", name)
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"imgscope: {name!r} names an image, where a repository is expected",
        f"  hint: leave out the tag or digest: {hint}",
    ]


def test_only_registries_have_tags(run: Run, layout: Path) -> None:
    ended = run("tags", f"oci:{layout}")
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"imgscope: 'oci:{layout}' is no repository in a registry",
        "  hint: name one, such as nginx or ghcr.io/org/app",
    ]


@pytest.mark.parametrize("name", ["", "oci:nowhere", "./nowhere", "ghcr.io/Upper", "a b"])
def test_what_is_no_name_is_a_usage_error(run: Run, name: str) -> None:
    ended = run("tags", name)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("imgscope: ")


def test_the_help_names_what_tags_takes(run: Run) -> None:
    shown = run("tags", "--help").out
    assert "--limit" in shown
    assert "--insecure-registry" in shown
