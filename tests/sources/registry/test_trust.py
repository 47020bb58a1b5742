"""Certificates for each host by itself: authorities, clients, and hosts that need none."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from imgscope.errors import SourceError, UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.reference import Reference
from imgscope.sources.base import ImageSource, SourceOptions
from imgscope.sources.registry.connect import open_image
from imgscope.sources.registry.credentials import Lookup
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import redirected

_APP = image([layer(file("data", bytes(2000)))])
_LAYER = Descriptor(digest=Digest(_APP.layers[0].digest), size=len(_APP.layers[0].blob))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of an authority that nobody trusts yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(_APP)
    return registry


@contextmanager
def opened(host: str, home: Path, *insecure: str) -> Iterator[ImageSource]:
    source = open_image(
        Reference.parse(f"{host}/team/app"),
        SourceOptions(insecure_registries=frozenset(insecure)),
        environ={"HOME": str(home)},
        sleep=lambda _: None,
        credentials=lambda _: Lookup(),
    )
    try:
        yield source
    finally:
        source.close()


def certificates(home: Path, host: str) -> Path:
    """The directory of `host` in the user's certs.d."""
    directory = home / ".config" / "containers" / "certs.d" / host
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def write_client(authority: trustme.CA, directory: Path) -> None:
    issued = authority.issue_cert("me@example.com")
    issued.cert_chain_pems[0].write_to_path(str(directory / "client.cert"))
    issued.private_key_pem.write_to_path(str(directory / "client.key"))


def test_C24_an_authority_is_trusted_for_its_host_and_port_alone(
    registry: Registry, tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    with registry.serve(tls=tls) as host, registry.serve(tls=tls) as other:
        authority.cert_pem.write_to_path(str(certificates(tmp_path, host) / "ca.crt"))
        with opened(host, tmp_path) as source:
            assert source.resolve(None).digest == _APP.manifest_digest
        with opened(other, tmp_path) as source, pytest.raises(SourceError, match="is not trusted"):
            source.resolve(None)


def test_C24_a_client_certificate_is_shown_to_its_host(
    registry: Registry, tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    with registry.serve(tls=tls) as host:
        authority.cert_pem.write_to_path(str(certificates(tmp_path, host) / "ca.crt"))
        with opened(host, tmp_path) as source, pytest.raises(SourceError) as raised:
            source.resolve(None)
        assert raised.value.message == f"{host} lets only clients in that have a certificate it trusts"
        write_client(authority, certificates(tmp_path, host))
        with opened(host, tmp_path) as source:
            assert source.resolve(None).digest == _APP.manifest_digest


def test_C24_a_client_certificate_is_not_shown_to_whom_the_registry_sends_us(
    registry: Registry, tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    demanding = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(demanding)
    authority.configure_trust(demanding)
    demanding.verify_mode = ssl.CERT_REQUIRED
    with registry.serve(tls=tls) as host, registry.serve(tls=demanding) as storage:
        registry.misbehave(redirected(f"https://{storage}"))
        for each in (host, storage):
            authority.cert_pem.write_to_path(str(certificates(tmp_path, each) / "ca.crt"))
        write_client(authority, certificates(tmp_path, host))
        with opened(host, tmp_path) as source, pytest.raises(SourceError), source.open_blob(_LAYER):
            pass
        write_client(authority, certificates(tmp_path, storage))
        with opened(host, tmp_path) as source, source.open_blob(_LAYER) as chunks:
            assert b"".join(chunks) == _APP.layers[0].blob


def test_C24_an_insecure_registry_makes_nobody_else_insecure(
    registry: Registry, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with registry.serve(tls=tls) as host, registry.serve(tls=tls) as storage:
        registry.misbehave(redirected(f"https://{storage}"))
        with (
            opened(host, tmp_path, host) as source,
            pytest.raises(SourceError, match=f"the certificate of {storage} is not trusted"),
            source.open_blob(_LAYER),
        ):
            pass
        with opened(host, tmp_path, host, storage) as source, source.open_blob(_LAYER) as chunks:
            assert b"".join(chunks) == _APP.layers[0].blob


def test_C24_a_file_without_certificates_is_told(tmp_path: Path, authority: trustme.CA) -> None:
    directory = certificates(tmp_path, "registry.example.com")
    (directory / "ca.crt").write_text("nothing")
    with (
        pytest.raises(UsageError, match=r"ca\.crt holds no certificates in PEM form"),
        opened("registry.example.com", tmp_path),
    ):
        pass
    (directory / "ca.crt").unlink()
    write_client(authority, directory)
    write_client(trustme.CA(), certificates(tmp_path, "other.example"))
    (directory / "client.key").write_bytes((certificates(tmp_path, "other.example") / "client.key").read_bytes())
    with (
        pytest.raises(UsageError, match=r"client\.cert and client\.key are no client certificate and its key"),
        opened("registry.example.com", tmp_path),
    ):
        pass


def test_C24_a_key_with_a_passphrase_is_told_and_never_asked_for(tmp_path: Path, authority: trustme.CA) -> None:
    from cryptography.hazmat.primitives import serialization

    directory = certificates(tmp_path, "registry.example.com")
    write_client(authority, directory)
    key = serialization.load_pem_private_key((directory / "client.key").read_bytes(), None)
    (directory / "client.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(UsageError, match="without a passphrase"), opened("registry.example.com", tmp_path):
        pass


def test_C24_half_of_a_client_certificate_stops_before_anything_is_sent(tmp_path: Path) -> None:
    (certificates(tmp_path, "registry.example.com") / "client.cert").write_text("")
    with pytest.raises(UsageError, match=r"expected client\.key beside it"), opened("registry.example.com", tmp_path):
        pass
