"""`imgscope ls`."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from imgscope.attachments import AttachmentSearch
from tests.support.command_line import Run
from tests.support.image_files import write_oci_layout
from tests.support.images import directory, file, hard_link, image, layer, symlink, whiteout


@pytest.fixture
def image_path(tmp_path: Path) -> Path:
    """An image with a little of everything."""
    built = image(
        [
            layer(
                file("etc/passwd", "root:x:0:0::/root:\nweb:x:33:33::/srv:\n", mode=0o640, uid=33, gid=4),
                file("etc/group", "adm:x:4:\n"),
                symlink("link", "etc"),
                directory("usr"),
                file("usr/big", "x" * 5000),
                hard_link("usr/other", "usr/big"),
                file("lib/apk/db/installed", "P:tool\nV:1\nF:usr\nR:big\n"),
            ),
            layer(directory("usr", mode=0o700, mtime=5), file("usr/new", "12"), whiteout("etc/group")),
        ],
        listed_platform=False,
    )
    return write_oci_layout(tmp_path / "image", {"latest": built})


def test_a_directory_is_listed_in_columns(run: Run, image_path: Path) -> None:
    ended = run("ls", image_path, "/usr")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "-rw-r--r--  2  root  0  5.00 kB  2023-11-14 22:13  0  big  [tool]\n"
        "-rw-r--r--  1  root  0      2 B  2023-11-14 22:13  1  new\n"
        "-rw-r--r--  2  root  0  5.00 kB  2023-11-14 22:13  0  other  [tool]\n"
    )


def test_the_root_is_listed_by_default_and_links_say_where_they_lead(run: Run, image_path: Path) -> None:
    lines = run("ls", image_path).out.splitlines()
    assert [line.rsplit("  ", 1)[1] for line in lines] == ["etc", "lib", "link -> etc", "usr"]
    assert lines[3].startswith("drwx------  -  root  0")
    assert "1970-01-01 00:00" in lines[3]


def test_everything_below_is_listed_with_whole_paths_the_largest_first_if_wanted(run: Run, image_path: Path) -> None:
    shown = [line.split()[-1] for line in run("ls", image_path, "-R", "--sort", "size").out.splitlines()]
    assert shown[:3] == ["/usr", "[tool]", "[tool]"]
    shown = [line.split("  ")[-1] for line in run("ls", image_path, "etc", "--recursive").out.splitlines()]
    assert shown == ["/etc/passwd"]


def test_a_file_and_a_directory_itself_are_listed_with_their_whole_path(run: Run, image_path: Path) -> None:
    assert run("ls", image_path, "link/passwd").out == "-rw-r-----  1  web  4  38 B  2023-11-14 22:13  0  /etc/passwd\n"
    assert run("ls", image_path, "-d", "usr").out.endswith("  /usr\n")


def test_a_layer_s_changes_are_marked(run: Run, image_path: Path) -> None:
    lines = run("ls", image_path, "--layer", "1", "-R").out.splitlines()
    assert [(line[0], line.rsplit("  ", 1)[1]) for line in lines] == [
        ("-", "/etc/group"),
        ("m", "/usr"),
        ("+", "/usr/new"),
    ]
    assert run("ls", image_path, "/usr/big", "--layer", "1").out == ""


def test_json_has_an_object_a_line_with_everything(run: Run, image_path: Path) -> None:
    lines = [json.loads(line) for line in run("ls", image_path, "usr", "--json").out.splitlines()]
    assert lines[0] == {
        "path": "usr/big",
        "mode": "-rw-r--r--",
        "state": {
            "type": "file", "mode": "0644", "uid": 0, "gid": 0, "size": 5000, "modified": "2023-11-14T22:13:20Z",
        },
        "user": "root",
        "links": 2,
        "layer": 0,
        "package": "tool",
    }  # fmt: skip
    (changed,) = [json.loads(line) for line in run("ls", image_path, "etc", "--layer", "1", "--json").out.splitlines()]
    assert (changed["change"], changed["path"]) == ("removed", "etc/group")


def test_C72_names_that_are_no_UTF_8_keep_their_bytes_in_json_and_can_be_asked_for(run: Run, tmp_path: Path) -> None:
    built = image([layer(file("caf\udce9/a", "x"))], listed_platform=False)
    path = write_oci_layout(tmp_path / "odd", {"latest": built})
    (line,) = run("ls", path, "--json").out.splitlines()
    assert base64.b64decode(json.loads(line)["path"]["base64"]) == b"caf\xe9"
    assert json.loads(line)["path"]["readable"] == "caf\\xe9"
    assert run("ls", path, "caf\udce9").out.endswith("  a\n")


def test_C70_hostile_names_are_shown_and_do_nothing(run: Run, tmp_path: Path) -> None:
    entries = (file("a\x1b[31m\u202e\nb", "x"), symlink("l", "t\x9b\x07"), file("etc/passwd", "r\x1bt:x:0:0::/:\n"))
    built = image([layer(*entries)], listed_platform=False)
    path = write_oci_layout(tmp_path / "odd", {"latest": built})
    for arguments in (["-R"], ["--json"], ["--layer", "0"], ["a\x1b[31m\u202e\nb"]):
        ended = run("ls", path, *arguments)
        assert ended.code == 0
        assert not set("\x1b\u202e\x07\x9b") & set(ended.out + ended.err)
    assert "a\\x1b[31m\\u202e\\x0ab" in run("ls", path).out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["nowhere"], "there is no /nowhere in the image", "imgscope ls lists what there is"),
        (["etc/pasword"], "there is no /etc/pasword in the image", "did you mean /etc/passwd?"),
        (["--layer", "7"], "there is no layer 7", "there are layers 0 to 1"),
        (["--layer", "0", "-d"], "--layer and --directory do not go together", "leave one of them out"),
        (["--platform", "list"], "--platform list only lists", "list them with: imgscope IMAGE --platform list"),
    ],
)
def test_what_cannot_be_listed_is_exit_code_2_in_a_sentence(
    run: Run, image_path: Path, arguments: list[str], message: str, hint: str
) -> None:
    ended = run("ls", image_path, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"imgscope: {message}")
    assert f"hint: {hint}" in ended.err


def test_what_could_be_read_is_listed_and_exit_code_3_says_that_it_is_not_all(run: Run, tmp_path: Path) -> None:
    built = image([layer(file("a", "x")), layer(raw=b"broken" * 300)], listed_platform=False)
    path = write_oci_layout(tmp_path / "broken", {"latest": built})
    ended = run("ls", path)
    assert ended.code == 3
    assert ended.out.endswith("  a\n")
    assert "layer sha256:" in ended.err


def test_a_list_that_nobody_reads_to_its_end_ends_quietly(tmp_path: Path) -> None:
    built = image([layer(*(file(f"{'n' * 50}{number}") for number in range(5000)))], listed_platform=False)
    path = write_oci_layout(tmp_path / "many", {"latest": built})
    command = [sys.executable, "-m", "imgscope", "ls", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"-rw")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_what_is_attached_to_an_image_is_not_looked_up_for_a_list(
    run: Run, image_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def look(search: AttachmentSearch, *_: object) -> None:
        looked.append("looked")
        search._ended.set()

    monkeypatch.setattr(AttachmentSearch, "_run", look)
    assert run("ls", image_path).code == 0
    assert looked == []
    assert run("audit", image_path).code == 0
    assert looked == ["looked"]
