"""`imgscope compare` as people type it: outputs, exit codes, and what does not go together."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from imgscope import tui
from imgscope.analyze import Options
from imgscope.comparison.data import Comparison
from tests.comparison.bases import APP_CONFIG, BASE_CONFIG, app, fat, musl, slim
from tests.support.command_line import Run, debian
from tests.support.image_files import blob_path, write_oci_layout
from tests.support.images import image
from tests.support.registry import Registry


@pytest.fixture
def bases(tmp_path: Path) -> str:
    """An OCI layout with three bases and an application on the first of them, and how it is named."""
    built = {
        name: image([each()], config=BASE_CONFIG) for name, each in {"fat": fat, "slim": slim, "musl": musl}.items()
    }
    built["app"] = image([fat(), *app()], config=APP_CONFIG)
    return f"oci:{write_oci_layout(tmp_path / 'bases', built)}"


def test_images_stand_side_by_side(run: Run, bases: str) -> None:
    ended = run("compare", f"{bases}:fat", f"{bases}:slim", "--platform", "linux/amd64")
    assert ended.code == 0
    assert "\nunpacked " in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert ended.last_words == [] or all(":fat" in line or ":slim" in line for line in ended.last_words)


def test_every_format_is_written_in_one_run_and_json_is_valid_by_the_schema_that_is_printed(
    run: Run, bases: str, tmp_path: Path
) -> None:
    outputs = [
        option for name in ("json", "markdown", "html", "text") for option in ("-o", f"{name}={tmp_path / name}")
    ]
    ended = run("compare", f"{bases}:fat", f"{bases}:musl", "--platform", "linux/amd64", *outputs)
    assert (ended.code, ended.out) == (0, "")
    document = json.loads((tmp_path / "json").read_bytes())
    jsonschema.validate(document, run("schema", "compare").document, cls=jsonschema.Draft202012Validator)
    assert (tmp_path / "markdown").read_text().startswith("### 2 images of ")
    assert (tmp_path / "html").read_text().startswith("<!DOCTYPE html>")
    assert [each["contents"]["libc"]["family"] for each in document["images"]] == ["glibc", "musl"]


def test_a_move_is_told_in_every_format(run: Run, bases: str, tmp_path: Path) -> None:
    outputs = [option for name in ("json", "markdown", "html") for option in ("-o", f"{name}={tmp_path / name}")]
    named = [f"{bases}:fat", f"{bases}:musl", "--for", f"{bases}:app", "--platform", "linux/amd64"]
    ended = run("compare", *named, "-o", "text", *outputs, "--verbose")
    assert ended.code == 0
    for text in (ended.out, *((tmp_path / name).read_text() for name in ("json", "markdown", "html"))):
        assert "is built for glibc (a manylinux wheel)" in " ".join(text.split())
        assert "app/server" in text
    moves = json.loads((tmp_path / "json").read_bytes())["moves"]
    assert moves["base"]["layerCount"] == 1
    assert [each["isCurrent"] for each in moves["candidates"]] == [True, False]


def test_lines_of_progress_say_which_image_they_are_about(run: Run, bases: str) -> None:
    ended = run("compare", f"{bases}:fat", f"{bases}:slim", "--platform", "linux/amd64")
    assert f"imgscope: {bases}:slim: layer 0: " in ended.err
    assert f"imgscope: {bases}:fat: layer 0: " in ended.err
    assert run("compare", f"{bases}:fat", f"{bases}:slim", "--platform", "linux/amd64", "--quiet").err == ""


def test_variants_are_found_among_the_tags_and_ordered_by_size(run: Run) -> None:
    registry = Registry()
    for tag, each in {"3.12": fat, "3.12-slim": slim, "3.12-alpine": musl, "3.13": slim}.items():
        registry.add(image([each()], config=BASE_CONFIG, listed_platform=False), "python", tag)
    with registry.serve() as host:
        ended = run("compare", f"{host}/python:3.12", "--variants", "-o", "json", "--insecure-registry", host)
        whole = run("compare", f"{host}/python:3.12", "--variants", "--whole", "-o", "json", "--limit", "1")
    assert ended.code == 0
    assert [each["reference"].rpartition(":")[2] for each in ended.document["images"]] == [
        "3.12-alpine", "3.12-slim", "3.12",
    ]  # fmt: skip
    assert ended.document["baseline"] == 2
    assert all("contents" not in each for each in ended.document["images"])
    assert [each["contents"]["complete"] for each in whole.document["images"]] == [True, True]
    assert whole.document["variants"]["more"] == ["3.12-alpine"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a"], "there is nothing to compare the image with"),
        (["a", "b", "--variants"], "--variants takes one image, not 2"),
        (["a", "b", "--whole"], "--whole is of use only with --variants"),
        (["a", "b", "--limit", "3"], "--limit is of use only with --variants"),
        (["a"] * 61, "61 images are more than the 60 that are compared at once"),
        (["a", "b", "-o", "sarif"], "there is no output format 'sarif'"),
        (["a", "b", "-o", "json", "-o", "text"], "two reports cannot both go to stdout"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_fetched(
    run: Run, arguments: list[str], message: str
) -> None:
    ended = run("compare", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"imgscope: {message}")
    assert "hint: " in ended.err


def test_an_image_that_is_not_there_is_told_and_the_others_are_compared(run: Run, bases: str) -> None:
    ended = run("compare", f"{bases}:fat", f"{bases}:none", f"{bases}:slim", "--platform", "linux/amd64", "--quiet")
    assert ended.code == 3
    assert "Not compared" in ended.out
    assert ended.err.startswith("imgscope: ")
    assert ":none" in ended.err or "'none'" in ended.err


def test_where_nothing_can_be_compared_nothing_is_written(run: Run, bases: str) -> None:
    ended = run("compare", f"{bases}:none", f"{bases}:other", "--quiet")
    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) >= 2


def test_an_image_that_was_not_read_to_its_end_is_told(run: Run, tmp_path: Path) -> None:
    layout = write_oci_layout(tmp_path / "two", {"a": debian(), "b": debian()})
    blob = layout / blob_path(debian().layers[1].digest)
    blob.write_bytes(blob.read_bytes()[:-30])
    ended = run("compare", f"oci:{layout}:a", f"oci:{layout}:b")
    assert ended.code == 3
    assert "a part could not be" in ended.out


def test_a_schema_that_there_is_not_is_refused_with_those_there_are(run: Run) -> None:
    ended = run("schema", "sarif")
    assert ended.code == 2
    assert ended.err == "imgscope: there is no schema 'sarif'\n  hint: There are: compare, diff, report\n"


def test_on_a_terminal_the_comparison_opens_in_the_terminal_ui(
    run: Run, bases: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []

    def show(compared: object, _: Options) -> int:
        shown.append(compared)
        return 3

    monkeypatch.setattr(tui, "run_comparing", show)
    monkeypatch.setattr(tui, "run_comparison", lambda compared, options: show(compared, options) - 3)
    monkeypatch.setattr("imgscope.cli.compare.is_capable_terminal", lambda: True)
    images = (f"{bases}:fat", f"{bases}:slim")
    named = [*images, "--platform", "linux/amd64", "--quiet"]
    ended = run("compare", *named)
    assert (ended.out, ended.code, shown) == ("", 3, [images])
    moved = run("compare", *named, "--for", images[0])
    assert (moved.out, moved.code) == ("", 0)
    assert isinstance(shown[1], Comparison)
    assert run("compare", *named, "-o", "text").out
    assert len(shown) == 2
