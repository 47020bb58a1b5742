"""What breaks on another base, by the image's own files, its commands and its build."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Final

import pytest

from imgscope.analyze import Inspection
from imgscope.comparison.base import base_of
from imgscope.comparison.breaks import breaks_of
from imgscope.comparison.data import Break
from imgscope.comparison.moves import Mover
from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule, RuleSettings
from tests.comparison.bases import (
    APP_CONFIG,
    APT,
    BASE_CONFIG,
    CURL,
    LIBPQ,
    NATIVE,
    SHELL,
    app,
    fat,
    inspected,
    musl,
    os_release,
    slim,
)
from tests.support import elf
from tests.support.images import Entry, file, layer, symlink
from tests.support.roots import MULTIARCH, executable, glibc_library, glibc_program, glibc_root, musl_program, python

FAT: Final = inspected([fat()], BASE_CONFIG)


def broken(candidate: Inspection, *more: Entry) -> list[Break]:
    mine = inspected([fat(), *app(*more)], APP_CONFIG)
    return list(found(mine, candidate))


def found(mine: Inspection, candidate: Inspection, **settings: Any) -> tuple[Break, ...]:
    breaks = breaks_of(mine, base_of(mine, [FAT.head]), candidate, RuleSettings(**settings))
    assert breaks.failures == ()
    return breaks.found


def told(breaks: list[Break]) -> dict[str, str]:
    """The sentences by the kind of what breaks."""
    assert len({each.kind for each in breaks}) == len(breaks)
    return {each.kind: each.message for each in breaks}


def on(*entries: Entry) -> Inspection:
    return inspected([layer(*entries)], BASE_CONFIG)


def test_nothing_breaks_on_the_same_base_built_anew() -> None:
    assert broken(on(os_release("Debian"), *_debian(), CURL, LIBPQ, file("new", "x"))) == []


def _debian() -> tuple[Entry, ...]:
    return (*glibc_root(), python(glibc_program()), SHELL, APT)


def test_what_a_slimmed_base_lacks_is_told_with_what_needs_it() -> None:
    breaks = told(broken(inspected([slim()], BASE_CONFIG)))
    assert breaks == {
        "command": "the health check always fails: curl, which it calls, is not in the image",
        "module": "native 1.0 cannot be loaded into /usr/local/bin/python3.12: "
        "core.cpython-312-x86_64-linux-gnu.so needs libpq.so.5, not in the image",
    }


def test_programs_and_wheels_for_glibc_break_on_musl() -> None:
    breaks = broken(inspected([musl()], BASE_CONFIG))
    sentences = [each.message for each in breaks]
    assert any(sentence.startswith("native 1.0 is built for glibc (a manylinux wheel)") for sentence in sentences)
    assert any(sentence.startswith("ENTRYPOINT cannot run: /app/server is built for glibc") for sentence in sentences)
    assert "apt-get is not in the base: RUN apt-get update && make would fail" in sentences
    assert [(path, each.kind) for each in breaks for path in each.paths] == [
        ("app/server", "command"),
        (NATIVE, "module"),
    ]


def test_a_glibc_that_is_too_old_is_told_with_the_version_that_is_missing() -> None:
    old = (
        executable(f"{MULTIARCH}/ld-linux-x86-64.so.2", elf.glibc_library("2.31", "ld-linux-x86-64.so.2")),
        symlink("lib64", "usr/lib64"),
        symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        executable(f"{MULTIARCH}/libc.so.6", elf.glibc_library("2.31", defines=["GLIBC_2.2.5", "GLIBC_2.31"])),
    )
    breaks = broken(on(os_release("Debian"), *old, python(glibc_program()), SHELL, APT, CURL, LIBPQ))
    assert [(each.kind, each.paths) for each in breaks] == [("program", ("app/server",)), ("module", (NATIVE,))]
    assert all("GLIBC_2.34 of glibc, and the image's defines up to GLIBC_2.31" in each.message for each in breaks)


def test_packages_of_another_version_of_python_are_found_by_nobody() -> None:
    newer = executable("usr/local/bin/python3.13", glibc_program())
    breaks = told(broken(on(os_release("Debian"), *glibc_root(), newer, SHELL, APT, CURL, LIBPQ)))
    assert breaks == {
        "interpreter": "1 package in /usr/local/lib/python3.12/site-packages is for Python 3.12, "
        "and the base has Python 3.13: nothing looks for them there"
    }


def test_a_base_without_an_interpreter_is_told() -> None:
    breaks = told(broken(on(os_release("Debian"), *glibc_root(), SHELL, APT, CURL, LIBPQ)))
    assert "the base has no Python" in breaks["interpreter"]


def test_libraries_that_are_loaded_by_hand_are_told_where_no_rule_follows_them() -> None:
    own = file("app/plugins/libplugin.so", glibc_library("libplugin.so"))
    breaks = [each for each in broken(inspected([musl()], BASE_CONFIG), own) if each.kind == "library"]
    assert [each.paths for each in breaks] == [("app/plugins/libplugin.so",)]
    assert breaks[0].message.startswith("/app/plugins/libplugin.so is built for glibc, and the base has musl")


def test_scripts_of_its_own_are_told_where_what_runs_them_is_not_there() -> None:
    bash = executable("bin/bash", glibc_program())
    scripts = [executable(f"app/{name}.sh", b"#!/usr/bin/env bash\n") for name in "ab"]
    lost = executable("app/lost", b"#!/usr/bin/nothing\n")
    env = executable("usr/bin/env", glibc_program())
    steps = [layer(os_release("Debian"), *_debian(), CURL, LIBPQ, env, bash), *app(*scripts, lost)]
    mine = inspected(steps, APP_CONFIG)
    base = base_of(mine, [inspected(steps[:1], BASE_CONFIG).head])
    without = on(os_release("Debian"), *_debian(), CURL, LIBPQ, env)
    (told_of,) = breaks_of(mine, base, without, RuleSettings()).found
    assert (told_of.kind, told_of.paths) == ("script", ("app/a.sh", "app/b.sh"))
    assert told_of.message == ("2 scripts such as /app/a.sh cannot start: they need bash, which is not in the base")


def test_what_does_not_work_now_does_not_break() -> None:
    lost = executable("app/other", glibc_program("libgone.so.1"))
    assert broken(on(os_release("Debian"), *_debian(), CURL, LIBPQ), lost) == []


def test_what_packages_of_the_distribution_brought_is_installed_anew() -> None:
    status = "Package: tool\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n"
    tool = (
        file("var/lib/dpkg/status", status),
        file("var/lib/dpkg/info/tool.list", "/usr/bin/tool\n"),
        executable("usr/bin/tool", glibc_program("libpq.so.5")),
    )
    with_tool = {path for each in broken(inspected([slim()], BASE_CONFIG), *tool) for path in each.paths}
    assert "usr/bin/tool" not in with_tool


def test_a_command_of_the_base_is_replaced_by_that_of_the_other_one() -> None:
    """The base starts `python3`; an image that starts with it, too, starts with what the new base has."""
    mine = inspected([fat(), layer(file("data", "x"))], BASE_CONFIG)
    other = inspected([layer(os_release("Debian"), *glibc_root(), SHELL)], {"Cmd": ["/bin/sh"]})
    assert found(mine, other) == ()
    kept = inspected([fat(), layer(file("data", "x"))], {**BASE_CONFIG, "Cmd": ["python3", "-m", "app"]})
    assert [each.kind for each in found(kept, other)] == ["command"]


def test_a_command_that_did_not_run_before_does_not_break_whichever_rule_says_so() -> None:
    program = executable("opt/check", musl_program())
    health = {"Healthcheck": {"Test": ["CMD", "/opt/check"]}}
    mine = inspected([fat(), layer(program)], {**BASE_CONFIG, **health})
    loader = executable("usr/lib64/ld-linux-x86-64.so.2", elf.glibc_library("2.41", "ld-linux-x86-64.so.2"))
    libc = executable(f"{MULTIARCH}/libc.so.6", elf.glibc_library("2.41", defines=["GLIBC_2.34"]))
    usr = (symlink("lib64", "usr/lib64"), symlink("lib", "usr/lib"), loader, libc)
    pythons = (python(glibc_program()), symlink("usr/local/bin/python3", "python3.12"))
    newer = inspected([layer(os_release("Debian"), *usr, *pythons, SHELL)], BASE_CONFIG)
    assert [each.rule_id for each in mine.report.findings if each.paths == ("opt/check",)] == ["healthcheck-cannot-run"]
    assert found(mine, newer) == ()
    assert found(mine, newer, disabled=frozenset({"healthcheck-cannot-run"})) == ()


def test_a_rule_that_the_user_does_not_want_says_nothing_breaks() -> None:
    mine = inspected([fat(), *app()], APP_CONFIG)
    disabled = frozenset({"healthcheck-cannot-run"})
    assert [each.kind for each in found(mine, inspected([slim()], BASE_CONFIG), disabled=disabled)] == ["module"]


def test_a_rule_that_crashes_over_the_moved_image_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: InspectedImage) -> Iterator[Finding]:
        raise ZeroDivisionError

    crashing = Rule(id="library-missing", severity=Severity.HIGH, topic="start", check=crash)
    monkeypatch.setattr("imgscope.comparison.breaks.rules", lambda: [crashing])
    mine, slimmed = inspected([fat(), *app()], APP_CONFIG), inspected([slim()], BASE_CONFIG)
    mover = Mover(RuleSettings(), threading.Event())
    mover.found([FAT.head, slimmed.head])
    mover.take_mine(mine)
    move = mover.judge(1, slimmed)
    assert move is not None
    assert move.not_judged == "the rule library-missing crashed and its results are missing: ZeroDivisionError()"
