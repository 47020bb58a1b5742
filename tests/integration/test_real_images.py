"""What imgscope says of images that real tools built and a real registry serves, held against what other tools say."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from imgscope.text import format_size
from tests.support.command import Ended, imgscope
from tests.support.debian import MUSL_ROOT_PACKAGES
from tests.support.real_images import DebianImage, MuslImage

pytestmark = pytest.mark.integration

_LISTS = ("var/lib/apt/lists/", "var/cache/apt/pkgcache.bin", "var/cache/apt/srcpkgcache.bin")
_ARCHIVES = "var/cache/apt/archives/"
_DOCUMENTATION = "usr/share/doc/"


@pytest.fixture(scope="module")
def debian_json(debian: DebianImage) -> Ended:
    """The JSON report on the Debian image."""
    return imgscope("audit", debian.reference, "-o", "json")


@pytest.fixture(scope="module")
def debian_report(debian_json: Ended) -> Any:
    """The JSON report on the Debian image, decoded."""
    assert debian_json.exit_code == 0, debian_json.stderr
    return debian_json.document


@pytest.fixture(scope="module")
def debian_text(debian: DebianImage) -> str:
    """The text report on the Debian image."""
    ended = imgscope(debian.reference, "--no-tui")
    assert ended.exit_code == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def musl_report(musl: MuslImage) -> Any:
    """The JSON report on the image on musl, decoded."""
    ended = imgscope("audit", musl.reference, "-o", "json")
    assert ended.exit_code == 0, ended.stderr
    return ended.document


def test_the_report_on_debian_is_complete(debian_report: Any) -> None:
    assert debian_report["complete"] is True
    assert debian_report["failures"] == []


def test_debian_12_is_recognised(debian_report: Any) -> None:
    distro = debian_report["distro"]
    assert (distro["id"], distro["versionId"], distro["confidence"]) == ("debian", "12", "high")


def test_glibc_is_recognised_and_its_loader_is_the_proof(debian_report: Any) -> None:
    libc = debian_report["libc"]
    assert (libc["family"], libc["version"], libc["confidence"]) == ("glibc", "2.36", "high")
    assert "/ld-linux-" in libc["loader"]
    assert any(libc["loader"] in sentence for sentence in libc["evidence"])
    assert libc["binaries"]["glibc"] > 100
    assert libc["binaries"]["musl"] == 0


def test_as_many_packages_are_found_as_dpkg_says_are_installed(debian: DebianImage, debian_report: Any) -> None:
    assert len(debian_report["packages"]) == debian.package_count
    assert {package["type"] for package in debian_report["packages"]} == {"deb"}


def test_packages_are_put_to_the_layer_that_brought_them(debian_report: Any) -> None:
    layers = {package["name"]: package["layer"] for package in debian_report["packages"]}
    assert (layers["bash"], layers["gcc"]) == (DebianImage.ROOT, DebianImage.GCC)


def test_layers_have_the_sizes_that_skopeo_and_tar_give(debian: DebianImage, debian_report: Any) -> None:
    reported = [(layer["digest"], layer["compressedSize"], layer["unpackedSize"]) for layer in debian_report["layers"]]
    assert reported == [(layer.digest, layer.compressed_size, layer.unpacked_size) for layer in debian.layers]
    assert debian_report["image"]["compressedSize"] == sum(layer.compressed_size for layer in debian.layers)
    assert debian_report["image"]["unpackedSize"] == sum(layer.unpacked_size for layer in debian.layers)


def test_layers_have_the_instructions_of_the_containerfile(debian_report: Any) -> None:
    instructions = [layer["instruction"] for layer in debian_report["layers"]]
    assert [instruction["keyword"] for instruction in instructions] == ["ADD", "RUN", "RUN", "COPY", "RUN"]
    assert instructions[DebianImage.LISTS]["text"] == "apt-get update"


def test_the_compiler_is_left_over_from_the_layer_that_installed_it(debian: DebianImage, debian_report: Any) -> None:
    group = _leftover(debian_report, "compiler")
    assert "gcc" in group["packages"]
    assert group["layers"] == [DebianImage.GCC]
    compiler_itself = debian.layers[DebianImage.GCC].size_below("usr/lib/gcc/")
    assert compiler_itself <= group["bytes"] < debian.layers[DebianImage.GCC].unpacked_size


def test_apt_lists_and_archives_are_left_over_with_their_exact_size(debian: DebianImage, debian_report: Any) -> None:
    lists, archives = _leftover(debian_report, "package-index"), _leftover(debian_report, "package-cache")
    assert lists["bytes"] == _size_in_the_end(debian, *_LISTS)
    assert DebianImage.LISTS in lists["layers"]
    assert archives["bytes"] == _size_in_the_end(debian, _ARCHIVES)
    assert archives["layers"] == [DebianImage.GCC]


def test_deleting_in_a_later_layer_is_shown_as_waste(debian: DebianImage, debian_report: Any) -> None:
    shipped = {layer: debian.layers[layer].size_below(_DOCUMENTATION) for layer in (DebianImage.ROOT, DebianImage.GCC)}
    assert debian_report["waste"]["byCause"]["deleted"] >= sum(shipped.values())
    for layer, size in shipped.items():
        assert debian_report["layers"][layer]["wastedBytes"] >= size
    wasteful = {finding["layer"] for finding in debian_report["findings"] if finding["ruleId"] == "deleted-later"}
    assert wasteful >= set(shipped)


def test_the_text_says_what_the_image_is(debian: DebianImage, debian_text: str) -> None:
    head = " ".join(debian_text.partition("Layers")[0].split())
    for expected in ("Debian GNU/Linux 12", "glibc 2.36", f"{debian.package_count} packages", "5 layers"):
        assert expected in head
    assert "ld-linux-" in debian_text


def test_the_text_has_a_row_for_each_layer_with_its_sizes(debian: DebianImage, debian_text: str) -> None:
    rows = [line.split() for line in debian_text.splitlines()]
    for position, layer in enumerate(debian.layers):
        sizes = [*format_size(layer.compressed_size).split(), *format_size(layer.unpacked_size).split()]
        assert any(row[: len(sizes) + 1] == [str(position), *sizes] for row in rows), (position, sizes)


def test_the_text_prices_the_compiler_and_the_lists(debian_report: Any, debian_text: str) -> None:
    for kind in ("compiler", "package-index"):
        assert f"{format_size(_leftover(debian_report, kind)['bytes'])}   {kind} " in debian_text
    assert f"layer {DebianImage.GCC}: RUN apt-get install -y --no-install-recommends gcc" in debian_text


def test_musl_is_recognised_with_proof(musl: MuslImage, musl_report: Any) -> None:
    libc = musl_report["libc"]
    assert (libc["family"], libc["version"], libc["confidence"]) == ("musl", musl.musl_version, "high")
    assert libc["loader"].startswith("lib/ld-musl-")
    assert any(f"/{libc['loader']}" in sentence for sentence in libc["evidence"])
    assert any(musl.musl_version in sentence for sentence in libc["evidence"])
    assert libc["binaries"]["musl"] == 1
    assert libc["binaries"]["static"] >= 1


def test_an_alpine_is_recognised_with_its_packages(musl_report: Any) -> None:
    assert musl_report["distro"]["id"] == "alpine"
    assert [package["type"] for package in musl_report["packages"]] == ["apk"] * MUSL_ROOT_PACKAGES


def test_reports_are_valid_by_the_schema_that_imgscope_prints(debian_report: Any, musl_report: Any) -> None:
    printed = imgscope("schema")
    assert printed.exit_code == 0, printed.stderr
    validator = jsonschema.Draft202012Validator(printed.document)
    validator.check_schema(printed.document)
    for report in (debian_report, musl_report):
        validator.validate(report)


def test_a_second_run_gives_the_same_bytes_but_for_what_is_under_run(debian: DebianImage, debian_json: Ended) -> None:
    second = imgscope("audit", debian.reference, "-o", "json")
    assert _before_run(second) == _before_run(debian_json)


def _before_run(ended: Ended) -> str:
    """Return the report up to `run`, which is its last member."""
    assert list(ended.document)[-1] == "run"
    return ended.stdout.rpartition('"run":')[0]


def _leftover(report: Any, kind: str) -> Any:
    groups = [group for group in report["leftovers"]["groups"] if group["kind"] == kind]
    assert len(groups) == 1, [group["kind"] for group in report["leftovers"]["groups"]]
    return groups[0]


def _size_in_the_end(debian: DebianImage, *prefixes: str) -> int:
    """Return the bytes of the files below `prefixes` in the topmost layer that has each; nothing deletes them later."""
    seen: dict[str, int] = {}
    for layer in debian.layers:
        seen.update({path: size for path, size in layer.files.items() if path.startswith(prefixes)})
    return sum(seen.values())
