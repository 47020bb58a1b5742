"""Inspecting several images, and the exit code that is the gate."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import Run, debian
from tests.support.image_files import blob_path, write_oci_layout


def test_several_images_are_reported_in_the_order_they_were_named(run: Run, layout: Path, tmp_path: Path) -> None:
    other = write_oci_layout(tmp_path / "other", {"1": debian()})
    ended = run("audit", f"oci:{other}:1", layout, "-o", "json")
    assert ended.code == 0
    assert [document["image"]["reference"] for document in ended.document] == [f"oci:{other}:1", f"oci:{layout}"]


def test_an_image_that_cannot_be_inspected_keeps_no_other_from_it(run: Run, layout: Path, tmp_path: Path) -> None:
    ended = run("audit", tmp_path / "nowhere", layout, f"oci:{layout}:wrong", "-o", "json")
    assert ended.code == 3
    assert len(ended.document) == 1
    assert sum(line.startswith("  hint: ") for line in ended.err.splitlines()) >= 1
    assert [line for line in ended.last_words if str(tmp_path / "nowhere") in line]
    assert [line for line in ended.last_words if "wrong" in line]


def test_of_several_images_it_is_told_which_one_an_error_is_about(run: Run, layout: Path) -> None:
    ended = run("audit", layout, "localhost:1/app")
    assert [line for line in ended.last_words if line.startswith("imgscope: localhost:1/app: cannot connect")]


def test_several_images_make_an_array_however_many_of_them_could_be_inspected(run: Run, layout: Path) -> None:
    assert isinstance(run("audit", layout, "-o", "json").document, dict)
    assert isinstance(run("audit", layout, "./nowhere", "-o", "json").document, list)


def test_where_no_image_can_be_inspected_no_report_is_written(run: Run, tmp_path: Path) -> None:
    ended = run("audit", "./nowhere", "-o", f"json={tmp_path / 'r.json'}")
    assert ended.code == 2
    assert not (tmp_path / "r.json").exists()


def test_a_report_that_is_not_complete_is_written_all_the_same_and_the_code_is_3(run: Run, tmp_path: Path) -> None:
    built = debian()
    path = write_oci_layout(tmp_path / "layout", {"latest": built})
    blob = path / blob_path(built.layers[1].digest)
    blob.write_bytes(blob.read_bytes()[:-30])
    ended = run("audit", path, "-o", "json")
    assert ended.code == 3
    assert ended.document["complete"] is False
    assert ended.document["distro"]["id"] == "debian"
    assert "error" in ended.document["layers"][1]
    (sentence,) = ended.last_words
    assert built.layers[1].digest in sentence
    assert "Traceback" not in ended.err
