"""`imgscope IMAGE --platform list`: every platform with its size and digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope.text import format_size
from tests.support.command_line import Run
from tests.support.image_files import blob_path, write_docker_archive, write_oci_layout
from tests.support.images import BuiltImage, file, image, index, layer
from tests.support.registry import Registry


def of(platform: str, size: int, **fields: object) -> BuiltImage:
    content = layer(file("data", bytes(range(256)) * size), compression="none")
    return image([content], platform=platform, config_fields=fields or None)


AMD64, ARM = of("linux/amd64", 10), of("linux/arm/v7", 2000)
WINDOWS = of("windows/amd64", 5, **{"os.version": "10.0.20348.1"})
NESTED = index(index(AMD64, ARM, attested=True), index(ARM, AMD64))


def line(built: BuiltImage, width: int = 12) -> str:
    size = format_size(sum(len(each.blob) for each in built.layers))
    return f"{built.platform:{width}}  {size:>7}  {built.manifest_digest}"


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    for each in NESTED.images:
        registry.add(each, tag=None)
    registry.add(NESTED)
    return registry


@pytest.fixture
def host(registry: Registry) -> Iterator[str]:
    with registry.serve() as host:
        yield host


def test_C34_every_platform_is_a_line_in_nested_indexes_too(run: Run, host: str) -> None:
    ended = run(f"{host}/team/app", "--platform", "list")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [line(AMD64), line(ARM)]


def test_no_layer_is_fetched_and_nothing_twice(run: Run, host: str, registry: Registry) -> None:
    run(f"{host}/team/app", "--platform", "list")
    asked = [f"{seen.method} {seen.path}" for seen in registry.requests]
    assert len(asked) == len(set(asked)) == 6
    assert all(seen.kind == "manifests" for seen in registry.requests)


def test_C22_resolving_a_tag_costs_no_pull(run: Run, host: str, registry: Registry) -> None:
    run(f"{host}/team/app", "--platform", "list")
    by_tag = [seen.method for seen in registry.requests if seen.path.endswith("/latest")]
    assert by_tag == ["HEAD"]


def test_a_layout_lists_its_platforms(run: Run, tmp_path: Path) -> None:
    ended = run(f"oci:{write_oci_layout(tmp_path, {'v1': index(AMD64, ARM)})}", "--platform", "list", "--no-tui")
    assert ended.out.splitlines() == [line(AMD64), line(ARM)]


def test_an_archive_is_one_platform(run: Run, tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", AMD64, style="legacy")
    assert run(path, "--platform", "list").out.startswith("linux/amd64  ")


def test_windows_is_shown_with_its_version(run: Run, tmp_path: Path) -> None:
    silent = image(
        WINDOWS.layers, platform="windows/amd64", listed_platform=False, config_fields={"os.version": "10.0.20348.1"}
    )
    ended = run(f"oci:{write_oci_layout(tmp_path, {'v1': index(silent)})}", "--platform", "list")
    assert ended.out.startswith("windows/amd64 (10.0.20348.1)  ")


def test_a_platform_that_cannot_be_read_has_a_question_mark_and_makes_the_exit_code(run: Run, tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path, {"v1": index(AMD64, ARM)})
    (path / blob_path(ARM.manifest_digest)).unlink()
    ended = run(f"oci:{path}", "--platform", "list")
    assert ended.code == 3
    assert ended.out.splitlines()[1].split() == ["linux/arm/v7", "?", ARM.manifest_digest]
    assert ended.err.startswith("imgscope: linux/arm/v7: ")
    assert "has no file blobs/sha256/" in ended.err


def test_audit_refuses_to_list(run: Run, layout: Path) -> None:
    ended = run("audit", f"oci:{layout}", "--platform", "list")
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.splitlines() == [
        "imgscope: --platform list only lists the platforms of one image, so nothing would be inspected",
        "  hint: list them with: imgscope IMAGE --platform list",
    ]


def test_a_list_is_no_report(run: Run, layout: Path) -> None:
    ended = run(f"oci:{layout}", "--platform", "list", "-o", "json")
    assert (ended.code, ended.out) == (2, "")
    assert "writes no report" in ended.err


def test_only_the_help_of_who_can_list_says_so(run: Run) -> None:
    assert "OS/ARCH[/VARIANT]|list" in run("x", "--help").out
    assert "list" not in run("audit", "--help").out.split("--platform")[1].split("--jobs")[0]
