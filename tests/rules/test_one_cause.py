"""What keeps one file from running is told once, by the rule that knows what comes of it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from imgscope.analyze import Options, inspect_source
from imgscope.report import Finding, Severity
from imgscope.rules.base import RuleSettings
from tests.rules.examples import dpkg
from tests.support import elf
from tests.support.images import Entry, file, image, layer
from tests.support.memory import MemorySource
from tests.support.roots import executable, musl_program, musl_root

SERVER: Final = executable("app/server", elf.glibc_program())
NATIVE: Final = executable("bin/true", elf.static_program())
FOREIGN: Final = executable("app/server", elf.static_program(elf.ARM64))
FOREIGN_DYNAMIC: Final = executable(
    "app/server", elf.program("/lib/ld-linux-aarch64.so.1", ["libc.so.6"], machine=elf.ARM64)
)
STARTED: Final = {"Entrypoint": ["/app/server"]}
CHECKED: Final = {"Cmd": ["sh"], "Healthcheck": {"Test": ["CMD", "/app/server", "--health"]}}
START, HEALTH = "start-command-cannot-run", "healthcheck-cannot-run"
LOADER, PROCESSOR = "interpreter-missing", "foreign-architecture"
ABOUT_RUNNING: Final = {START, HEALTH, LOADER, PROCESSOR, "start-command-in-shell"}


def findings(config: dict[str, Any], *entries: Entry, disabled: frozenset[str] = frozenset()) -> list[Finding]:
    options = Options(rules=RuleSettings(disabled=disabled))
    report = inspect_source(MemorySource(image([layer(*entries)], config=config)), options=options).report
    assert report.complete, report.failures
    return [finding for finding in report.findings if finding.rule_id in ABOUT_RUNNING]


def told(config: dict[str, Any], *entries: Entry, **settings: frozenset[str]) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.rule_id, finding.paths) for finding in findings(config, *entries, **settings)]


def test_a_start_command_without_its_loader_is_told_once_with_the_proof() -> None:
    (found,) = findings(STARTED, *musl_root(), SERVER)
    assert (found.rule_id, found.severity, found.confidence) == (START, Severity.HIGH, "high")
    assert found.message == (
        "ENTRYPOINT cannot run: /app/server is built for glibc and asks for /lib64/ld-linux-x86-64.so.2, "
        "which is not in the image (it has musl 1.2.5 with /lib/ld-musl-x86_64.so.1)"
    )
    assert found.fix == "use a build of it for the C library of this image, a static one, or a base image with glibc"


@pytest.mark.parametrize(("config", "rule"), [(STARTED, START), (CHECKED, HEALTH)])
@pytest.mark.parametrize(("program", "others"), [(SERVER, LOADER), (FOREIGN, PROCESSOR), (FOREIGN_DYNAMIC, PROCESSOR)])
def test_other_files_with_the_same_trouble_are_told_as_ever(
    config: dict[str, Any], rule: str, program: Entry, others: str
) -> None:
    content = elf.glibc_program() if others == LOADER else elf.static_program(elf.ARM64)
    tools = [executable(f"opt/{name}", content) for name in ("one", "two")]
    entries = (*musl_root(), NATIVE, executable("bin/sh", musl_program()), program)
    assert told(config, *entries) == [(rule, ("app/server",))]
    assert sorted(told(config, *entries, *tools)) == sorted([(rule, ("app/server",)), (others, ("opt/one", "opt/two"))])


@pytest.mark.parametrize(("program", "rule"), [(SERVER, LOADER), (FOREIGN, PROCESSOR)])
def test_what_the_user_does_not_ask_for_is_left_to_the_other_rule(program: Entry, rule: str) -> None:
    disabled = frozenset({START})
    assert told(STARTED, *musl_root(), NATIVE, program, disabled=disabled) == [(rule, ("app/server",))]


def test_a_file_that_also_checks_the_health_is_told_where_it_keeps_the_container_from_starting() -> None:
    config = {**STARTED, "Healthcheck": CHECKED["Healthcheck"]}
    assert told(config, *musl_root(), SERVER) == [(START, ("app/server",))]
    assert told(config, *musl_root(), SERVER, disabled=frozenset({START})) == [(HEALTH, ("app/server",))]
    assert told(config, *musl_root(), file("app/server", "x")) == [(START, ("app/server",))]


def test_a_program_that_is_nowhere_is_told_for_each_command_that_has_to_be_corrected() -> None:
    config = {**STARTED, "Healthcheck": CHECKED["Healthcheck"]}
    assert sorted(told(config, *musl_root())) == [(HEALTH, ()), (START, ())]


def test_a_start_command_of_a_package_keeps_the_container_from_starting_all_the_same() -> None:
    entries = (*musl_root(), SERVER, *dpkg("server", paths=["app/server"]))
    assert [(each.rule_id, each.severity) for each in findings(STARTED, *entries)] == [(START, Severity.HIGH)]


@pytest.mark.parametrize("program", [FOREIGN, FOREIGN_DYNAMIC])
def test_a_start_command_for_another_processor_says_so_and_nothing_of_its_loader(program: Entry) -> None:
    (found,) = findings(STARTED, NATIVE, program)
    assert found.message == "ENTRYPOINT cannot run: /app/server is built for arm64, and the image is for amd64"
    assert str(found.fix).startswith("take the build for the platform of the image")


def test_where_nothing_is_for_the_platform_it_is_no_fault_of_the_start_command() -> None:
    assert told(STARTED, FOREIGN) == [(PROCESSOR, ("app/server",))]


def test_a_start_command_that_is_emulated_can_run() -> None:
    assert told(STARTED, NATIVE, FOREIGN, executable("usr/bin/qemu-aarch64-static", elf.static_program())) == []


def test_a_path_that_says_the_processor_is_no_excuse_for_what_is_started() -> None:
    program = executable("opt/server-arm64", elf.static_program(elf.ARM64))
    assert told({"Entrypoint": ["/opt/server-arm64"]}, NATIVE, program) == [(START, ("opt/server-arm64",))]
    assert told({"Entrypoint": ["/bin/true"]}, NATIVE, program) == []


def test_a_shell_that_is_not_there_is_told_once_with_the_form_that_needs_none() -> None:
    (found,) = findings({"Cmd": ["/bin/sh", "-c", "/app/server --port $PORT"]}, NATIVE)
    assert found.message == "CMD cannot run: /bin/sh is not in the image"
    assert str(found.fix).startswith('write it as CMD ["program", "argument"], which needs no shell')
    (found,) = findings({"Cmd": ["/bin/true"], "Healthcheck": {"Test": ["CMD-SHELL", "/app/server --health"]}}, NATIVE)
    assert found.fix == 'write it as HEALTHCHECK CMD ["program", "argument"], which needs no shell'


def test_a_script_is_told_what_to_install_for_it() -> None:
    (found,) = findings(STARTED, NATIVE, file("app/server", "#!/bin/bash\n", mode=0o755))
    assert found.message == "ENTRYPOINT cannot run: /app/server needs /bin/bash, which is not in the image"
    assert found.fix == "install bash, or take a base image that has it"
