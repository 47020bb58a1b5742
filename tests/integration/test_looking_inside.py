"""What is inside a real image: held against what umoci unpacks, and find and chroot say of that."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import imgscope
from tests.support.programs import require, require_root, run
from tests.support.real_images import DebianImage

pytestmark = pytest.mark.integration

_TYPES = {"f": "file", "d": "directory", "l": "symlink", "c": "character-device", "b": "block-device", "p": "fifo"}
_SAMPLE = (
    "/bin/sh",
    "/etc/os-release",
    "/etc/passwd",
    "/usr/bin/gcc",
    "/usr/bin/awk",
    "/etc/alternatives/../alternatives/awk",
    "/src/hello.c",
    "/var/lib/dpkg/status",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
    "/etc/mtab/../../../../../../../etc/passwd",
)


@pytest.fixture(scope="module")
def root(debian: DebianImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory that umoci unpacked the image to."""
    require("umoci", "skopeo", "find", "chroot")
    require_root()
    directory = tmp_path_factory.mktemp("unpacked")
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://{debian.reference}", f"oci:{directory}/layout:1")
    run("umoci", "unpack", "--image", f"{directory}/layout:1", directory / "bundle")
    yield directory / "bundle/rootfs"
    shutil.rmtree(directory)


def test_every_path_is_listed_as_find_has_it(debian: DebianImage, root: Path) -> None:
    fields = r"%P\t%y\t%#m\t%U\t%G\t%s\t%l\0"
    found = run("find", root, "-mindepth", "1", "-printf", fields).split("\0")[:-1]
    expected = {path: row for path, *row in (line.split("\t") for line in found)}
    listed = imgscope("ls", debian.reference, "--recursive", "--json")
    assert listed.exit_code == 0, listed.stderr
    told = {each["path"]: each for each in map(json.loads, listed.stdout.splitlines())}
    assert len(told) > 5_000
    assert told.keys() == expected.keys()
    for path, (kind, mode, uid, gid, size, target) in expected.items():
        state = told[path]["state"]
        assert state["type"] == _TYPES[kind], path
        assert (state["uid"], state["gid"]) == (int(uid), int(gid)), path
        if kind == "l":
            assert state["target"] == target, path
            continue
        assert int(state["mode"], 8) == int(mode, 8), path
        assert kind != "f" or state["size"] == int(size), path


def test_C46_the_bytes_of_a_file_are_those_that_a_container_would_read_through_links(
    debian: DebianImage, root: Path
) -> None:
    for path in _SAMPLE:
        inside = subprocess.run(["chroot", str(root), "cat", path], capture_output=True, check=False)
        command = [sys.executable, "-m", "imgscope", "cat", debian.reference, path]
        told = subprocess.run(command, capture_output=True, check=False)
        if inside.returncode:
            assert told.returncode == 2, path
        else:
            assert (told.returncode, told.stdout == inside.stdout) == (0, True), (path, told.stderr)


def test_the_layers_that_have_to_do_with_a_path_are_those_that_tar_says_hold_it(debian: DebianImage) -> None:
    path = "var/lib/dpkg/status"
    holding = [number for number, layer in enumerate(debian.layers) if path in layer.files]
    told = imgscope("why", debian.reference, path, "--json").document
    assert [event["layer"] for event in told["events"]] == holding
    assert told["shippedBytes"] == sum(debian.layers[number].files[path] for number in holding)


def test_what_was_deleted_is_told_with_the_instruction_that_did_it(debian: DebianImage) -> None:
    told = imgscope("why", debian.reference, "/usr/share/doc", "--json").document
    assert told["exists"] is False
    assert [event["change"] for event in told["events"]] == ["added", "contents", "removed"]
    last = told["events"][-1]
    assert last["instruction"] == "RUN rm -rf /usr/share/doc"
    shipped = sum(layer.size_below("usr/share/doc/") for layer in debian.layers)
    assert last["before"]["size"] == shipped


def test_a_layer_s_list_has_what_tar_says_it_ships(debian: DebianImage) -> None:
    listed = imgscope("ls", debian.reference, "--layer", str(debian.GCC), "--recursive", "--json")
    told = [json.loads(line) for line in listed.stdout.splitlines()]
    shipped = {each["path"] for each in told if each["change"] != "removed" and each["state"]["type"] == "file"}
    assert shipped == debian.layers[debian.GCC].files.keys()
