"""Certificates, mirrors and proxies against Debian's docker-registry, as the user's files configure them."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

import pytest
import trustme

from imgscope.errors import SourceError
from imgscope.layer.stream import VerifiedBlob
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources.base import ImageHead, SourceOptions
from tests.support.command import imgscope
from tests.support.docker_registry import PASSWORD, USER, Certificates, docker_registry
from tests.support.forward_proxy import ForwardProxy
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer
from tests.support.programs import require, run
from tests.support.registry_auth import basic

pytestmark = pytest.mark.integration

_APP = image([layer(file("data", random.Random(5).randbytes(300_000)), created_by="RUN one")])
_PLATFORM = Platform.parse("linux/amd64")


def push(directory: Path, target: str, *options: str) -> None:
    """Copy the image to `target`, such as `localhost:5000/team/app`."""
    require("skopeo")
    layout = write_oci_layout(directory / "layout", {"latest": _APP})
    run("skopeo", "copy", "--dest-tls-verify=false", *options, f"oci:{layout}:latest", f"docker://{target}:latest")


def read(reference: str, *insecure: str) -> ImageHead:
    """Resolve the image, read its layer to the end, verified, and return its head."""
    source = open_source(reference, SourceOptions(insecure_registries=frozenset(insecure)))
    try:
        head = source.resolve(_PLATFORM)
        (descriptor,) = head.manifest.layers
        with source.open_blob(descriptor) as chunks:
            assert sum(map(len, VerifiedBlob(chunks, descriptor.digest, descriptor.size))) == descriptor.size
        return head
    finally:
        source.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user with no files yet."""
    directory = tmp_path / "home"
    directory.mkdir()
    monkeypatch.setenv("HOME", str(directory))
    return directory


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def served(authority: trustme.CA, tmp_path: Path) -> Certificates:
    """What docker-registry needs to speak TLS as localhost and as registry.example.com."""
    issued = authority.issue_cert("localhost", "registry.example.com")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "server.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "server.key"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return Certificates(certificate=tmp_path / "server.pem", key=tmp_path / "server.key")


def certificates(home: Path, host: str, authority: trustme.CA, *, client: bool = False) -> None:
    """Have the user trust `authority` for `host`, and be known to it as a `client`."""
    directory = home / ".config" / "containers" / "certs.d" / host
    directory.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(str(directory / "ca.crt"))
    if client:
        issued = authority.issue_cert("me@example.com")
        issued.cert_chain_pems[0].write_to_path(str(directory / "client.cert"))
        issued.private_key_pem.write_to_path(str(directory / "client.key"))


def configure(home: Path, text: str) -> None:
    """Write the user's registries.conf."""
    path = home / ".config" / "containers" / "registries.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def unused_host() -> str:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"localhost:{server.getsockname()[1]}"


def test_C24_a_private_authority_in_certs_d_is_trusted(
    home: Path, tmp_path: Path, served: Certificates, authority: trustme.CA
) -> None:
    with docker_registry(tmp_path / "registry", tls=served) as host:
        push(tmp_path, f"{host}/team/app")
        with pytest.raises(SourceError, match="is not trusted"):
            read(f"{host}/team/app")
        certificates(home, host, authority)
        assert read(f"{host}/team/app").digest == _APP.manifest_digest


def test_C24_a_client_certificate_in_certs_d_lets_us_in(
    home: Path, tmp_path: Path, served: Certificates, authority: trustme.CA
) -> None:
    demanding = Certificates(certificate=served.certificate, key=served.key, client_authority=tmp_path / "ca.pem")
    with docker_registry(tmp_path / "registry", tls=demanding) as host:
        certificates(home, host, authority)
        with pytest.raises(SourceError, match="lets only clients in that have a certificate it trusts"):
            read(f"{host}/team/app")
        certificates(home, host, authority, client=True)
        push(tmp_path, f"{host}/team/app", f"--dest-cert-dir={home / '.config/containers/certs.d' / host}")
        assert read(f"{host}/team/app").digest == _APP.manifest_digest


