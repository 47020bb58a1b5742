"""Finding credentials in the files of Docker and Podman."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from imgscope.oci.reference import Reference
from imgscope.sources.registry.credentials import Credential, Lookup, credential_files, find_credential

_IMAGE = Reference.parse("registry.example.com/a/b")
_HUB = Reference.parse("nginx")


def auth(text: str = "me:secret") -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


def look(tmp_path: Path, content: object, reference: Reference = _IMAGE, **environ: str) -> Lookup:
    path = tmp_path / "auth.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    home = tmp_path / "home"
    return find_credential(reference, {"HOME": str(home), "REGISTRY_AUTH_FILE": str(path), **environ})


def secret_of(lookup: Lookup) -> tuple[str, str] | None:
    assert lookup.problems == ()
    return (lookup.credential.username, lookup.credential.secret) if lookup.credential else None


def test_C10_files_are_asked_in_order(tmp_path: Path) -> None:
    environ = {
        "HOME": "/home/me",
        "REGISTRY_AUTH_FILE": "/explicit.json",
        "XDG_RUNTIME_DIR": "/run/user/1000",
        "XDG_CONFIG_HOME": "/config",
        "DOCKER_CONFIG": "/docker",
    }
    assert [path.as_posix() for path in credential_files(environ)] == [
        "/explicit.json",
        "/run/user/1000/containers/auth.json",
        "/config/containers/auth.json",
        "/docker/config.json",
        "/home/me/.dockercfg",
    ]


def test_C10_without_settings_the_files_are_in_the_home_directory() -> None:
    paths = [path.as_posix() for path in credential_files({"HOME": "/home/me"})]
    assert paths[0].startswith("/run/containers/")
    assert paths[1:] == [
        "/home/me/.config/containers/auth.json",
        "/home/me/.docker/config.json",
        "/home/me/.dockercfg",
    ]


def test_C10_the_first_file_with_a_credential_decides(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {"registry.example.com": auth("me:docker")}}))
    (home / ".dockercfg").write_text(json.dumps({"registry.example.com": auth("me:old")}))
    assert secret_of(look(tmp_path, {"auths": {"other.example.com": auth()}})) == ("me", "docker")
    (home / ".docker" / "config.json").unlink()
    assert secret_of(look(tmp_path, {})) == ("me", "old")


def test_C10_DOCKER_AUTH_CONFIG_overrides_the_files(tmp_path: Path) -> None:
    text = json.dumps({"auths": {"registry.example.com": auth("me:from environment")}})
    found = look(tmp_path, {"auths": {"registry.example.com": auth()}}, DOCKER_AUTH_CONFIG=text)
    assert secret_of(found) == ("me", "from environment")
    assert found.credential is not None
    assert found.credential.origin == "DOCKER_AUTH_CONFIG"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["registry.example.com", "registry.example.com/a", "registry.example.com/a/b"], "registry.example.com/a/b"),
        (["registry.example.com", "registry.example.com/a"], "registry.example.com/a"),
        (["https://registry.example.com/v2/", "registry.example.com"], "registry.example.com"),
        (["registry.example.com/a/b/c", "https://registry.example.com"], "https://registry.example.com"),
        (["Registry.Example.com"], "Registry.Example.com"),
        (["registry.example.com:443", "example.com", "registry.example.com.evil.test", "registry.example.com/x"], None),
    ],
)
def test_C11_the_longest_path_wins_then_the_host_in_a_url(
    tmp_path: Path, keys: list[str], expected: str | None
) -> None:
    found = secret_of(look(tmp_path, {"auths": {key: auth(f"me:{key}") for key in keys}}))
    assert found == (("me", expected) if expected else None)


@pytest.mark.parametrize(
    "key", ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "docker.io/library/nginx"]
)
def test_C11_docker_hub_has_its_own_keys(tmp_path: Path, key: str) -> None:
    assert secret_of(look(tmp_path, {"auths": {key: auth()}}, _HUB)) == ("me", "secret")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (auth("me:a:b:c"), ("password", "me", "a:b:c")),
        (auth("me:secret\0\0"), ("password", "me", "secret")),
        (auth("<token>:refresh"), ("identity", "<token>", "refresh")),
        ({**auth("me:"), "identitytoken": "refresh"}, ("identity", "me", "refresh")),
        ({"registrytoken": "as.it-is="}, ("bearer", "", "as.it-is=")),
        ({"username": "me", "password": "plain"}, ("password", "me", "plain")),
        ({}, None),
        (None, None),
    ],
)
def test_C11_an_entry_is_read(tmp_path: Path, entry: object, expected: tuple[str, str, str] | None) -> None:
    found = look(tmp_path, {"auths": {"registry.example.com": entry}})
    assert found.problems == ()
    read = found.credential
    assert (read and (read.kind, read.username, read.secret)) == expected


@pytest.mark.parametrize(
    "content",
    [
        '{"auths": {"registry.example.com": {"auth": "c2VjcmV0"}}}',
        '{"auths": {"registry.example.com": {"auth": "secret!"}}}',
        '{"auths": {"registry.example.com": "secret"}}',
        '{"auths": {"secret": {}, "secret": {}}}',
        "secret",
        "[]",
    ],
)
def test_C69_a_broken_file_is_told_of_by_name_and_never_quoted(tmp_path: Path, content: str) -> None:
    found = look(tmp_path, content)
    assert found.credential is None
    [problem] = found.problems
    assert str(tmp_path / "auth.json") in problem
    assert "secret" not in problem
    assert "c2VjcmV0" not in problem


@pytest.mark.parametrize("token", ["s\u00e9cret", "two words", "line\nbreak", "nul\0"])
def test_a_token_that_no_header_can_hold_is_told_of_by_its_file(tmp_path: Path, token: str) -> None:
    found = look(tmp_path, {"auths": {"registry.example.com": {"registrytoken": token}}})
    assert found == Lookup(problems=(f"{tmp_path / 'auth.json'}: a registrytoken has characters that no token has",))


def test_an_unreadable_file_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "auth.json").mkdir()
    found = find_credential(_IMAGE, {"HOME": "/nonexistent", "REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")})
    assert found == Lookup(problems=(f"{tmp_path / 'auth.json'} cannot be read: Is a directory",))


def test_an_empty_file_is_no_problem(tmp_path: Path) -> None:
    assert look(tmp_path, "") == Lookup()


def test_C69_a_credential_never_shows_what_it_holds() -> None:
    assert repr(Credential(kind="password", username="me", secret="hunter2", origin="a file")) == (
        "Credential(kind='password', origin='a file')"
    )
