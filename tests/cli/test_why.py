"""`imgscope why`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Run
from tests.support.image_files import write_oci_layout
from tests.support.images import directory, file, hard_link, image, layer, symlink, whiteout


@pytest.fixture
def image_path(tmp_path: Path) -> Path:
    """An image whose files have a past."""
    built = image(
        [
            layer(
                file("etc/app", "one\n"),
                file("srv/x", "y"),
                hard_link("srv/z", "srv/x"),
                symlink("link", "srv/x"),
                created_by="COPY app /etc/app # buildkit",
            ),
            layer(file("etc/app", "three\n"), created_by=f"RUN /bin/sh -c echo {'long ' * 40} # buildkit"),
            layer(file("etc/app", "three\n", mode=0o600, uid=7), created_by="RUN /bin/sh -c chmod # buildkit"),
            layer(whiteout("etc/app"), created_by="RUN /bin/sh -c rm /etc/app # buildkit"),
            layer(file("etc/app", "one\n"), created_by="RUN /bin/sh -c restore # buildkit"),
        ],
        listed_platform=False,
    )
    return write_oci_layout(tmp_path / "image", {"latest": built})


def test_every_layer_that_had_to_do_with_the_path_is_told_with_its_instruction(run: Run, image_path: Path) -> None:
    ended = run("why", image_path, "/etc/app")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "/etc/app\n"
        "  layer 0   added         file, 4 B, mode 0644, owner 0:0\n"
        "            COPY app /etc/app\n"
        "  layer 1   changed       4 B → 6 B\n"
        f"            RUN echo {'long ' * 11}lon…\n"
        "  layer 2   metadata      mode 0644 → 0600, owner 0:0 → 7:0, ships 6 B again\n"
        "            RUN chmod\n"
        "  layer 3   removed       file, 6 B, mode 0600, owner 7:0\n"
        "            RUN rm /etc/app\n"
        "  layer 4   added         file, 4 B, mode 0644, owner 0:0, as in layer 0\n"
        "            RUN restore\n"
        "  ships 20 B in 4 layers, 4 B of it visible\n"
    )


def test_links_and_other_names_are_told(run: Run, image_path: Path) -> None:
    assert "\n  leads to /srv/x\n" in run("why", image_path, "link").out
    out = run("why", image_path, "srv/x").out
    assert "\n  is also /srv/z\n" in out
    assert out.endswith("  ships 1 B in 1 layer, all of it visible\n")


def test_everything_that_can_differ_of_a_path_is_told_in_words(run: Run, tmp_path: Path) -> None:
    database = file("lib/apk/db/installed", "P:tool\nV:1.2\nF:d\nR:f\n")
    built = image(
        [
            layer(database, directory("d"), file("d/f", "1"), symlink("l", "a")),
            layer(directory("d", mode=0o700), file("d/f", "1", mtime=5), symlink("l", "b")),
            layer(file("d/f", "1", mtime=5), file("d/g", "22"), file("l", "x")),
            layer(file("d/f", "1", mtime=5, xattrs={"user.a": "b"})),
        ],
        listed_platform=False,
    )
    path = write_oci_layout(tmp_path / "all", {"latest": built})

    def told(of: str) -> list[str]:
        return [" ".join(line.split()) for line in run("why", path, of).out.splitlines()]

    assert [line for line in told("d/f") if "RUN" not in line] == [
        "/d/f",
        "of package tool 1.2",
        "layer 0 added file, 1 B, mode 0644, owner 0:0",
        "layer 1 metadata time 2023-11-14T22:13:20Z → 1970-01-01T00:00:05Z, ships 1 B again",
        "layer 2 shipped again ships 1 B again",
        "layer 3 metadata xattrs, ships 1 B again",
        "ships 4 B in 4 layers, 1 B of it visible",
    ]
    assert [line for line in told("l") if line.startswith("layer")] == [
        "layer 0 added symlink to a, mode 0777, owner 0:0",
        "layer 1 changed a → b",
        "layer 2 changed symlink to b, mode 0777, owner 0:0 → file, 1 B, mode 0644, owner 0:0, mode 0777 → 0644",
    ]
    assert [line for line in told("d") if line.startswith("layer")] == [
        "layer 0 added directory, 1 B in 1 file, mode 0755, owner 0:0",
        "layer 1 metadata mode 0755 → 0700",
        "layer 2 contents 1 B in 1 file → 3 B in 2 files",
    ]


def test_a_path_that_is_gone_is_found(run: Run, tmp_path: Path) -> None:
    built = image([layer(file("a", "x")), layer(whiteout("a"))], listed_platform=False)
    out = run("why", write_oci_layout(tmp_path / "gone", {"latest": built}), "a").out
    assert out.startswith("/a  (not in the image any more)\n")
    assert out.endswith("  ships 1 B in 1 layer, nothing of it visible\n")


def test_json_has_the_states_before_and_after(run: Run, image_path: Path) -> None:
    document = run("why", image_path, "etc/app", "--json").document
    assert (document["path"], document["exists"], document["shippedBytes"], document["visibleBytes"]) == (
        "etc/app", True, 20, 4,
    )  # fmt: skip
    assert [event["change"] for event in document["events"]] == ["added", "modified", "metadata", "removed", "added"]
    event = document["events"][2]
    assert (event["before"]["mode"], event["after"]["mode"], event["sameContentAs"]) == ("0644", "0600", 1)


def test_C70_what_an_image_says_is_shown_and_does_nothing(run: Run, tmp_path: Path) -> None:
    built = image(
        [
            layer(
                symlink("a\x1b[31m", "t\x9b\u202e"),
                created_by="::error title=owned::owned \x1b]0;x\x07",
            )
        ],
        listed_platform=False,
    )
    path = write_oci_layout(tmp_path / "odd", {"latest": built})
    for options in ([], ["--json"]):
        ended = run("why", path, "a\x1b[31m", *options)
        assert ended.code == 0
        assert not set("\x1b\x07\x9b\u202e") & set(ended.out)
        assert not [line for line in ended.out.splitlines() if line.lstrip().startswith("::")]


def test_a_path_that_never_was_is_exit_code_2(run: Run, image_path: Path) -> None:
    ended = run("why", image_path, "etc/apq")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "imgscope: there is no /etc/apq in the image\n  hint: did you mean /etc/app?\n"
