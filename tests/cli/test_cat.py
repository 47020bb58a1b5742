"""`imgscope cat`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.image_files import write_docker_archive, write_oci_layout
from tests.support.images import BuiltImage, directory, file, hard_link, image, layer, symlink, whiteout
from tests.support.registry import Registry

NOISE = bytes((number * 7919 >> 3) & 0xFF for number in range(400_000))
BUILT = image(
    [
        layer(
            directory("etc"),
            directory("usr"),
            directory("usr/bin"),
            file("etc/text", "a\n"),
            file("usr/bin/dash", NOISE),
            symlink("bin", "usr/bin"),
            symlink("usr/bin/sh", "dash"),
            hard_link("usr/bin/hard", "usr/bin/dash"),
            file("z", NOISE * 8),
            compression="none",
        ),
        layer(file("gone"), directory("etc"), file("etc/text", "tab\there\n"), compression="none"),
        layer(whiteout("gone"), file("top", "top\n"), compression="none"),
    ],
    listed_platform=False,
)
Cat = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def cat(tmp_path: Path) -> Cat:
    """Run `imgscope cat` on an image, and return its bytes."""
    layout = write_oci_layout(tmp_path / "image", {"latest": BUILT})

    def run_cat(*arguments: str, reference: str = f"oci:{layout}") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "imgscope", "cat", reference, *arguments]
        return subprocess.run(command, capture_output=True, timeout=60, check=False)

    return run_cat


@pytest.mark.parametrize("path", ["/usr/bin/dash", "bin/sh", "/bin/hard"])
@pytest.mark.parametrize("options", [(), ("--no-cache",), ("--verify",)])
def test_the_bytes_of_a_file_are_written_as_they_are(cat: Cat, path: str, options: tuple[str, ...]) -> None:
    for _ in range(2):
        done = cat(path, *options)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == NOISE


def test_text_for_a_program_is_not_touched(cat: Cat) -> None:
    assert cat("etc/text").stdout == b"tab\there\n"


@pytest.mark.parametrize("style", ["new", "legacy", "podman-symlinks"])
def test_C47_a_file_in_an_archive_is_found_too(cat: Cat, tmp_path: Path, style: str) -> None:
    archive = write_docker_archive(tmp_path / "a.tar", BUILT, style=style)  # type: ignore[arg-type]
    assert cat("bin/sh", reference=f"docker-archive:{archive}").stdout == NOISE


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("etc", "/etc is a directory"),
        ("gone", "there is no /gone in the image"),
        ("usr/bin/dahs", "there is no /usr/bin/dahs in the image"),
    ],
)
def test_what_has_no_content_is_exit_code_2_in_a_sentence(cat: Cat, path: str, message: str) -> None:
    done = cat(path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"imgscope: {message}\n  hint: ")


def test_output_that_nobody_reads_to_its_end_ends_quietly(tmp_path: Path) -> None:
    layout = write_oci_layout(tmp_path / "image", {"latest": BUILT})
    command = [sys.executable, "-m", "imgscope", "cat", f"oci:{layout}", "z"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(100) == NOISE[:100]
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def on_terminal(*arguments: str) -> tuple[int, bytes]:
    """Run the command line with a terminal as stdout."""
    primary, secondary = os.openpty()
    command = [sys.executable, "-m", "imgscope", *arguments]
    with subprocess.Popen(command, stdout=secondary, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        os.close(secondary)
        shown = b""
        try:
            while piece := os.read(primary, 65536):
                shown += piece
        except OSError:
            # Linux says so when the other end is closed.
            pass
        os.close(primary)
        assert process.stderr is not None
        said = process.stderr.read()
    return process.returncode, shown + said


def layout_with(tmp_path: Path, content: bytes) -> str:
    built = image([layer(file("a", content))], listed_platform=False)
    return f"oci:{write_oci_layout(tmp_path / 'image', {'latest': built})}"


def test_C70_a_terminal_gets_text_with_everything_that_could_act_on_it_made_visible(tmp_path: Path) -> None:
    content = "tab\tend\n\x1b]0;title\x07\x1b[31mred\r\u202e ok é \u4e16\n".encode() + b"caf\xe9\n"
    code, shown = on_terminal("cat", layout_with(tmp_path, content), "a")
    assert code == 0
    assert b"\x1b" not in shown
    lines = shown.decode().split("\r\n")
    assert lines == ["tab\tend", "\\x1b]0;title\\x07\\x1b[31mred\\x0d\\u202e ok é \u4e16", "caf\\xe9", ""]


def test_a_terminal_gets_no_binary_file_unless_that_is_forced(tmp_path: Path) -> None:
    reference = layout_with(tmp_path, b"\x7fELF\0\x1b[31m")
    code, shown = on_terminal("cat", reference, "a")
    assert code == 2
    assert shown.decode().startswith("imgscope: /a is binary, and stdout is a terminal\n  hint: send it to a file")
    assert on_terminal("cat", reference, "a", "--force") == (0, b"\x7fELF\0\x1b[31m")


def test_what_could_not_be_read_above_the_file_is_told_with_exit_code_3(cat: Cat, tmp_path: Path) -> None:
    built = image([layer(file("a", "x")), layer(raw=b"broken" * 300)], listed_platform=False)
    done = cat("a", reference=f"oci:{write_oci_layout(tmp_path / 'broken', {'latest': built})}")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"/a was not found, and not all of the image could be read" in done.stderr


def blobs(registry: Registry, built: BuiltImage) -> list[int]:
    """The numbers of the layers that were fetched, in order."""
    numbers = {each.digest: number for number, each in enumerate(built.layers)}
    fetched = [path.rpartition("/")[2] for path in registry.asked("blobs")]
    return [numbers[digest] for digest in fetched if digest in numbers]


def test_of_a_registry_no_more_is_fetched_than_it_takes(cat: Cat) -> None:
    registry = Registry()
    registry.add(BUILT)
    with registry.serve() as host:

        def fetched(*arguments: str) -> list[int]:
            registry.requests.clear()
            done = cat(*arguments, "--insecure-registry", host, reference=f"{host}/team/app")
            assert done.returncode == 0, done.stderr
            return blobs(registry, BUILT)

        assert fetched("top") == [2]
        assert fetched("top", "--no-cache") == [2]
        assert fetched("etc/text", "--no-cache") == [2, 1]
        # The topmost is in the cache by now, and holds nothing that was kept: only the file itself is fetched.
        assert fetched("etc/text") == [1]
        assert fetched("etc/text") == [1]
        assert fetched("usr/bin/sh") == [0]
        assert fetched("usr/bin/sh") == [0]
