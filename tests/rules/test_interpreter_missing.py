"""Programs whose loader is not in the image."""

from __future__ import annotations

from imgscope.report import Severity
from tests.support import elf
from tests.support.images import file, layer
from tests.support.memory import inspect

MUSL = file("lib/ld-musl-x86_64.so.1", elf.musl_library("1.2.5"), mode=0o755)


def test_a_glibc_program_on_musl_cannot_start_and_the_finding_says_what_is_there_instead() -> None:
    report = inspect(layer(MUSL), layer(file("opt/app", elf.glibc_program(), mode=0o755))).report
    (found,) = report.findings
    assert (found.rule_id, found.severity, found.layer, found.paths) == (
        "interpreter-missing",
        Severity.HIGH,
        1,
        ("opt/app",),
    )
    assert found.message == (
        "/opt/app cannot start: /lib64/ld-linux-x86-64.so.2 is not in the image, which has /lib/ld-musl-x86_64.so.1"
    )


def test_an_image_without_any_loader_is_not_said_to_have_one() -> None:
    (found,) = inspect(layer(file("app", elf.glibc_program(), mode=0o755))).report.findings
    assert found.message.endswith("is not in the image, which has no loader")


def test_programs_that_ask_for_the_same_loader_are_one_finding_a_layer() -> None:
    programs = [file(f"bin/{name}", elf.glibc_program(), mode=0o755) for name in "abc"]
    (found,) = inspect(layer(*programs)).report.findings
    assert found.paths == ("bin/a", "bin/b", "bin/c")


def test_an_image_with_a_layer_that_could_not_be_read_is_not_judged() -> None:
    missing = layer(MUSL)
    report = inspect(
        missing, layer(file("app", elf.musl_program(), mode=0o755)), replaced={missing.digest: None}
    ).report
    assert not report.complete
    assert report.findings == ()


def test_C70_a_hostile_loader_name_is_safe_to_show() -> None:
    (found,) = inspect(layer(file("a\x1bb", elf.program("/lib/\x9b1m"), mode=0o755))).report.findings
    assert "/a\\x1bb" in found.message
    assert "\x1b" not in found.message
    assert "\x9b" not in found.message
