"""How a registry may be spoken to, and where it may send us."""

from __future__ import annotations

import httpx
import pytest

from imgscope.errors import UsageError
from imgscope.sources.registry.endpoint import Endpoint


@pytest.mark.parametrize(
    ("host", "schemes"),
    [
        ("registry.example.com", ("https",)),
        ("localhost:5000", ("http", "https")),
        ("127.0.0.1:5000", ("http", "https")),
        ("[::1]:5000", ("http", "https")),
        ("localhost", ("https", "http")),
        ("localhost:443", ("https", "http")),
        ("10.0.0.5:5000", ("https",)),
    ],
)
def test_plain_http_is_for_this_machine_only(host: str, schemes: tuple[str, ...]) -> None:
    assert Endpoint.of(host).schemes == schemes


def test_a_registry_declared_insecure_is_tried_encrypted_first() -> None:
    endpoint = Endpoint.of("registry.example.com:5000", {"Registry.example.com:5000"})
    assert endpoint.schemes == ("https", "http")
    assert endpoint.is_insecure
    assert not Endpoint.of("registry.example.com", {"registry.example.com:5000"}).allows_http


@pytest.mark.parametrize("host", ["example.com:99999", "example.com:0", "example.com:port", f"{'a' * 64}.example.com"])
def test_a_host_that_no_network_has_is_a_usage_error(host: str) -> None:
    with pytest.raises(UsageError, match=r"has no valid port|is not a host name"):
        Endpoint.of(host)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost:8080/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/x",
        "https://2130706433/x",
        "https://user:pass@cdn.example.com/x",
        "ftp://cdn.example.com/x",
        "https:///x",
    ],
)
def test_C19_a_public_registry_may_not_send_us_to_private_places(url: str) -> None:
    assert Endpoint.of("registry.example.com").objection(httpx.URL(url))


def test_C19_a_registry_on_this_machine_may_name_it_but_no_metadata_service() -> None:
    endpoint = Endpoint.of("localhost:5000")
    assert endpoint.objection(httpx.URL("http://127.0.0.1:9000/x")) is None
    assert endpoint.objection(httpx.URL("http://169.254.169.254/x"))


def test_C19_any_registry_may_name_public_hosts_and_itself() -> None:
    assert Endpoint.of("registry.example.com").objection(httpx.URL("https://cdn.example.net/x")) is None
    assert Endpoint.of("10.0.0.5:5000").objection(httpx.URL("https://10.0.0.5:8443/x")) is None
