"""Real registries: every form an image is pushed in, every way to log in, and many audits at once."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Ended, imgscope
from tests.support.docker_registry import PASSWORD, USER, blobs_fetched, docker_registry
from tests.support.image_files import write_docker_archive, write_oci_layout
from tests.support.images import BuiltImage, BuiltIndex, Compression, file, image, index, layer, whiteout
from tests.support.programs import require, run
from tests.support.token_server import IDENTITY, Asked, TokenServer

pytestmark = pytest.mark.integration

_AUDITS_AT_ONCE = 12
_ENOUGH_SECONDS = 120
_STATUS = "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\nInstalled-Size: 7\n\n"


def app(platform: str = "linux/amd64", compression: Compression = "none") -> BuiltImage:
    """A small Debian of three layers, one of which takes away what another brought."""
    return image(
        [
            layer(
                file("etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian 12'\n"),
                file("var/lib/dpkg/status", _STATUS),
                compression=compression,
            ),
            layer(file("var/lib/apt/lists/x", "x" * 50_000), file("opt/y", platform * 9), compression=compression),
            layer(whiteout("var/lib/apt/lists/x"), file("opt/z", "z" * 70_000), compression=compression),
        ],
        platform=platform,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A registry with what it needs: `directory` has its log, `tokens` is its token server."""

    host: str
    directory: Path
    tokens: TokenServer


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry that believes a token server, with an image under `private/` and one under `public/`."""
    directory = tmp_path_factory.mktemp("guarded")
    with TokenServer(directory) as tokens, docker_registry(directory, auth=tokens.configuration) as host:
        push(directory, f"{host}/private/app:1", "--dest-creds", f"{USER}:{PASSWORD}")
        push(directory, f"{host}/public/app:1", "--dest-creds", f"{USER}:{PASSWORD}")
        yield Served(host=host, directory=directory, tokens=tokens)


def push(directory: Path, reference: str, *options: str) -> None:
    """Push the image with skopeo, which compresses its layers."""
    require("skopeo")
    archive = write_docker_archive(directory / "app.tar", app(), "example.com/app:1")
    target = f"docker://{reference}"
    run("skopeo", "copy", "--dest-tls-verify=false", *options, f"docker-archive:{archive}", target)


def result(ended: Ended) -> Any:
    """What an audit found, without what differs with the form an image is stored in."""
    assert ended.exit_code == 0, ended.stderr
    document = ended.document
    assert document["complete"]
    kept = ("distro", "libc", "packages", "waste", "findings", "leftovers", "failures")
    stored = ("digest", "mediaType", "compression", "compressedSize")
    layers = [{key: value for key, value in each.items() if key not in stored} for each in document["layers"]]
    return {key: document[key] for key in kept} | {"layers": layers, "config": document["image"]["config"]}


def test_an_image_is_the_same_in_every_form_it_is_pushed_in(registry: str, tmp_path: Path) -> None:
    push(tmp_path, f"{registry}/forms/oci:1", "--format", "oci")
    push(tmp_path, f"{registry}/forms/docker:1", "--format", "v2s2")
    as_built: dict[str, BuiltImage | BuiltIndex] = {
        "zstd": app(compression="zstd"),
        "many": index(app("linux/arm64"), app(), attested=True),
    }
    layout = write_oci_layout(tmp_path / "layout", as_built)
    for name in as_built:
        target = f"docker://{registry}/forms/{name}:1"
        run(
            "skopeo", "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", f"oci:{layout}:{name}", target
        )  # fmt: skip

    audits = {
        name: imgscope("audit", f"{registry}/forms/{name}:1", "-o", "json", "--platform", "linux/amd64", "--no-cache")
        for name in ("oci", "docker", *as_built)
    }

    compressions = {name: {each["compression"] for each in ended.document["layers"]} for name, ended in audits.items()}
    assert compressions == {"oci": {"gzip"}, "docker": {"gzip"}, "zstd": {"zstd"}, "many": {"none"}}
    assert audits["docker"].document["image"]["mediaType"].startswith("application/vnd.docker.")
    assert "indexDigest" in audits["many"].document["image"]
    results = {name: result(ended) for name, ended in audits.items()}
    for name, found in results.items():
        assert found["distro"]["id"] == "debian"
        assert {**found, "layers": None} == {**results["oci"], "layers": None}, name
        assert [each["diffId"] for each in found["layers"]] == [each["diffId"] for each in results["oci"]["layers"]]


def _entry(user: str = USER, password: str = PASSWORD) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def _written(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def _helper(directory: Path, host: str, username: str, secret: str) -> str:
    """Write a credential helper called `tests` that knows one host, and return the PATH to find it by."""
    answer = json.dumps({"ServerURL": host, "Username": username, "Secret": secret})
    script = directory / "docker-credential-tests"
    script.write_text(f"""#!/bin/sh
