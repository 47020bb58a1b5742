"""imgscope as a library."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import imgscope
from imgscope import progress as events
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, index, layer


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An OCI layout with one image for two platforms."""
    images = [
        image([layer(file("etc/os-release", f"ID={name}"))], platform=platform)
        for name, platform in [("debian", "linux/amd64"), ("alpine", "linux/arm64")]
    ]
    return write_oci_layout(tmp_path / "layout", {"latest": index(*images)})


def test_an_inspection_is_one_call_and_gives_a_report(layout: Path) -> None:
    report = imgscope.inspect(f"oci:{layout}", platform="linux/amd64")
    assert isinstance(report, imgscope.ImageReport)
    assert (report.distro.id, report.image.layer_count, report.complete) == ("debian", 1, True)


def test_a_path_is_enough_where_it_says_what_it_is(layout: Path) -> None:
    assert imgscope.inspect(str(layout), platform="arm64").distro.id == "alpine"


def test_a_report_does_not_depend_on_the_images_that_were_inspected_before(tmp_path: Path) -> None:
    below = layer(file("etc/os-release", "ID=debian"))
    built = {"base": image([below]), "app": image([below, layer(file("app", "x"))])}
    path = write_oci_layout(tmp_path / "layout", built)
    imgscope.inspect(f"oci:{path}:base", platform="linux/amd64")
    report = imgscope.inspect(f"oci:{path}:app", platform="linux/amd64")
    assert report.image.base is None
    assert [found.from_base for found in report.layers] == [False, False]


def test_progress_is_told_to_whoever_asks(layout: Path) -> None:
    seen: list[events.Event] = []
    imgscope.inspect(str(layout), platform="linux/amd64", jobs=1, progress=seen.append)
    assert isinstance(seen[0], events.ImageFound)
    assert isinstance(seen[-2], events.LayerRead)
    assert isinstance(seen[-1], events.TrafficSeen)


def test_an_inspection_that_was_cancelled_says_so(layout: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(imgscope.errors.Cancelled):
        imgscope.inspect(str(layout), platform="linux/amd64", cancelled=cancelled)


@pytest.mark.parametrize(
    ("reference", "platform", "exit_code"),
    [("", None, 2), ("./nowhere", None, 2), ("Upper", None, 2), ("nginx", "linux/amd64/v1/x", 2)],
)
def test_what_goes_wrong_is_an_ImgscopeError_with_the_exit_code_of_the_command_line(
    reference: str, platform: str | None, exit_code: int
) -> None:
    with pytest.raises(imgscope.ImgscopeError) as raised:
        imgscope.inspect(reference, platform=platform)
    assert raised.value.exit_code == exit_code


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import imgscope, sys; print({'msgspec', 'httpx', 'rich', 'textual', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_name_that_is_not_there_is_an_AttributeError() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = imgscope.nonsense