@pytest.mark.parametrize("by", ["option", "podman", "docker"])
def test_C24_a_registry_with_an_unknown_certificate_is_read_where_it_is_declared_insecure(
    home: Path, tmp_path: Path, served: Certificates, by: str
) -> None:
    with docker_registry(tmp_path / "registry", tls=served) as host:
        push(tmp_path, f"{host}/team/app")
        if by == "podman":
            configure(home, f'[[registry]]\nlocation = "{host}"\ninsecure = true\n')
        if by == "docker":
            daemon = home / ".config" / "docker" / "daemon.json"
            daemon.parent.mkdir(parents=True)
            daemon.write_text(json.dumps({"insecure-registries": [host]}))
        assert read(f"{host}/team/app", *([host] if by == "option" else [])).digest == _APP.manifest_digest


def test_C23_a_pull_through_cache_serves_and_the_registry_is_asked_when_it_is_down(home: Path, tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry") as host:
        push(tmp_path, f"{host}/team/app")
        with docker_registry(tmp_path / "cache", cache_of=host) as cache:
            configure(home, f'[[registry]]\nlocation = "{host}"\n[[registry.mirror]]\nlocation = "{cache}"\n')
            head = read(f"{host}/team/app")
            assert head.digest == _APP.manifest_digest
            assert head.notes[0].startswith(f"the mirror {cache} said what {host}/team/app:latest is")
        head = read(f"{host}/team/app")
        assert head.digest == _APP.manifest_digest
        assert head.notes == (f"passed over the mirror {cache}: cannot connect to {cache}",)


def test_C23_a_mirror_serves_what_the_registry_no_longer_does(home: Path, tmp_path: Path) -> None:
    gone = unused_host()
    with docker_registry(tmp_path / "mirror") as mirror:
        push(tmp_path, f"{mirror}/copies/team/app")
        configure(home, f'[[registry]]\nlocation = "{gone}"\n[[registry.mirror]]\nlocation = "{mirror}/copies"\n')
        assert read(f"{gone}/team/app").reference == f"{gone}/team/app:latest"


def test_C23_a_blocked_registry_is_refused_on_the_command_line(home: Path) -> None:
    configure(home, '[[registry]]\nlocation = "localhost:5000/team"\nblocked = true\n')
    ended = imgscope("localhost:5000/team/app", "--no-tui")
    assert ended.exit_code == 3
    blocks = f"{home}/.config/containers/registries.conf blocks localhost:5000/team"
    assert ended.errors == [f"imgscope: localhost:5000/team/app:latest may not be pulled: {blocks}"]


@pytest.mark.parametrize("login", [None, ("someone", "pr0xy-s3cret")])
def test_C24_through_a_proxy_every_credential_reaches_only_whom_it_is_for(
    home: Path,
    tmp_path: Path,
    served: Certificates,
    authority: trustme.CA,
    login: tuple[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    certificates(home, "registry.example.com", authority)
    (home / ".docker").mkdir()
    auth = basic(USER, PASSWORD).removeprefix("Basic ")
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {"registry.example.com": {"auth": auth}}}))
    with docker_registry(tmp_path / "registry", tls=served, with_login=True) as host:
        push(tmp_path, f"{host}/team/app", "--dest-creds", f"{USER}:{PASSWORD}")
        here = host.replace("localhost", "127.0.0.1")
        proxy = ForwardProxy(hosts={"registry.example.com:443": here}, login=login)
        with proxy.serve() as address:
            named = f"{login[0]}:{login[1]}@" if login else ""
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, f"http://{named}{address}")
            assert read("registry.example.com/team/app").digest == _APP.manifest_digest
            ended = imgscope("doctor", "registry.example.com/team/app")
    assert proxy.asked
    for asked in proxy.asked:
        assert asked.line == "CONNECT registry.example.com:443"
        assert "authorization" not in asked.headers
        assert asked.headers.get("proxy-authorization") == (basic(*login) if login else None)
    assert ended.exit_code == 0, ended.stdout
    assert f"  ok       proxy        {address}, which HTTPS_PROXY names" in ended.stdout
    assert "s3cret" not in ended.stdout + ended.stderr
    assert PASSWORD not in ended.stdout + ended.stderr


def test_doctor_says_why_a_registry_cannot_be_reached_and_what_to_do(
    home: Path, tmp_path: Path, served: Certificates
) -> None:
    with docker_registry(tmp_path / "registry", tls=served) as host:
        ended = imgscope("doctor", f"{host}/team/app")
    assert ended.exit_code == 3
    assert f"  failed   TLS          the certificate of {host} is not trusted:" in ended.stdout
    assert "→ trust its authority with SSL_CERT_FILE=FILE" in ended.stdout
    assert "  skipped  manifest     not tried, because of the failed TLS\n" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80
