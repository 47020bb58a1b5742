"""The sample images are what their sources make, and show what their README says."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

import imgscope
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources.base import SourceOptions
from sample_images.build import build_all
from sample_images.compile import BINARIES, HERE, ZIGLANG_VERSION, compile_all

SAMPLES = build_all()


def ziglang_version() -> str | None:
    try:
        return importlib.metadata.version("ziglang")
    except importlib.metadata.PackageNotFoundError:
        return None


def inspected(name: str) -> imgscope.ImageReport:
    return imgscope.inspect(f"oci:{HERE / name}", platform="linux/amd64")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_built_again_has_the_same_content(name: str) -> None:
    """The digest of the configuration covers every layer, uncompressed: zlib is free to compress in its own way."""
    head = open_source(f"oci:{HERE / name}", SourceOptions()).resolve(Platform.parse("linux/amd64"))
    assert head.manifest.config.digest == SAMPLES[name].config_digest
    assert head.config.rootfs.diff_ids == tuple(layer.diff_id for layer in SAMPLES[name].layers)


@pytest.mark.skipif(ziglang_version() != ZIGLANG_VERSION, reason=f"ziglang {ZIGLANG_VERSION} is not installed")
def test_the_binaries_compiled_again_are_the_same(tmp_path: Path) -> None:
    compile_all(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in BINARIES.iterdir()
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_every_blob_of_a_sample_holds_its_digest(name: str) -> None:
    report = inspected(name)
    assert report.complete
    assert report.failures == ()


@pytest.mark.parametrize(
    ("name", "distro", "family", "version"),
    [
        ("glibc-fat", "debian", "glibc", "2.36"),
        ("glibc-slim", "debian", "glibc", "2.36"),
        ("musl", "alpine", "musl", "1.2.4"),
        ("static-scratch", "scratch", "none", None),
        ("glibc-on-musl", "alpine", "mixed", "1.2.4"),
    ],
)
def test_the_samples_show_each_kind_of_c_library(name: str, distro: str, family: str, version: str | None) -> None:
    report = inspected(name)
    assert (report.distro.id, report.libc.family, report.libc.version) == (distro, family, version)


def test_the_fat_sample_shows_the_leftovers_its_slim_sibling_has_not() -> None:
    fat, slim = inspected("glibc-fat"), inspected("glibc-slim")
    kinds = {group.kind for group in fat.leftovers.groups}
    assert kinds >= {"compiler", "development-packages", "package-index", "package-cache", "version-control"}
    assert {path.cause for path in fat.waste.paths} >= {"deleted", "overwritten"}
    assert fat.image.unpacked_size > 20 * slim.image.unpacked_size
    assert slim.leftovers.bytes == 0
    assert fat.layers[0].digest == slim.layers[0].digest


def test_the_program_built_for_another_c_library_is_found() -> None:
    (found,) = (each for each in inspected("glibc-on-musl").findings if each.paths == ("usr/local/bin/server",))
    assert found.rule_id == "start-command-cannot-run"
    assert found.message.endswith("(it has musl 1.2.4 with /lib/ld-musl-x86_64.so.1)")


def test_all_samples_together_stay_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file()) < 3_000_000


def test_the_readme_names_every_sample_and_says_what_they_are() -> None:
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert "synthetic" in readme
    assert all(f"| `{name}` |" in readme for name in SAMPLES)
