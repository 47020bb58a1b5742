"""Many images in one run: in their order, a few at a time, what they share fetched once, a broken one told."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from imgscope.cli import _gate
from imgscope.filesystem.tree import FileTree
from imgscope.policy.judge import judge
from imgscope.report import ImageReport
from tests.cli.test_progress import terminal_as_stderr
from tests.support.command_line import Run
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, file, image, index, layer
from tests.support.registry import Registry

COUNT: Final = 30
BROKEN: Final = 7
BASE: Final = layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"))


def numbered(number: int) -> BuiltImage:
    own = layer(file(f"app/{number}", f"{number}" * 100), created_by=f"COPY {number} /app")
    return image([BASE, own], listed_platform=False)


def trees() -> int:
    return sum(isinstance(each, FileTree) for each in gc.get_objects())


def registry_with_images() -> Registry:
    registry = Registry()
    for number in range(COUNT):
        registry.add(numbered(number), tag=str(number))
    registry.forget(numbered(BROKEN).layers[1].digest)
    return registry


def test_thirty_images_keep_their_order_and_the_broken_one_leaves_the_others(run: Run) -> None:
    with registry_with_images().serve() as host:
        names = [f"{host}/team/app:{number}" for number in reversed(range(COUNT))]
        ended = run("audit", *names, f"{host}/team/app:none", "-o", "json", "--max-layers", "2", "--fail-on", "none")
    assert ended.code == 3
    assert [document["image"]["reference"] for document in ended.document] == names
    assert [document["complete"] for document in ended.document] == [not name.endswith(f":{BROKEN}") for name in names]
    assert [line for line in ended.verdicts if line.startswith("imgscope: ")] == [
        *(
            f"imgscope: INCOMPLETE {name}: part of it could not be read; 1 check passes"
            if name.endswith(f":{BROKEN}")
            else f"imgscope: PASS {name}: 1 check passes"
            for name in names
        ),
        f"imgscope: {COUNT + 1} images: {COUNT - 1} pass, 1 incomplete, 1 not inspected",
    ]


def test_each_blob_that_images_share_is_fetched_once(run: Run) -> None:
    with (registry := registry_with_images()).serve() as host:
        names = [f"{host}/team/app:{number}" for number in range(COUNT) if number != BROKEN]
        assert run("audit", *names, "-o", "json", "--no-cache").code == 0
    fetched = Counter(registry.asked("blobs"))
    assert set(fetched.values()) == {1}
    assert fetched[f"GET /v2/team/app/blobs/{BASE.digest}"] == 1
    assert len(fetched) == 1 + 2 * len(names), "the base, and a layer and a configuration of each"


def test_several_images_are_judged_at_once_and_few_of_them_are_held(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_oci_layout(tmp_path / "layout", {str(number): numbered(number) for number in range(COUNT)})
    together = threading.Barrier(2, timeout=20)
    judged: list[ImageReport] = []
    held: list[int] = []

    def slow_judge(report: ImageReport, *others: object) -> ImageReport:
        # Whoever judges waits for another: with one image at a time nobody would come.
        together.wait()
        judged.append(report)
        if len(judged) == COUNT:
            held.append(trees())
        return judge(report, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(_gate, "judge", slow_judge)
    gc.collect()
    before = trees()
    assert run("audit", *(f"oci:{path}:{number}" for number in range(COUNT)), "-o", "json").code == 0
    assert held[0] - before < COUNT / 2


def test_without_a_terminal_each_image_has_a_line_and_each_layer_of_a_few_or_with_verbose(
    run: Run, tmp_path: Path
) -> None:
    path = write_oci_layout(tmp_path / "layout", {str(number): numbered(number) for number in range(1, 10)})
    names = [f"oci:{path}:{number}" for number in range(1, 10)]
    lines = run("audit", *names).err.splitlines()[: -len(names) - 1]
    assert sorted(line.rpartition(" linux/")[0] for line in lines) == [f"imgscope: {name}" for name in names]
    for shown, options in ((names, ("--verbose",)), (names[:2], ())):
        told = run("audit", *shown, *options, "--no-cache").err
        for name in shown:
            assert f"imgscope: {name}: layer 0: 24 B, 1 file\n" in told
            assert f"imgscope: {name}: layer 1: 100 B, 1 file\n" in told


def test_a_terminal_gets_bars_that_are_gone_at_the_end(run: Run, tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {str(number): numbered(number) for number in range(4)})
    shown = bytearray()
    with terminal_as_stderr(shown):
        ended = run("audit", *(f"oci:{path}:{number}" for number in range(4)))
    assert ended.code == 0
    text = shown.decode()
    assert "images" in text
    assert "4 of 4" in text
    _, erased, rest = text.rpartition("\x1b[2K")
    assert erased
    assert [line.split("oci:")[0] for line in rest.splitlines() if line.strip()][-1] == "imgscope: 4 images: 4 pass"


def test_a_note_on_one_of_several_images_names_it(run: Run, tmp_path: Path) -> None:
    other = image([BASE], platform="linux/386")
    path = write_oci_layout(tmp_path / "layout", {"1": index(other), "2": index(other)})
    told = run("audit", f"oci:{path}:1", f"oci:{path}:2", "--platform", "linux/amd64", "--quiet").err
    for number in (1, 2):
        assert f"imgscope: note: oci:{path}:{number}: there is no image for linux/amd64" in told
