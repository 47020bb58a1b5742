"""Several registries of the tests at once, each under its own host, without any network."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from tests.support.registry import Registry


class Hosts(httpx.BaseTransport):
    """What to give an httpx client. A host that is not among `registries` cannot be connected to."""

    def __init__(self, registries: Mapping[str, Registry]) -> None:
        self._ways = {host: registry.transport() for host, registry in registries.items()}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.netloc.decode()
        if host not in self._ways:
            raise httpx.ConnectError("refused") from ConnectionRefusedError()
        return self._ways[host].handle_request(request)
