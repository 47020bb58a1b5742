"""What a host name tells."""

from __future__ import annotations

import pytest

from imgscope.sources.registry.hosts import is_link_local, is_local, is_loopback, is_token_server_of, same_site


@pytest.mark.parametrize(
    "host",
    "localhost LOCALHOST. db.localhost 127.0.0.1 127.0.0.1. 127.8.8.8 ::1 [::1] 127.1 0x7f000001 2130706433 "
    "::ffff:127.0.0.1".split(),
)
def test_this_machine_is_known_by_all_its_spellings(host: str) -> None:
    assert is_loopback(host)
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "172.16.0.9", "100.64.0.1", "0.0.0.0", "fd00::1", "fe80::1"]
)
def test_private_addresses_are_local_and_not_this_machine(host: str) -> None:
    assert is_local(host)
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.com", "8.8.8.8", "localhost.example.com", "2600::1", "dead.beef", "1.2.3.4.5"]
)
def test_public_names_and_addresses_are_not_local(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "0xa9fea9fe"])
def test_link_local_addresses_are_recognised(host: str) -> None:
    assert is_link_local(host)


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("registry-1.docker.io", "auth.docker.io"),
        ("registry.gitlab.com", "gitlab.com"),
        ("quay.io", "QUAY.IO."),
        ("registry.example.co.uk", "auth.example.co.uk"),
        ("docker.elastic.co", "docker-auth.elastic.co"),
        ("10.0.0.5", "10.0.0.5"),
        ("localhost", "localhost"),
    ],
)
def test_C57_hosts_of_one_site_are_told(host: str, other: str) -> None:
    assert same_site(host, other)


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("registry.example.com", "example.com.evil.test"),
        ("registry.example.com", "evilexample.com"),
        ("mine.azurecr.io", "theirs.azurecr.io"),
        ("a.dkr.ecr.us-east-1.amazonaws.com", "x.s3.us-east-1.amazonaws.com"),
        ("one.co.uk", "two.co.uk"),
        ("10.0.0.5", "10.1.0.5"),
        ("registry", "auth"),
        ("registry.com", "com"),
    ],
)
def test_C13_C57_neighbours_under_a_shared_suffix_are_strangers(host: str, other: str) -> None:
    assert not same_site(host, other)


@pytest.mark.parametrize(
    ("registry", "token_server"),
    [
        ("registry-1.docker.io", "auth.docker.io"),
        ("registry.aliyuncs.com", "dockerauth.aliyuncs.com"),
        ("Registry.cn-hangzhou.aliyuncs.com.", "dockerauth.cn-hangzhou.aliyuncs.com"),
        ("registry-vpc.cn-chengdu.aliyuncs.com", "dockerauth-vpc.cn-chengdu.aliyuncs.com"),
        ("demo-registry.cn-hangzhou.cr.aliyuncs.com", "dockerauth-ee.cn-hangzhou.aliyuncs.com"),
        ("demo-registry-vpc.ap-southeast-1.cr.aliyuncs.com", "dockerauth-ee-vpc.ap-southeast-1.aliyuncs.com"),
        ("crpi-7sdjjtp0a37i7b0r.cn-guangzhou.personal.cr.aliyuncs.com", "dockerauth-cn-guangzhou.aliyuncs.com"),
        ("rg.fr-par.scw.cloud", "api.scaleway.com"),
    ],
)
def test_C57_a_provider_s_token_servers_on_another_site_are_known_by_name(registry: str, token_server: str) -> None:
    assert is_token_server_of(token_server, registry)
    assert not is_token_server_of(f"{token_server}.evil.test", registry)
    assert not is_token_server_of(token_server, "registry.example.com")


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("registry.cn-hangzhou.aliyuncs.com", "mine.oss-cn-hangzhou.aliyuncs.com"),
        ("registry.cn-hangzhou.aliyuncs.com", "dockerauth.oss-cn-hangzhou.aliyuncs.com"),
        ("registry.cn-hangzhou.aliyuncs.com", "dockerauth.cn-hangzhou.fc.aliyuncs.com"),
        ("registry.cn-hangzhou.aliyuncs.com", "evil-dockerauth.cn-hangzhou.aliyuncs.com"),
        ("mine.oss-cn-hangzhou.aliyuncs.com", "dockerauth.cn-hangzhou.aliyuncs.com"),
        ("rg.fr-par.scw.cloud", "evil.scaleway.com"),
        ("mine.functions.fnc.fr-par.scw.cloud", "api.scaleway.com"),
        ("rg.fr-par.scw.cloud", "mine.scw.cloud.evil.test"),
    ],
)
def test_C57_whoever_rents_a_name_of_a_provider_gets_nobody_s_credentials(registry: str, host: str) -> None:
    assert not is_token_server_of(host, registry)
