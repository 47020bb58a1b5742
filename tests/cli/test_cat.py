"""`imgscope cat`."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from imgscope.cli.main import main
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a run ended, and the bytes that it wrote."""

    code: int
    out: bytes
    err: str


Cat = Callable[..., Written]


class Terminal(io.TextIOWrapper):
    """Takes what is written for what a terminal shows."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> bytes:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue()


@pytest.fixture
def cat(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Cat:
    """Run `imgscope cat` on an image."""
    layout = write_oci_layout(tmp_path / "image", {"latest": BUILT})

    def run_cat(*arguments: str, reference: str = f"oci:{layout}", terminal: Terminal | None = None) -> Written:
        capsysbinary.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdout", terminal or sys.stdout)
            with pytest.raises(SystemExit) as ended:
                main(["cat", reference, *arguments])
        captured = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Written(code=ended.value.code, out=captured.out, err=captured.err.decode())

    return run_cat


@pytest.mark.parametrize("options", [(), ("--no-cache",), ("--verify",)])
def test_the_bytes_of_a_file_are_written_as_they_are(cat: Cat, options: tuple[str, ...]) -> None:
    for path in ("/usr/bin/dash", "bin/sh", "/bin/hard"):
        assert cat(path, *options) == Written(code=0, out=NOISE, err="")


def test_text_for_a_program_is_not_touched(cat: Cat) -> None:
    assert cat("etc/text").out == b"tab\there\n"


@pytest.mark.parametrize("style", ["new", "legacy", "podman-symlinks"])
def test_C47_a_file_in_an_archive_is_found_too(cat: Cat, tmp_path: Path, style: str) -> None:
    archive = write_docker_archive(tmp_path / "a.tar", BUILT, style=style)  # type: ignore[arg-type]
    assert cat("bin/sh", reference=f"docker-archive:{archive}").out == NOISE


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("etc", "/etc is a directory"),
        ("gone", "there is no /gone in the image any more: layer 2 removed it"),
        ("usr/bin/dahs", "there is no /usr/bin/dahs in the image"),
    ],
)
def test_what_has_no_content_is_exit_code_2_in_a_sentence(cat: Cat, path: str, message: str) -> None:
    done = cat(path)
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(f"imgscope: {message}\n  hint: ")


def test_a_file_that_was_removed_or_changed_is_written_as_a_layer_left_it(cat: Cat) -> None:
    assert cat("gone", "--layer", "1").out == b""
    assert cat("gone", "--layer", "1").code == 0
    assert cat("etc/text", "--layer", "0").out == b"a\n"
    assert cat("etc/text", "--layer", "1").out == cat("etc/text").out == b"tab\there\n"
    assert (cat("top", "--layer", "1").code, cat("top", "--layer", "2").out) == (2, b"top\n")


def test_a_layer_that_there_is_not_is_exit_code_2_in_a_sentence(cat: Cat) -> None:
    done = cat("top", "--layer", "3")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "imgscope: there is no layer 3\n  hint: there are layers 0 to 2\n"


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


def layout_with(tmp_path: Path, content: bytes) -> str:
    built = image([layer(file("a", content))], listed_platform=False)
    return f"oci:{write_oci_layout(tmp_path / 'image', {'latest': built})}"


def test_C70_a_terminal_gets_text_with_everything_that_could_act_on_it_made_visible(cat: Cat, tmp_path: Path) -> None:
    terminal = Terminal()
    content = "tab\tend\n\x1b]0;title\x07\x1b[31mred\r\u202e ok é \u4e16\n".encode() + b"caf\xe9\n\xe4\xb8"
    assert cat("a", reference=layout_with(tmp_path, content), terminal=terminal).code == 0
    assert terminal.shown.decode().split("\n") == [
        "tab\tend", "\\x1b]0;title\\x07\\x1b[31mred\\x0d\\u202e ok é \u4e16", "caf\\xe9", "\\xe4\\xb8",
    ]  # fmt: skip


def test_a_letter_that_comes_in_two_pieces_is_shown_as_one(cat: Cat, tmp_path: Path) -> None:
    terminal = Terminal()
    content = ("é" * 900_000).encode()
    assert cat("a", reference=layout_with(tmp_path, b"x" + content), terminal=terminal).code == 0
    assert terminal.shown == b"x" + content


def test_a_terminal_gets_no_binary_file_unless_that_is_forced(cat: Cat, tmp_path: Path) -> None:
    terminal = Terminal()
    reference = layout_with(tmp_path, b"\x7fELF\0\x1b[31m")
    ended = cat("a", reference=reference, terminal=terminal)
    assert (ended.code, terminal.shown) == (2, b"")
    assert ended.err == (
        "imgscope: /a is binary, and stdout is a terminal\n  hint: send it to a file or a program, or use --force\n"
    )
    assert cat("a", "--force", reference=reference, terminal=terminal).code == 0
    assert terminal.shown == b"\x7fELF\0\x1b[31m"


def test_what_could_not_be_read_above_the_file_is_told_with_exit_code_3(cat: Cat, tmp_path: Path) -> None:
    built = image([layer(file("a", "x")), layer(raw=b"broken" * 300)], listed_platform=False)
    done = cat("a", reference=f"oci:{write_oci_layout(tmp_path / 'broken', {'latest': built})}")
    assert (done.code, done.out) == (3, b"")
    assert "/a was not found, and not all of the image could be read" in done.err


def test_a_file_before_the_place_where_its_layer_breaks_off_is_written_with_exit_code_3(
    cat: Cat, tmp_path: Path
) -> None:
    whole = layer(file("a", "x"), file("z", NOISE), compression="none")
    broken = image([layer(raw=whole.tar[:100_000], compression="none")], listed_platform=False)
    done = cat("a", reference=f"oci:{write_oci_layout(tmp_path / 'broken', {'latest': broken})}")
    assert (done.code, done.out) == (3, b"x")
    assert "imgscope: layer sha256:" in done.err


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
            assert done.code == 0, done.err
            return blobs(registry, BUILT)

        assert fetched("top") == [2]
        assert fetched("top", "--no-cache") == [2]
        assert fetched("etc/text", "--no-cache") == [2, 1]
        assert fetched("etc/text", "--layer", "1", "--no-cache") == [1]
        # The topmost is in the cache by now, and holds nothing that was kept: only the file itself is fetched.
        assert fetched("etc/text") == [1]
        assert fetched("etc/text") == [1]
        assert fetched("usr/bin/sh") == [0]
        assert fetched("usr/bin/sh") == [0]
