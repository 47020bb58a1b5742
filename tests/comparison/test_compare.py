"""Differences from the baseline and layers that images share, and what single images are told by."""

from __future__ import annotations

from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.compare import side_by_side
from imgscope.comparison.data import ComparedImage, SharedLayers, SizeDifference
from imgscope.comparison.images import image_of_head, image_of_inspection
from imgscope.report import Severity
from tests.comparison.bases import inspected
from tests.support.images import BuiltLayer, directory, file, image, layer, step, symlink
from tests.support.memory import MemorySource
from tests.support.roots import executable, glibc_program, glibc_root

_LOW: Final = layer(file("etc/os-release", "ID=debian\nPRETTY_NAME=Debian\n"), *glibc_root())
_HIGH: Final = layer(file("app", bytes(range(256)) * 40))
_SECRET: Final = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
_OTHER: Final = layer(file("other", "x" * 100))


def head_of(*layers: BuiltLayer) -> ComparedImage:
    return image_of_head(MemorySource(image(layers)).resolve(None))


def test_sizes_are_held_against_the_baseline() -> None:
    one, two = head_of(_LOW, _HIGH), head_of(_LOW)
    compared = side_by_side([one, two, one], 0)
    assert [each.compressed_difference for each in compared] == [
        None,
        SizeDifference(
            bytes=-len(_HIGH.blob), percent=round(-100 * len(_HIGH.blob) / (len(_LOW.blob) + len(_HIGH.blob)), 1)
        ),
        SizeDifference(bytes=0, percent=0.0),
    ]
    assert side_by_side([one, two], 1)[0].compressed_difference == SizeDifference(
        bytes=len(_HIGH.blob), percent=round(100 * len(_HIGH.blob) / len(_LOW.blob), 1)
    )


def test_of_nothing_there_is_no_percentage() -> None:
    compared = side_by_side([head_of(), head_of(_LOW)], 0)
    assert compared[1].compressed_difference == SizeDifference(bytes=len(_LOW.blob), percent=None)


def test_layers_are_shared_with_the_baseline_and_with_all_wherever_they_are() -> None:
    compared = side_by_side([head_of(_LOW, _HIGH), head_of(_HIGH, _LOW), head_of(_OTHER, _LOW)], 0)
    low, high = len(_LOW.blob), len(_HIGH.blob)
    assert compared[0].shared_with_baseline is None
    assert compared[1].shared_with_baseline == SharedLayers(count=2, compressed_size=low + high)
    assert compared[2].shared_with_baseline == SharedLayers(count=1, compressed_size=low)
    assert {each.shared_with_all for each in compared} == {SharedLayers(count=1, compressed_size=low)}


def test_a_layer_compressed_in_another_way_is_the_same_layer() -> None:
    again = layer(*(file("etc/os-release", "ID=debian\nPRETTY_NAME=Debian\n"), *glibc_root()), compression="zstd")
    compared = side_by_side([head_of(_LOW), head_of(again)], 0)
    assert compared[1].shared_with_baseline == SharedLayers(count=1, compressed_size=len(again.blob))


def test_a_head_tells_what_an_image_starts_with_secrets_left_out() -> None:
    config = {
        "User": "app",
        "Env": [
            "PYTHON_VERSION=3.12.4",
            "GPG_KEY=A035",
            "TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "X_VERSION=?",
        ],
        "Entrypoint": ["/app", f"--token={_SECRET}"],
        "Healthcheck": {"Test": ["CMD", "true"]},
        "Labels": {"org.opencontainers.image.version": "1.2.3"},
    }
    head = MemorySource(image([_LOW], config=config)).resolve(None)
    told = image_of_head(head)
    assert (told.user, told.entrypoint, told.created) == ("app", ("/app", told.entrypoint[1]), "2023-11-14T22:13:20Z")
    assert told.versions == {"PYTHON_VERSION": "3.12.4", "org.opencontainers.image.version": "1.2.3"}
    assert told.healthcheck is not None
    assert told.healthcheck.test == ("CMD", "true")
    assert told.contents is None
    assert _SECRET not in repr(told)


def single() -> Inspection:
    shells = (executable("usr/bin/bash", glibc_program()), symlink("bin/sh", "/usr/bin/bash"), file("bin/dash", "x"))
    status = "Package: tool\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nInstalled-Size: 7\n\n"
    return inspected(
        [
            layer(file("etc/os-release", "ID=debian\nPRETTY_NAME=Debian\n"), *glibc_root(), *shells),
            step('CMD ["bash"]'),
            layer(
                file("var/lib/dpkg/status", status), file("var/lib/apt/lists/x", "x" * 999), directory("usr/bin/apk")
            ),
            layer(executable("usr/bin/apt-get", glibc_program()), file("bin/dash", "xy")),
        ],
        {"Cmd": ["bash"]},
    )


def test_every_figure_is_that_of_the_report() -> None:
    inspection = single()
    report, contents = inspection.report, image_of_inspection(inspection).contents
    assert contents is not None
    assert (contents.unpacked_size, contents.file_count) == (report.image.unpacked_size, report.image.file_count)
    assert (contents.distro, contents.libc) == (report.distro, report.libc)
    assert (contents.package_count, contents.largest_packages[0].name) == (1, "tool")
    assert contents.largest_packages[0].bytes == 7 * 1024
    assert (contents.leftover_bytes, contents.wasted_bytes) == (report.leftovers.bytes, report.waste.wasted_bytes)
    assert contents.leftover_bytes >= 999
    assert contents.wasted_bytes > 0
    counted = {
        severity.value: sum(finding.severity is severity for finding in report.findings) for severity in Severity
    }
    assert {name: getattr(contents.findings, name) for name in counted} == counted


def test_tools_are_those_that_a_container_can_start() -> None:
    contents = image_of_inspection(single()).contents
    assert contents is not None
    assert (contents.shells, contents.package_managers) == (("sh", "bash"), ("apt",))
