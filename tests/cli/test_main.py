"""Which command runs, and how everything that goes wrong is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import imgscope.probes
import imgscope.sources
from imgscope import __version__
from tests.support.command_line import Run

_TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def test_an_image_is_what_is_no_command(run: Run, layout: Path) -> None:
    ended = run(layout)
    assert ended.code == 0
    assert "Debian 12" in ended.out


@pytest.mark.parametrize("where", [0, 1, 2])
def test_options_stand_before_or_after_the_image(run: Run, layout: Path, where: int) -> None:
    arguments: list[str] = ["-o", "json"]
    if where != 1:
        arguments.insert(where, f"oci:{layout}")
    else:
        arguments = ["--quiet", f"oci:{layout}", "-ojson"]
    assert run(*arguments).document["distro"]["id"] == "debian"


def test_an_image_named_like_a_command_is_told_from_it_by_a_tag_or_a_path(
    run: Run, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout.rename(layout.parent / "rules")
    monkeypatch.chdir(layout.parent)
    assert "apt-lists-left" in run("rules").out
    assert "Debian 12" in run("./rules").out
    assert "Debian 12" in run("--", "rules").out
    assert "Debian 12" in run("oci:rules").out


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command_and_how_images_are_written(run: Run, option: str) -> None:
    ended = run(option)
    assert ended.code == 0
    assert ended.out.startswith("Usage: imgscope [OPTIONS] IMAGE\n")
    for word in ("audit", "rules", "schema", "oci:DIR[:TAG]", "docker-archive:FILE[:REF]"):
        assert word in ended.out


@pytest.mark.parametrize("arguments", [(), ("--platform", "linux/arm64")])
def test_without_an_image_a_terminal_gets_the_start_screen(
    run: Run, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str | None] = []

    def show(image: str | None, *_: object, **__: object) -> int:
        opened.append(image)
        return 0

    monkeypatch.setattr("imgscope.cli.main.is_capable_terminal", lambda: True)
    monkeypatch.setattr("imgscope.cli.image.is_capable_terminal", lambda: True)
    monkeypatch.setattr("imgscope.cli._tui.run", show)
    assert run(*arguments).code == 0
    assert opened == [None]


def test_without_an_image_and_a_terminal_there_is_help(run: Run) -> None:
    assert run().err.startswith("Usage: imgscope") or run().out.startswith("Usage: imgscope")


@pytest.mark.parametrize("arguments", [("--no-tui",), ("-o", "json"), ("--platform", "list")])
def test_what_needs_an_image_says_so(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert "Missing argument 'IMAGE'" in ended.err


def test_the_options_of_an_inspection_are_in_the_help_of_an_image(run: Run) -> None:
    ended = run("nginx", "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: imgscope [OPTIONS] IMAGE\n")
    for word in ("--no-tui", "--platform", "--jobs", "--insecure-registry", "--output", "--quiet", "--verbose"):
        assert word in ended.out


def test_the_version_is_told(run: Run) -> None:
    ended = run("--version")
    assert (ended.code, ended.out) == (0, f"imgscope {__version__}\n")


def test_without_arguments_help_is_shown_and_it_is_a_usage_error(run: Run) -> None:
    ended = run()
    assert ended.code == 2
    assert "Usage: imgscope" in ended.out + ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense", "nginx"],
        ["nginx", "debian"],
        ["audit"],
        ["audit", "nginx", "--jobs", "0"],
        ["audit", "nginx", "--jobs", "many"],
        ["audit", "nginx", "--platform", "a/b/c/d"],
        ["audit", "nginx:"],
        ["audit", "Nginx"],
        ["audit", "nginx@sha256:abc"],
        ["audit", ""],
        ["./nowhere"],
        ["oci:./nowhere"],
        ["oci-archive:./nowhere.tar"],
        ["docker-archive:./nowhere.tar"],
        ["rules", "a", "b"],
        ["schema", "x"],
        ["schema", "report", "x"],
    ],
)
def test_what_cannot_be_understood_is_exit_code_2_in_a_sentence(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert ended.err.startswith(("imgscope: ", "Usage: imgscope"))


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ["audti", "nginx"],
            "'audti' is no command, and of images one is shown at a time: there is also 'nginx'",
            "did you mean imgscope audit?",
        ),
        (
            ["nginx", "--no-cache", "debian"],
            "'nginx' is no command, and of images one is shown at a time: there is also 'debian'",
            "several images: imgscope compare IMAGE IMAGE",
        ),
        (
            ["-q", "audit", "nginx"],
            "the command audit has to be the first word",
            "write its options after it: imgscope audit …",
        ),
        (["nginx", "--max-layers", "3"], "--max-layers is an option of imgscope audit", "judge an image with: "),
    ],
)
def test_what_another_command_takes_is_told_with_its_name(
    run: Run, arguments: list[str], message: str, hint: str
) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    told, advice = ended.err.splitlines()
    assert told == f"imgscope: {message}"
    assert advice.startswith(f"  hint: {hint}")


def test_an_option_that_no_command_has_is_told_as_ever(run: Run) -> None:
    assert "No such option '--nonsense'" in run("nginx", "--nonsense").err


@pytest.mark.parametrize("content", [b"", b"\x7fELF just some program", b"PK\x03\x04", b"hello\n" * 1000])
def test_a_file_that_is_no_image_is_a_usage_error_and_a_malformed_one_where_its_kind_was_given(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    for reference, code in {path: 2, f"oci:{path}": 2, f"oci-archive:{path}": 3, f"docker-archive:{path}": 3}.items():
        ended = run(reference)
        assert ended.code == code, reference
        assert len(ended.err.splitlines()) <= 2
        assert ended.err.startswith("imgscope: ")
        assert str(path) in ended.err


def test_C70_what_an_error_quotes_is_safe_to_show(run: Run) -> None:
    ended = run("./no\x1b]0;title\x07where\u202e")
    assert not set("\x1b\x07\u202e") & set(ended.err)


def test_an_argument_that_is_no_UTF_8_is_quoted_in_a_form_that_can_be_shown(run: Run) -> None:
    ended = run("./caf\udce9")
    assert ended.code == 2
    assert "caf\\" in ended.err


def test_C69_C70_a_mistake_of_imgscope_is_told_as_one_with_its_place_and_exit_code_3(
    run: Run, layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "mistaken.py").write_text(
        "from imgscope.sources.base import Source\ndef fail(*_):\n    raise KeyError('some\\x1bthing " + _TOKEN + "')\n"
        "SOURCE = Source(schemes=('mistaken',), open=fail)\n"
    )
    monkeypatch.setattr(imgscope.sources, "__path__", [*imgscope.sources.__path__, str(tmp_path / "modules")])
    ended = run("mistaken:x")
    sys.modules.pop("imgscope.sources.mistaken")
    assert ended.code == 3
    assert ended.err.startswith(
        "imgscope: stopped by a mistake in imgscope itself: KeyError: 'some\\x1bthing [redacted "
    )
    assert "mistaken.py:3)" in ended.err
    assert _TOKEN not in ended.err
    assert "report it" in ended.err
