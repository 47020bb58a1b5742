"""Looking around among the files of a real image in a real terminal: walk, filter, look into a file, search, save."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.real_images import DebianImage
from tests.support.terminal import terminal

pytestmark = pytest.mark.integration


def test_a_file_is_found_viewed_searched_and_saved_byte_by_byte(debian: DebianImage, tmp_path: Path) -> None:
    blob = debian.layers[DebianImage.GCC].blob
    with terminal() as shell:
        shell.enter(
            f"cd {tmp_path} && {shlex.quote(sys.executable)} -m imgscope {debian.reference}; echo ended with $?."
        )
        shell.wait_for("Debian GNU/Linux 12", "glibc 2.36")
        shell.press("2")
        shell.wait_for("whole image", "usr/")
        shell.press("l", "l", "l", "j", "k")
        shell.wait_for("/usr/lib")
        shell.press("/")
        shell.enter("cc1 is:elf !*.so*")
        shell.wait_for("1 match")
        shell.press("G")
        shell.wait_for("of package cpp-12")
        shell.press("Enter")
        shell.wait_for("program, dynamically linked", "libc.so.6 →", "GLIBC_2.")
        shell.press("2")
        shell.wait_for("00000000  7f 45 4c 46")
        shell.press("/")
        shell.enter("ld-linux")
        shell.wait_for("match 1 of")
        shell.press("4")
        shell.wait_for("+ added", "apt-get install -y --no-install-recommends gcc")
        shell.press("s")
        shell.wait_for("save to cc1")
        shell.press("Enter")
        shell.wait_for("saved to", str(tmp_path))
        shell.press("Escape")
        shell.wait_for("whole image")
        shell.press("q")
        screen = shell.wait_for("ended with 0.")
        assert "Traceback" not in screen
    [path] = [path for path in debian.layers[DebianImage.GCC].files if path.endswith("/cc1")]
    saved = (tmp_path / "cc1").read_bytes()
    assert saved == subprocess.run(["tar", "-xOf", blob, path], capture_output=True, check=True).stdout
    assert not (tmp_path / "cc1").stat().st_mode & 0o111


def test_what_a_layer_did_can_be_looked_at_alone_and_in_the_image(debian: DebianImage) -> None:
    with terminal() as shell:
        shell.enter(f"{shlex.quote(sys.executable)} -m imgscope {debian.reference}; echo ended with $?.")
        shell.wait_for("glibc 2.36")
        shell.press("G", "Enter")
        shell.wait_for("removed", "by size")
        shell.press("e")
        shell.wait_for("doc/")
        shell.press("C-l")
        shell.wait_for("up to layer")
        shell.press("U")
        shell.wait_for("without unmodified")
        shell.press("q")
        shell.wait_for("ended with 0.")
