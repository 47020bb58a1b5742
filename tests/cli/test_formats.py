"""Every format is written by one run, from one inspection."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from imgscope.render import formats
from tests.support.command import imgscope
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer


def test_one_run_writes_every_format(tmp_path: Path) -> None:
    built = image([layer(file("a", "x" * 10), file("b", "x")), layer(file("a", "y" * 10))])
    write_oci_layout(tmp_path / "layout", {"latest": built})
    outputs = [word for name in formats() for word in ("-o", f"{name}={tmp_path / name}")]
    ended = imgscope("audit", f"oci:{tmp_path / 'layout'}", *outputs)
    assert ended.exit_code == 0, ended.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"layout", *formats()}
    for name in ("json", "sarif", "dive", "cyclonedx"):
        assert isinstance(json.loads((tmp_path / name).read_bytes()), dict)
    assert ET.fromstring((tmp_path / "junit").read_bytes()).tag == "testsuites"
    assert json.loads((tmp_path / "dive").read_bytes())["image"]["inefficientBytes"] == 20
    assert "contents" not in json.loads((tmp_path / "json").read_bytes())


def test_the_page_is_written_for_one_image_without_audit(tmp_path: Path) -> None:
    write_oci_layout(tmp_path / "layout", {"latest": image([layer(file("a", "x" * 10))])})
    ended = imgscope(f"oci:{tmp_path / 'layout'}", "-o", "html")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.startswith("<!doctype html>")
