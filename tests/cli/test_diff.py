"""`imgscope diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import Run, debian
from tests.support.image_files import write_docker_archive, write_oci_layout
from tests.support.images import BuiltImage, file, image, index, layer
from tests.support.registry import Registry

BASE = layer(file("etc/os-release", "ID=debian\n"), file("a", "x" * 1000))


def built(*contents: str, platform: str = "linux/amd64", listed: bool = False) -> BuiltImage:
    layers = [layer(file("b", content)) for content in contents]
    return image([BASE, *layers], platform=platform, listed_platform=listed)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An image."""
    return write_oci_layout(tmp_path / "old", {"latest": built("1")})


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Its successor."""
    return write_oci_layout(tmp_path / "new", {"latest": built("22", "333")})


def test_what_changed_is_printed(run: Run, old: Path, new: Path) -> None:
    ended = run("diff", old, new)
    assert (ended.code, ended.err) == (0, "")
    assert "Files: 1 changed (+2 B)" in ended.out
    assert "+2 B  layer 2 of new" in ended.out


def test_the_exit_code_says_whether_they_differ_where_that_is_asked_for(run: Run, old: Path, new: Path) -> None:
    assert run("diff", old, new, "--exit-code").code == 1
    assert run("diff", old, old, "--exit-code").code == 0
    assert run("diff", old, old).out.endswith("no differences\n")


def test_an_image_and_its_docker_archive_and_zstd_forms_do_not_differ(run: Run, tmp_path: Path) -> None:
    gzip = built("1")
    layers = [layer(raw=each.tar, compression="zstd", created_by=each.created_by) for each in gzip.layers]
    zstd = write_oci_layout(tmp_path / "zstd", {"latest": image(layers, listed_platform=False)})
    layout = write_oci_layout(tmp_path / "gzip", {"latest": gzip})
    for style in ("new", "legacy"):
        archive = write_docker_archive(tmp_path / f"{style}.tar", gzip, style=style)
        assert run("diff", layout, f"docker-archive:{archive}", "--exit-code").code == 0
    assert run("diff", zstd, layout, "--exit-code", "-o", "json").document["same"] is True


def test_every_format_is_written_in_one_run(run: Run, old: Path, new: Path, tmp_path: Path) -> None:
    ended = run(
        "diff", old, new, "-o", f"json={tmp_path / 'd.json'}", "-o", f"markdown={tmp_path / 'd.md'}", "-o", "text"
    )
    assert ended.code == 0
    assert json.loads((tmp_path / "d.json").read_bytes())["same"] is False
    assert (tmp_path / "d.md").read_text().startswith("### 🔀 ")
    assert "Files: " in ended.out


@pytest.mark.parametrize(
    "arguments",
    [["-o", "html"], ["-o", "json=/nonexistent/x"], ["--platform", "a/b/c/d"], ["--platform", "list"], ["--jobs", "0"]],
)
def test_what_cannot_be_understood_is_exit_code_2(run: Run, old: Path, new: Path, arguments: list[str]) -> None:
    ended = run("diff", old, new, *arguments)
    assert (ended.code, ended.out) == (2, "")


def test_one_image_is_not_enough(run: Run, old: Path) -> None:
    assert run("diff", old).code == 2


def test_an_image_that_cannot_be_found_is_named(run: Run, old: Path, tmp_path: Path) -> None:
    empty = write_oci_layout(tmp_path / "empty", {"other": debian()})
    ended = run("diff", old, f"oci:{empty}:latest", "--exit-code")
    assert ended.code == 3
    assert str(empty) in ended.err


def test_what_could_not_be_read_whole_is_exit_code_3_and_reported_all_the_same(
    run: Run, old: Path, tmp_path: Path
) -> None:
    broken = image([BASE, layer(raw=b"broken" * 300)], listed_platform=False)
    ended = run("diff", old, write_oci_layout(tmp_path / "broken", {"latest": broken}), "--exit-code")
    assert ended.code == 3
    assert "incomplete" in ended.out
    assert "layer sha256:" in ended.err


def test_layers_that_both_have_are_fetched_once(run: Run) -> None:
    registry = Registry()
    registry.add(built("1"), tag="old")
    registry.add(built("1", "2"), tag="new")
    with registry.serve() as host:
        options = ("--insecure-registry", host, "--no-cache")
        ended = run("diff", f"{host}/team/app:old", f"{host}/team/app:new", *options)
    assert ended.code == 0, ended.err
    blobs = [
        path
        for path in registry.asked("blobs")
        if path.rpartition("/")[2] in {each.digest for each in built("1", "2").layers}
    ]
    assert len(blobs) == len(set(blobs)) == 3
    assert not [path for path in registry.asked() if "referrers" in path]


def test_every_platform_that_both_have_is_compared_and_others_are_named(run: Run, tmp_path: Path) -> None:
    def several(arm: str, extra: str) -> object:
        listed = [
            built("1", listed=True),
            built(arm, platform="linux/arm64", listed=True),
            built("3", platform=extra, listed=True),
        ]
        return index(*listed, attested=True)

    old = write_oci_layout(tmp_path / "o", {"1": several("1", "linux/386")})  # type: ignore[dict-item]
    new = write_oci_layout(tmp_path / "n", {"1": several("22", "linux/s390x")})  # type: ignore[dict-item]
    ended = run("diff", old, new, "--platform", "all", "-o", "json", "--exit-code")
    assert ended.code == 1
    told = {each["platform"]: each for each in ended.document["platforms"]}
    assert {name: each.get("onlyIn") for name, each in told.items()} == {
        "linux/amd64": None, "linux/arm64": None, "linux/386": "old", "linux/s390x": "new",
    }  # fmt: skip
    assert told["linux/amd64"]["difference"]["same"] is True
    assert told["linux/arm64"]["difference"]["same"] is False
    assert run("diff", old, old, "--platform", "all", "--exit-code").code == 0


def test_no_platform_in_common_is_exit_code_2(run: Run, tmp_path: Path) -> None:
    for name in ("amd64", "arm64"):
        write_oci_layout(tmp_path / name, {"1": built("1", platform=f"linux/{name}", listed=True)})
    ended = run("diff", tmp_path / "amd64", tmp_path / "arm64", "--platform", "all")
    assert ended.code == 2
    assert "have no platform in common: linux/amd64 and linux/arm64" in ended.err
