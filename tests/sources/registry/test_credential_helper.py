"""Asking credential helpers, which here are small scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from imgscope.errors import SourceError
from imgscope.oci.reference import Reference
from imgscope.sources.registry.configuration.registries_conf import CredentialHelpers
from imgscope.sources.registry.credential_helper import HelperAnswer, NotStored, ask_helper
from imgscope.sources.registry.credentials import find_credential

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the helpers of these tests are shell scripts")

_ANSWER = """echo '{"ServerURL": "x", "Username": "me", "Secret": "from helper"}'"""


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that PATH begins with."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory), prepend=":")
    return directory


def write(directory: Path, script: str, name: str = "test") -> None:
    path = directory / f"docker-credential-{name}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_C12_a_helper_is_asked_with_get_and_the_server_on_its_input(helpers: Path, tmp_path: Path) -> None:
    write(helpers, f"""echo "$0 $@" > {tmp_path}/argv; cat > {tmp_path}/input; {_ANSWER}""")
    assert ask_helper("test", "registry.example.com") == HelperAnswer(username="me", secret="from helper")
    assert (tmp_path / "argv").read_text() == f"{helpers}/docker-credential-test get\n"
    assert (tmp_path / "input").read_text() == "registry.example.com"


def test_C12_a_helper_may_answer_without_reading(helpers: Path) -> None:
    write(helpers, _ANSWER)
    assert ask_helper("test", "registry.example.com").secret == "from helper"


def test_C12_a_helper_that_has_nothing_means_anonymous(helpers: Path) -> None:
    write(helpers, "echo 'credentials not found in native keychain'; exit 1")
    with pytest.raises(NotStored):
        ask_helper("test", "registry.example.com")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo secret; exit 3", "docker-credential-test failed with exit code 3"),
        ("echo secret", "docker-credential-test did not answer with the JSON that was expected"),
        ("yes secret", "docker-credential-test answered with more than 65,536 bytes"),
        ("cat > /dev/null; sleep 20", "docker-credential-test did not answer within 0.2 seconds"),
        ("cat > /dev/null; exec sleep 20 >&-", "docker-credential-test did not end within 0.2 seconds"),
    ],
    ids=["fails", "no JSON", "endless", "silent", "goes on"],
)
def test_C12_a_broken_helper_is_told_of_and_never_quoted(helpers: Path, script: str, message: str) -> None:
    write(helpers, script)
    with pytest.raises(SourceError) as raised:
        ask_helper("test", "registry.example.com", timeout=0.2 if "sleep" in script else 20)
    assert raised.value.message == message


@pytest.mark.parametrize("name", ["", "../evil", "a b", "a;b", "a\nb"])
def test_C12_a_name_that_is_no_name_is_not_run(name: str) -> None:
    with pytest.raises(SourceError, match="is not the name of a credential helper"):
        ask_helper(name, "registry.example.com")


def test_a_missing_helper_is_a_problem_and_public_images_go_on(helpers: Path) -> None:
    text = json.dumps({"credsStore": "missing"})
    found = find_credential(Reference.parse("nginx"), {"HOME": "/nonexistent", "DOCKER_AUTH_CONFIG": text})
    assert found.credential is None
    assert found.problems == ("DOCKER_AUTH_CONFIG: docker-credential-missing cannot be run: No such file or directory",)


@pytest.mark.parametrize("script", ["exit 1", "echo no JSON", None], ids=["fails", "answers nonsense", "missing"])
def test_C12_what_is_kept_for_another_host_never_stands_in_for_a_broken_helper(
    helpers: Path, script: str | None
) -> None:
    if script is not None:
        write(helpers, script, "broken")
    entry = {"username": "me", "password": "secret"}
    file = {
        "credHelpers": {"registry.example.com": "broken"},
        "auths": {"https://index.docker.io/v1/": entry, "other.example.com": entry, "example.com": entry},
        "credsStore": "broken",
    }
    environ = {"HOME": "/nonexistent", "DOCKER_AUTH_CONFIG": json.dumps(file)}
    found = find_credential(Reference.parse("registry.example.com/a"), environ)
    assert found.credential is None
    assert all(problem.startswith("DOCKER_AUTH_CONFIG: docker-credential-broken ") for problem in found.problems)
    assert found.problems


def test_C11_the_helper_of_a_host_comes_before_entries_and_the_store_after(helpers: Path, tmp_path: Path) -> None:
    write(helpers, f"""cat >> {tmp_path}/asked; echo " $0" >> {tmp_path}/asked; {_ANSWER}""")
    write(helpers, "exit 1", "store")
    entry = {"username": "me", "password": "from entry"}
    file = {
        "auths": {"registry.example.com": entry, "other.example.com": entry},
        "credHelpers": {"registry.example.com": "test"},
        "credsStore": "store",
    }
    environ = {"HOME": "/nonexistent", "DOCKER_AUTH_CONFIG": json.dumps(file)}

    def secret(name: str) -> str | None:
        credential = find_credential(Reference.parse(name), environ).credential
        return credential.secret if credential else None

    assert secret("registry.example.com/a") == "from helper"
    assert secret("other.example.com/a") == "from entry"
    assert secret("third.example.com/a") is None


def test_C12_helpers_of_podman_are_asked_in_their_order_and_docker_s_files_last(helpers: Path, tmp_path: Path) -> None:
    write(helpers, f"""cat > {tmp_path}/input; {_ANSWER.replace("from helper", "from podman")}""", "pass")
    write(helpers, "echo 'credentials not found in native keychain'; exit 1", "empty")
    (tmp_path / ".docker").mkdir()
    file = {"auths": {"docker.io": {"username": "me", "password": "from file"}}}
    (tmp_path / ".docker" / "config.json").write_text(json.dumps(file))
    environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}

    def asked(*names: str, **more: str) -> tuple[str, str]:
        configured = CredentialHelpers(names=names, origin="registries.conf")
        found = find_credential(Reference.parse("nginx"), {**environ, **more}, configured).credential
        assert found is not None
        return found.secret, found.origin

    in_file, in_pass = "from file", "docker-credential-pass, which registries.conf names"
    assert asked()[0] == asked("empty")[0] == asked("containers-auth.json", "pass")[0] == in_file
    assert asked("pass") == asked("empty", "pass", "containers-auth.json") == ("from podman", in_pass)
    assert (tmp_path / "input").read_text() == "docker.io"
    file["auths"]["docker.io"]["password"] = "from environment"
    assert asked("pass", DOCKER_AUTH_CONFIG=json.dumps(file))[0] == "from environment"


def test_C12_a_broken_helper_of_podman_is_told_with_the_file_that_names_it(helpers: Path) -> None:
    configured = CredentialHelpers(names=("missing", "../evil"), origin="registries.conf")
    found = find_credential(Reference.parse("nginx"), {"HOME": "/nonexistent"}, configured)
    assert found.problems == (
        "registries.conf: docker-credential-missing cannot be run: No such file or directory",
        "registries.conf: '../evil' is not the name of a credential helper",
    )


def test_C12_docker_hub_is_asked_for_by_its_own_name(helpers: Path, tmp_path: Path) -> None:
    write(helpers, f"cat > {tmp_path}/input; {_ANSWER}")
    environ = {"HOME": "/nonexistent", "DOCKER_AUTH_CONFIG": json.dumps({"credsStore": "test"})}
    found = find_credential(Reference.parse("nginx"), environ)
    assert (tmp_path / "input").read_text() == "https://index.docker.io/v1/"
    assert found.credential is not None
    assert found.credential.origin == "docker-credential-test, which DOCKER_AUTH_CONFIG names"
