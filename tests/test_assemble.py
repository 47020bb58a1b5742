"""From what was found to the report: sums that agree, orders that hold, and nothing that a builder made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope import analyze
from imgscope.report import HealthcheckReport, ImageReport
from tests.support.images import BuiltLayer, Entry, directory, file, hard_link, image, layer, opaque, symlink, whiteout
from tests.support.memory import MemorySource, inspect


def report_of(**fields: Any) -> ImageReport:
    return analyze.inspect_source(MemorySource(image([layer(file("a", "a"))], **fields))).report


_PATHS = ("a", "b", "d/a", "d/b", "d/e/a")
_entries = st.one_of(
    st.builds(
        file, st.sampled_from(_PATHS), st.sampled_from([b"", b"x" * 10, b"y" * 10, b"z" * 999]), uid=st.integers(0, 1)
    ),
    st.builds(whiteout, st.sampled_from([*_PATHS, "d", "d/e"])),
    st.builds(opaque, st.sampled_from(["d", "d/e"])),
    st.builds(symlink, st.sampled_from(_PATHS), st.sampled_from(_PATHS)),
    st.builds(hard_link, st.sampled_from(_PATHS), st.sampled_from(_PATHS)),
)
_layers = st.builds(lambda entries: layer(*entries, compression="none"), st.lists(_entries, max_size=6))


@settings(max_examples=150)
@given(st.lists(_layers, max_size=4))
def test_whatever_layers_do_to_each_other_the_sums_agree(layers: list[BuiltLayer]) -> None:
    report = inspect(*layers).report
    waste = report.waste
    by_cause = waste.by_cause
    assert waste.wasted_bytes == sum(found.wasted_bytes for found in report.layers)
    assert waste.wasted_bytes == (
        by_cause.deleted + by_cause.overwritten + by_cause.metadata_only + by_cause.duplicate_content
    )
    assert waste.wasted_bytes == sum(path.bytes for path in waste.paths)
    assert waste.reclaimable_bytes == waste.wasted_bytes - by_cause.duplicate_content
    assert waste.wasted_bytes <= report.image.unpacked_size
    assert 0 <= waste.efficiency <= 1
    assert report.image.unpacked_size == sum(found.unpacked_size for found in report.layers)
    assert report.image.file_count == sum(found.file_count for found in report.layers)
    assert report.leftovers.bytes <= report.image.unpacked_size


def test_wasted_paths_come_costliest_first_and_name_every_layer_that_has_to_do_with_them() -> None:
    small, large = file("small", "s"), file("large", "l" * 100)
    report = inspect(
        layer(small, large), layer(file("large", "m" * 100)), layer(whiteout("small"), whiteout("large"))
    ).report
    paths = [(path.path, path.cause, path.bytes, path.copies, path.layers) for path in report.waste.paths]
    assert paths == [
        ("large", "deleted", 100, 1, (1, 2)),
        ("large", "overwritten", 100, 2, (0, 1)),
        ("small", "deleted", 1, 1, (0, 2)),
    ]


def test_a_directory_that_was_deleted_as_a_whole_is_one_wasted_path() -> None:
    below = layer(directory("d"), file("d/x", "123"), file("d/e/y", "4567"), file("z", "1"))
    report = inspect(below, layer(file("d/n", "22")), layer(whiteout("d"), whiteout("z"))).report
    assert [(path.path, path.bytes, path.copies, path.layers) for path in report.waste.paths] == [
        ("d/", 9, 3, (0, 1, 2)),
        ("z", 1, 1, (0, 2)),
    ]


def test_of_very_many_wasted_paths_the_costliest_thousand_are_listed_and_all_are_counted() -> None:
    files = [file(f"f{number:04}", f"{number:04}") for number in range(1200)]
    report = inspect(layer(*files), layer(*(whiteout(each.path) for each in files))).report
    assert len(report.waste.paths) == 1000
    assert report.waste.wasted_bytes == 1200 * 4


def test_packages_are_sorted_and_have_their_size_where_their_files_are_known() -> None:
    status = "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\nInstalled-Size: 7\n\n" for name in ("b", "a")
    )
    report = inspect(
        layer(
            file("var/lib/dpkg/status", status),
            file("var/lib/dpkg/info/b.list", "/.\n/usr/b\n/usr/also\n/usr/gone\n"),
            file("usr/b", "12345"),
            hard_link("usr/also", "usr/b"),
        )
    ).report
    assert [(package.name, package.installed_size, package.file_bytes) for package in report.packages] == [
        ("a", 7168, None),
        ("b", 7168, 5),
    ]


def test_findings_come_most_severe_first_and_then_largest() -> None:
    report = inspect(
        layer(file("var/cache/apk/a", "a" * 10)),
        layer(file("var/lib/apt/lists/b", "b" * 2_000_000)),
        layer(hard_link("broken", "gone"), file("root/.cache/pip/c", "c" * 3_000_000)),
    ).report
    assert [finding.rule_id for finding in report.findings] == [
        "pip-cache-left",
        "apt-lists-left",
        "unusual-layer",
        "apk-cache-left",
    ]


def test_the_run_configuration_is_sorted_where_it_has_no_order_of_its_own() -> None:
    run: dict[str, Any] = {
        "User": "app",
        "Env": ["B=1", "A=2"],
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "Volumes": {"/b": {}, "/a": {}},
        "Labels": {"b": "2", "a": "1"},
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 30_000_000_000, "Timeout": 0, "Retries": 3},
    }
    config = report_of(config=run).image.config
    assert config.env == ("B=1", "A=2")
    assert config.exposed_ports == ("443/tcp", "80/tcp")
    assert config.volumes == ("/a", "/b")
    assert list(config.labels) == ["a", "b"]
    assert config.healthcheck == HealthcheckReport(test=("CMD", "true"), interval_seconds=30.0, retries=3)


@pytest.mark.parametrize("interval", [10**400, -(10**30)])
def test_a_duration_that_no_builder_could_have_meant_is_left_out(interval: int) -> None:
    healthcheck = report_of(config={"Healthcheck": {"Interval": interval}}).image.config.healthcheck
    assert healthcheck == HealthcheckReport(test=())


@pytest.mark.parametrize(
    ("created", "reported"),
    [
        ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
        ("2023-11-14t22:13:20.123456789+01:00", "2023-11-14t22:13:20.123456789+01:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("yesterday", None),
        ("2023-11-14T22:13:20Z\x1b[31m", None),
        ("２０23-11-14T22:13:20Z", None),
    ],
)
def test_a_time_is_reported_only_if_it_is_one(created: str, reported: str | None) -> None:
    assert report_of(config_fields={"created": created}).image.created == reported


def test_equal_images_make_equal_reports() -> None:
    entries: list[Entry] = [file("var/cache/apk/a", "a" * 10), file("app", "x"), file("copy", "x")]
    first, second = inspect(layer(*entries)).report, inspect(layer(*entries)).report
    assert (first.findings, first.waste, first.leftovers, first.layers, first.libc) == (
        second.findings,
        second.waste,
        second.leftovers,
        second.layers,
        second.libc,
    )
