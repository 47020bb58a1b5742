"""What a container starts and how its health is checked: whether the image can run it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.report import Finding, ImageReport, Severity
from imgscope.rules._scripts import called_programs
from imgscope.rules._shell_form import ShellForm, shell_form
from tests.support import elf
from tests.support.images import Entry, directory, file, layer, symlink
from tests.support.memory import inspect

SHELL = file("bin/sh", "x", mode=0o755)


def report_on(config: dict[str, Any], *entries: Entry) -> ImageReport:
    return inspect(layer(SHELL, *entries), config=config).report


def messages(rule_id: str, config: dict[str, Any], *entries: Entry) -> list[str]:
    return [found.message for found in report_on(config, *entries).findings if found.rule_id == rule_id]


def checked_by(*test: str) -> dict[str, Any]:
    return {"Healthcheck": {"Test": list(test)}}


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        ("curl -f http://localhost/ || exit 1", ["curl"]),
        ("wget -q -O- localhost | grep -q ok && echo fine", ["wget", "grep"]),
        ("exec /app --port $PORT", ["/app"]),
        ("A=1 B='two words' server", ["server"]),
        ("zero; if test -f /x; then one; else two; fi", ["zero"]),
        ("curl -fs http://localhost/ >/dev/null 2>&1 || exit 1", ["curl"]),
        ("nc -z localhost 80 &>/dev/null && one", ["nc", "one"]),
        ("curl -f x || wget y", []),
        ("one || true; two", []),
        ("[ -x /one ] && /one", []),
        ("command -v one && one", []),
        ("cd /app && ./run && /opt/run && run", ["/opt/run", "run"]),
        (". /venv/bin/activate && gunicorn && /app/x", ["/app/x"]),
        ("export PATH=/opt/bin:$PATH; tool", []),
        ("PATH=/opt/bin tool", []),
        ("one $(two three) four; five", ["one", "two", "five"]),
        ("echo $((1 + 2)); one", ["one"]),
        ("one # two; three\nfour", ["one", "four"]),
        ("worker & server", ["worker", "server"]),
        ("while true; do one; done", []),
        ("{ one; }", ["one"]),
        ("f() { one; }; f", []),
        ("! pgrep nginx", ["pgrep"]),
        ("(cd /x && run)", ["run"]),
        ("one\ntwo \\\n  --option", ["one", "two"]),
        ("$PROGRAM --now; `which x`", []),
        ("cat <<EOF\nrm -rf /\nEOF", []),
        ("never 'closed", []),
        ("[ -f /x ] && true", []),
        ("mapfile -t a; readarray b; builtin echo; enable -n x; coproc y; caller; compgen -c; disown; dirs", []),
        ("", []),
    ],
)
def test_the_programs_of_a_script_are_told_from_its_other_words(script: str, programs: list[str]) -> None:
    assert list(called_programs(script)) == programs


@given(st.text(max_size=60))
def test_any_script_can_be_looked_at(script: str) -> None:
    assert all(called_programs(script))


def test_a_health_check_with_curl_on_an_image_without_it_always_fails() -> None:
    config = checked_by("CMD-SHELL", "curl -f http://localhost:8000/ || exit 1")
    (found,) = [
        each
        for each in report_on(config, file("usr/bin/python3", "x", mode=0o755)).findings
        if each.rule_id == "healthcheck-cannot-run"
    ]
    assert found.message == "the health check always fails: curl, which it calls, is not in the image"
    assert found.fix == "check with python3, which the image has, or install curl"


@pytest.mark.parametrize(
    ("test", "entries"),
    [
        (["CMD", "curl", "x"], [file("usr/bin/curl", "x", mode=0o755)]),
        (["CMD", "/opt/check"], [file("opt/check", elf.static_program(), mode=0o755)]),
        (["CMD-SHELL", "$CHECK"], []),
        (["NONE"], []),
        ([], []),
        (["CMD"], []),
    ],
)
def test_a_health_check_that_can_run_is_none_to_speak_of(test: list[str], entries: Sequence[Entry]) -> None:
    assert messages("healthcheck-cannot-run", checked_by(*test), *entries) == []


def test_programs_are_found_along_the_path_of_the_image_and_through_links() -> None:
    entries = (directory("opt/bin"), symlink("opt/bin/server", "../real"), file("opt/real", "x", mode=0o755))
    command = {"Cmd": ["server"]}
    assert messages("start-command-cannot-run", command | {"Env": ["PATH=/opt/bin"]}, *entries) == []
    assert messages("start-command-cannot-run", command, *entries) == ["CMD cannot run: server is not in the image"]


def test_a_program_may_be_named_relative_to_the_working_directory() -> None:
    config = {"Entrypoint": ["./run"], "WorkingDir": "/app"}
    assert messages("start-command-cannot-run", config, file("app/run", "x", mode=0o755)) == []
    assert messages("start-command-cannot-run", config, file("run", "x", mode=0o755)) == [
        "ENTRYPOINT cannot run: ./run is not in the image"
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (file("app", "x"), "is not executable"),
        (directory("app"), "is a directory"),
        (
            file("app", elf.glibc_program(), mode=0o755),
            "is built for glibc and asks for /lib64/ld-linux-x86-64.so.2, which is not in the image (it has no loader)",
        ),
        (
            file("app", elf.program("/opt/start"), mode=0o755),
            "needs /opt/start, which is not in the image (it has no loader)",
        ),
        (file("app", "#!/bin/bash -e\nx", mode=0o755), "needs /bin/bash, which is not in the image"),
        (file("app", "#! /bin/sh\nx", mode=0o755), None),
        (file("app", "#!\t/bin/sh \t-e\t\nx", mode=0o755), None),
        (file("app", "#!/bin/sh\r\nx\r\n", mode=0o755), "begins with #!/bin/sh\\x0d: its lines end as on Windows"),
        (
            file("app", "#!/bin/sh -e\r\nx\r\n", mode=0o755),
            "begins with #!/bin/sh -e\\x0d: its lines end as on Windows",
        ),
        (file("app", "no shebang", mode=0o755), None),
        (file("app", "#!", mode=0o755), None),
    ],
)
def test_a_program_that_is_there_may_still_not_run(entry: Entry, reason: str | None) -> None:
    expected = [f"ENTRYPOINT cannot run: /app {reason}"] if reason else []
    assert messages("start-command-cannot-run", {"Entrypoint": ["/app"]}, entry) == expected


def test_what_env_is_asked_for_has_to_be_there_too() -> None:
    script = file("app", "#!/usr/bin/env -S python3 -u\nx", mode=0o755)
    env = file("usr/bin/env", "x", mode=0o755)
    config = {"Entrypoint": ["/app"]}
    assert messages("start-command-cannot-run", config, script, env) == [
        "ENTRYPOINT cannot run: /app needs python3, which is not in the image"
    ]
    python = file("usr/local/bin/python3", "x", mode=0o755)
    assert messages("start-command-cannot-run", config, script, env, python) == []


def test_a_script_with_the_lines_of_windows_is_told_how_to_be_mended() -> None:
    script = file("start it.sh", "#!/usr/bin/env bash\r\nx\r\n", mode=0o755)
    programs = (file(path, "x", mode=0o755) for path in ("usr/bin/env", "usr/bin/bash"))
    (found,) = [
        each
        for each in report_on({"Entrypoint": ["/start it.sh"]}, script, *programs).findings
        if each.rule_id == "start-command-cannot-run"
    ]
    assert found.message.endswith("begins with #!/usr/bin/env bash\\x0d: its lines end as on Windows")
    assert found.fix == "before it is copied: sed -i 's/\\r$//' 'start it.sh', and in .gitattributes: *.sh text eol=lf"


def test_env_cuts_a_string_that_it_is_told_to_split_at_the_end_of_a_line_of_windows_too() -> None:
    script = file("app", "#!/usr/bin/env -S python3\r\n", mode=0o755)
    programs = [file(path, "x", mode=0o755) for path in ("usr/bin/env", "usr/bin/python3")]
    assert messages("start-command-cannot-run", {"Entrypoint": ["/app"]}, script, *programs) == []


@pytest.mark.parametrize(
    ("command", "script", "is_login"),
    [
        (["/bin/sh", "-c", "x"], "x", False),
        (["bash", "-lc", "x", "name"], "x", True),
        (["/bin/bash", "-o", "pipefail", "-c", "x"], "x", False),
        (["/bin/bash", "-euxo", "pipefail", "-c", "x"], "x", False),
        (["/bin/bash", "-ceuo", "pipefail", "x"], "x", False),
        (["/bin/bash", "-c", "-e", "x"], "x", False),
        (["/bin/bash", "-O", "extglob", "+o", "posix", "-c", "--", "-x"], "-x", False),
        (["/bin/bash", "--login", "--rcfile", "/rc", "-c", "x"], "x", True),
    ],
)
def test_the_script_of_a_shell_is_found_behind_all_its_options(command: list[str], script: str, is_login: bool) -> None:
    assert shell_form(command) == ShellForm(script=script, is_login=is_login)


@pytest.mark.parametrize(
    "command",
    [[], ["sh"], ["sh", "-c"], ["sh", "/x", "-c", "y"], ["sh", "-o", "-c", "x"], ["app", "-c", "x"], ["sh", "+c", "x"]],
)
def test_a_shell_without_a_script_in_its_words_is_no_shell_form(command: list[str]) -> None:
    assert shell_form(command) is None


def test_a_shell_with_options_is_looked_into_as_any_other() -> None:
    shell = ["/bin/sh", "-o", "pipefail", "-c"]
    check = checked_by("CMD-SHELL", "curl localhost | grep ok") | {"Shell": shell}
    assert messages("healthcheck-cannot-run", check, file("bin/grep", "x", mode=0o755)) == [
        "the health check always fails: curl, which it calls, is not in the image"
    ]
    start = {"Entrypoint": [*shell, "server; true"]}
    assert messages("start-command-in-shell", start, file("bin/server", "x", mode=0o755)) != []


def test_an_image_that_was_not_read_to_its_end_is_not_said_to_lack_anything() -> None:
    lost = layer(file("app", "x", mode=0o755))
    report = inspect(layer(SHELL), lost, config={"Entrypoint": ["/app"]}, replaced={lost.digest: None}).report
    assert [found.rule_id for found in report.findings] == ["runs-as-root"]


@pytest.mark.parametrize(
    ("config", "is_said"),
    [
        ({"Cmd": ["bash"]}, False),
        ({"Cmd": ["python3"]}, False),
        ({}, False),
        ({"Cmd": ["php", "-a"], "Entrypoint": ["docker-php-entrypoint"]}, False),
        ({"Cmd": ["bash", "-l"], "Entrypoint": ["/usr/bin/tini", "--"]}, False),
        ({"Cmd": ["python3", "app.py"], "Entrypoint": ["/usr/bin/tini", "--"]}, True),
        ({"Entrypoint": ["docker-entrypoint.sh"]}, True),
        ({"Cmd": ["python3", "app.py"]}, True),
        ({"Cmd": ["python3", "app.py"], "User": "app"}, False),
        ({"Cmd": ["python3", "app.py"], "User": "root:app"}, True),
    ],
)
def test_only_what_starts_a_service_is_said_to_run_as_root(config: dict[str, Any], is_said: bool) -> None:
    assert bool(messages("runs-as-root", config, file("usr/bin/python3", "x", mode=0o755))) is is_said


def test_hostile_names_of_programs_do_no_harm() -> None:
    found: list[Finding] = list(report_on({"Entrypoint": ["/a\x1b]0;x\x07"], "Cmd": ["\n"]}).findings)
    assert all("\x1b" not in each.message and "\n" not in each.message for each in found)
    assert any("\\x1b" in each.message for each in found)


def test_what_an_init_starts_has_to_be_there() -> None:
    tini = file("usr/bin/tini", "x", mode=0o755)
    config = {"Entrypoint": ["/usr/bin/tini", "-g", "--"], "Cmd": ["server"]}
    assert messages("start-command-cannot-run", config, tini) == ["ENTRYPOINT cannot run: server is not in the image"]
    assert messages("start-command-cannot-run", config, tini, file("bin/server", "x", mode=0o755)) == []


def test_a_login_shell_may_set_another_path() -> None:
    assert messages("start-command-cannot-run", {"Cmd": ["/bin/sh", "-lc", "server"]}) == []
    assert messages("start-command-cannot-run", {"Cmd": ["/bin/sh", "-c", "server"]}) != []


@pytest.mark.parametrize(
    ("shell", "script", "is_said"),
    [
        ("dash", "/app --port 80", True),
        ("busybox", "/app --port 80", False),
        ("busybox", "cd /x && /app >/log", False),
        ("busybox", "/app | tee /log", True),
        ("busybox", "/app & wait", True),
        ("busybox", "/app || exit 1", True),
        ("bash", "export A=1; /app", False),
        ("bash", "/app >/log", True),
        ("bash", "/app; true", True),
        ("dash", "exec /app", False),
        ("dash", "setup && exec /app", False),
    ],
)
def test_a_shell_that_replaces_itself_by_the_last_program_is_none_to_speak_of(
    shell: str, script: str, is_said: bool
) -> None:
    entries = (file(f"usr/bin/{shell}", "x", mode=0o755), symlink("bin/sh", f"../usr/bin/{shell}"))
    report = inspect(layer(*entries), config={"Cmd": ["/bin/sh", "-c", script]}).report
    assert ("start-command-in-shell" in {found.rule_id for found in report.findings}) is is_said


def fixes(config: dict[str, Any], *entries: Entry) -> list[tuple[Severity, str | None]]:
    findings = report_on(config, *entries).findings
    return [(found.severity, found.fix) for found in findings if found.rule_id == "runs-as-root"]


def test_how_not_to_run_as_root_fits_what_the_image_has() -> None:
    service = {"Cmd": ["/app"]}
    app = file("app", "x", mode=0o755)
    useradd = file("usr/sbin/useradd", "x", mode=0o755)
    adduser = file("usr/sbin/adduser", "x", mode=0o755)
    after = "and, after all that needs root: USER app"
    assert fixes(service, app, useradd, adduser) == [
        (Severity.MEDIUM, f"RUN useradd --system --no-create-home app {after}")
    ]
    assert fixes(service, app, adduser) == [(Severity.MEDIUM, f"RUN adduser -S -D -H app {after}")]
    assert fixes(service, app) == [
        (Severity.MEDIUM, "USER 65532, after all that needs root: a number needs no entry in /etc/passwd")
    ]


def test_an_entrypoint_that_may_go_on_as_another_user_matters_less() -> None:
    config = {"Entrypoint": ["/entrypoint.sh"], "Cmd": ["postgres"]}
    entries = [file(name, "x", mode=0o755) for name in ("entrypoint.sh", "usr/local/bin/gosu")]
    (found,) = [each for each in report_on(config, *entries).findings if each.rule_id == "runs-as-root"]
    assert (found.severity, found.confidence) == (Severity.LOW, "low")
    assert found.message.endswith("no USER is set; its entrypoint may go on as another user, as it has gosu")
