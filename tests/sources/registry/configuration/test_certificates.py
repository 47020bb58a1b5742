"""Finding the certificates that a user has for a registry (containers-certs.d(5))."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.sources.registry.configuration.certificates import find_certificates
from tests.sources.registry.configuration.machine import Machine


def directory(machine: Machine, host: str, port: int | None = None) -> Path | None:
    found = find_certificates(host, port, machine.environ)
    return found.directory if found else None


def test_C24_the_first_directory_that_knows_the_host_counts(machine: Machine) -> None:
    docker = machine.write_system("docker/certs.d/a.example:5000/ca.crt", "")
    assert directory(machine, "a.example", 5000) == docker.parent
    rootless = machine.write_user("docker/certs.d/a.example:5000/ca.crt", "")
    assert directory(machine, "a.example", 5000) == rootless.parent
    podman = machine.write_system("containers/certs.d/a.example:5000/ca.crt", "")
    assert directory(machine, "a.example", 5000) == podman.parent
    user = machine.write_user("containers/certs.d/a.example:5000/ca.crt", "")
    assert directory(machine, "a.example", 5000) == user.parent


def test_C24_certificates_are_for_one_port(machine: Machine) -> None:
    plain = machine.write_system("docker/certs.d/a.example/ca.crt", "")
    assert directory(machine, "a.example") == plain.parent
    assert directory(machine, "a.example", 5000) is None
    assert directory(machine, "sub.a.example") is None
    written_out = machine.write_system("docker/certs.d/a.example:443/ca.crt", "")
    assert directory(machine, "a.example") == written_out.parent


def test_C24_docker_hub_is_known_by_both_its_names(machine: Machine) -> None:
    hub = machine.write_system("docker/certs.d/docker.io/ca.crt", "")
    assert directory(machine, "registry-1.docker.io") == hub.parent


def test_C24_an_address_of_ipv6_stands_in_brackets(machine: Machine) -> None:
    found = machine.write_system("docker/certs.d/[::1]:5000/ca.crt", "")
    assert directory(machine, "::1", 5000) == found.parent


def test_C24_files_are_told_by_their_suffix(machine: Machine) -> None:
    for name in ("b.crt", "a.crt", "client.cert", "client.key", "notes.txt"):
        machine.write_user(f"containers/certs.d/a.example/{name}", "")
    found = find_certificates("a.example", None, machine.environ)
    assert found is not None
    assert [path.name for path in found.authorities] == ["a.crt", "b.crt"]
    assert [(certificate.name, key.name) for certificate, key in found.client_pairs] == [("client.cert", "client.key")]


@pytest.mark.parametrize(("alone", "partner"), [("client.cert", "client.key"), ("client.key", "client.cert")])
def test_C24_half_of_a_client_certificate_is_told(machine: Machine, alone: str, partner: str) -> None:
    path = machine.write_user(f"containers/certs.d/a.example/{alone}", "")
    with pytest.raises(UsageError) as raised:
        find_certificates("a.example", None, machine.environ)
    assert raised.value.message.startswith(f"{path} is a ")
    assert raised.value.message.endswith(f"expected {partner} beside it")