[ "$*" = get ] && [ "$(cat)" = "{host}" ] && echo '{answer}' && exit
echo "credentials not found in native keychain"; exit 1
""")
    script.chmod(0o755)
    return f"{directory}:/usr/bin:/bin"


_LOGINS: Mapping[str, tuple[str, Callable[[Path, str], dict[str, str]]]] = {
    "auths of docker": (
        "basic",
        lambda path, host: {
            "DOCKER_CONFIG": str(_written(path / "docker/config.json", {"auths": {host: _entry()}}).parent)
        },
    ),
    "path in auths": (
        "basic",
        lambda path, host: {
            "DOCKER_CONFIG": str(
                _written(
                    path / "docker/config.json", {"auths": {host: _entry("no"), f"{host}/private": _entry()}}
                ).parent
            )
        },
    ),
    "auth.json of podman": (
        "basic",
        lambda path, host: {
            "XDG_RUNTIME_DIR": str(_written(path / "containers/auth.json", {"auths": {host: _entry()}}).parent.parent)
        },
    ),
    "REGISTRY_AUTH_FILE": (
        "basic",
        lambda path, host: {"REGISTRY_AUTH_FILE": str(_written(path / "mine.json", {"auths": {host: _entry()}}))},
    ),
    "DOCKER_AUTH_CONFIG": (
        "basic",
        lambda _, host: {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: _entry()}})},
    ),
    "credHelpers": (
        "basic",
        lambda path, host: {
            "DOCKER_AUTH_CONFIG": json.dumps({"credHelpers": {host: "tests"}}),
            "PATH": _helper(path, host, USER, PASSWORD),
        },
    ),
    "credsStore": (
        "basic",
        lambda path, host: {
            "DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: {}}, "credsStore": "tests"}),
            "PATH": _helper(path, host, USER, PASSWORD),
        },
    ),
    "identity token of a helper": (
        "identity",
        lambda path, host: {
            "DOCKER_AUTH_CONFIG": json.dumps({"credsStore": "tests"}),
            "PATH": _helper(path, host, "<token>", IDENTITY),
        },
    ),
    "identity token in auths": (
        "identity",
        lambda _, host: {
            "DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: {**_entry("x", ""), "identitytoken": IDENTITY}}})
        },
    ),
}


@pytest.mark.parametrize("way", _LOGINS)
def test_C8_C9_C10_C11_C12_a_token_is_had_whichever_way_one_is_logged_in(
    guarded: Served, way: str, tmp_path: Path
) -> None:
    name, logged_in = _LOGINS[way]
    guarded.tokens.asked.clear()
    reference = f"{guarded.host}/private/app:1"
    ended = imgscope("audit", reference, "-o", "json", "--no-cache", env=logged_in(tmp_path, guarded.host))
    assert result(ended)["distro"]["id"] == "debian"
    method = "POST" if name == "identity" else "GET"
    assert guarded.tokens.asked == [Asked(method=method, scopes=("repository:private/app:pull",), name=name)]


def test_C8_a_public_repository_needs_no_login(guarded: Served) -> None:
    guarded.tokens.asked.clear()
    assert result(imgscope("audit", f"{guarded.host}/public/app:1", "-o", "json", "--no-cache"))["packages"]
    assert [asked.name for asked in guarded.tokens.asked] == ["nobody"]


def test_C8_a_token_that_has_run_out_is_renewed(guarded: Served) -> None:
    guarded.tokens.asked.clear()
    guarded.tokens.stale = 1
    assert result(imgscope("audit", f"{guarded.host}/public/app:1", "-o", "json", "--no-cache"))["packages"]
    assert len(guarded.tokens.asked) == 2


@pytest.mark.parametrize("environment", [{}, {"DOCKER_AUTH_CONFIG": "wrong password"}])
def test_a_private_repository_without_the_right_login_is_refused_in_a_sentence(
    guarded: Served, environment: dict[str, str]
) -> None:
    wrong = json.dumps({"auths": {guarded.host: _entry(password="open sesame")}})
    ended = imgscope("audit", f"{guarded.host}/private/app:1", env=dict.fromkeys(environment, wrong))
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert len(ended.errors) == 1
    assert f"{guarded.host} gives no access to private/app" in ended.errors[0]
    assert "sesame" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_many_processes_at_once_fetch_each_blob_once_and_none_fails(tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry") as host:
        push(tmp_path, f"{host}/team/app:1")
        command = [sys.executable, "-m", "imgscope", "audit", f"{host}/team/app:1", "-o", "json", "--quiet"]
        audits = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(_AUDITS_AT_ONCE)
        ]
        ended = [audit.communicate(timeout=_ENOUGH_SECONDS) for audit in audits]
        fetched = blobs_fetched(tmp_path / "registry", "team/app")
    assert [audit.returncode for audit in audits] == [0] * _AUDITS_AT_ONCE, ended
    documents = [json.loads(out) for out, _ in ended]
    assert all({**each, "run": None} == {**documents[0], "run": None} for each in documents)
    assert len(fetched) == len(app().layers) + 1
    assert set(fetched.values()) == {1}
