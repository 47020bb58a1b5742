"""HTTP to a registry and to where it sends us: one pool of connections, every hop checked, patience with limits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import httpx

from imgscope.errors import LimitError, SourceError
from imgscope.limits import Limits
from imgscope.sources._connections import hang_up
from imgscope.sources.base import Traffic
from imgscope.sources.registry import retry
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.failures import ConnectionFailure, connection_failure, proxy_wants_login
from imgscope.sources.registry.http_client import location, make_client
from imgscope.sources.registry.proxies import Proxy, proxy_for
from imgscope.sources.registry.slots import HostSlots
from imgscope.sources.registry.trust import Trust

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS: Final = 10
_MAY_PASS: Final = ("name", "refused", "timeout")
"""What says of a host that never answered that it is not there, and of one that did that something is in the way."""
_SHORT_BODY: Final = 16 * 1024
_LONGEST_ADDRESS: Final = 16 * 1024
_LONGEST_AUTHORITY: Final = 300
_LONGEST_QUOTE: Final = 60


class Transport:
    """Sends requests on behalf of one registry. Safe to use from several threads.

    `trust` decides on certificates, by default as the endpoint says. `http` replaces the network, and gets every
    request that would be sent; `sleep` replaces waiting for seconds.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        limits: Limits,
        *,
        trust: Trust | None = None,
        http: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._endpoint = endpoint
        trust = trust or Trust(is_insecure=endpoint.allows_any_certificate)
        self._client = make_client(trust, limits, endpoint.base(endpoint.schemes[0]), http)
        self._has_network = http is None
        self._slots = HostSlots(limits.connections_per_host)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._requests = 0
        self._bytes = 0
        self._answered = False
        self._open: set[httpx.Response] = set()

    def send(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str],
        authorization: str | None = None,
        form: Mapping[str, str] | None = None,
        patient: bool = True,
        attempts: int = retry.ATTEMPTS,
    ) -> httpx.Response:
        """Return the answer to a request, redirects followed, its body not yet read; `finish` it.

        `authorization` goes to `url` and other addresses on the same scheme, host and port, nowhere else. What passes
        is sent again, up to `attempts` times in all, broken connections only where `patient`. Raises `SourceError`
        where no answer came, or one that leads where the registry may not send us.
        """
        for failures in range(1, attempts + 1):
            try:
                response = self._follow(method, url, dict(headers), authorization, form)
            except ConnectionFailure as failure:
                is_passing = failure.kind == "broken" or (failure.kind in _MAY_PASS and self._answered)
                if not (patient and is_passing) or failures == attempts:
                    raise
                self.wait(retry.backoff(failures))
                continue
            delay = self._delay(response, failures) if failures < attempts else None
            if delay is None:
                return response
            self.discard(response)
            self.wait(delay)
        raise AssertionError("the last attempt returns or raises")

    def _delay(self, response: httpx.Response, failures: int) -> float | None:
        """Return how long to wait before the same request is sent again, or None where this answer counts."""
        if response.status_code not in retry.RETRIED_STATUSES:
            return None
        asked = retry.retry_after(response.headers.get("retry-after"))
        if asked is not None and asked > retry.LONGEST_WAIT:
            return None
        return asked if asked is not None else retry.backoff(failures)

    def _follow(
        self,
        method: str,
        url: httpx.URL,
        headers: dict[str, str],
        authorization: str | None,
        form: Mapping[str, str] | None,
    ) -> httpx.Response:
        origin = url
        for _ in range(_MOST_HOPS + 1):
            trusted = {"Authorization": authorization} if authorization and same_origin(url, origin) else {}
            response = self._send_once(method, url, headers | trusted, form)
            target = location(response)
            if response.status_code not in _REDIRECTS or target is None:
                return response
            self.discard(response)
            url = self._next_hop(method, url, target)
        raise SourceError(
            f"{self._endpoint.host} redirects more than {_MOST_HOPS} times", hint="this is the registry's fault"
        )

    def _next_hop(self, method: str, url: httpx.URL, address: str) -> httpx.URL:
        try:
            if len(address) > _LONGEST_ADDRESS:
                raise ValueError(address)
            target = url.join(address).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError):
            raise SourceError(
                f"{authority(url)} redirects to an address that is none", hint="this is the registry's fault"
            ) from None
        objection = self._endpoint.objection(target)
        if objection is None and url.scheme == "https" and target.scheme == "http":
            objection = "is not encrypted"
        if objection is None and method == "POST":
            objection = "would be sent the credentials of this request"
        if objection is not None:
            raise SourceError(
                f"{authority(url)} redirects to {authority(target) or 'no host'}, which {objection}",
                hint="nothing was sent there; this is the registry's fault, or somebody's in between",
            )
        return target

    def _send_once(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> httpx.Response:
        self._slots.take(_server(url))
        response: httpx.Response | None = None
        try:
            self._check_open()
            with self._lock:
                self._requests += 1
            request = self._client.build_request(method, url, headers=headers, data=form)
            response = self._client.send(request, stream=True)
        except (httpx.TransportError, UnicodeError, OverflowError) as error:
            raise connection_failure(error, authority(url), self.proxy_for(url)) from None
        except RuntimeError:
            # What httpx raises when another thread closed the client; nothing else of it is a RuntimeError.
            self._check_open()
            raise
        finally:
            if response is None:
                self._slots.give_back(_server(url))
        with self._lock:
            self._answered = True
            self._open.add(response)
        if response.status_code == httpx.codes.PROXY_AUTHENTICATION_REQUIRED and (proxy := self.proxy_for(url)):
            self.finish(response)
            raise proxy_wants_login(authority(url), proxy)
        return response

    def proxy_for(self, url: httpx.URL) -> Proxy | None:
        """Return the proxy that requests to `url` go through."""
        return proxy_for(url) if self._has_network else None

    def read(self, response: httpx.Response, limit: int, *, what: str, setting: str) -> bytes:
        """Return the body as it was sent and finish the response; raises `LimitError` above `limit` bytes,
        which `setting` raises.
        """
        body = bytearray()
        try:
            for chunk in response.iter_raw():
                self.count(len(chunk))
                body += chunk
                if len(body) > limit:
                    raise LimitError(
                        f"{authority(response.url)} sent more than the {limit:,} bytes that are read of {what}",
                        setting=setting,
                    )
        except httpx.TransportError as error:
            raise connection_failure(error, authority(response.url)) from None
        finally:
            self.finish(response)
        return bytes(body)

    def read_start(self, response: httpx.Response, limit: int) -> bytes:
        """Return at most about `limit` bytes of a body that only explains a failure, and finish the response."""
        body = bytearray()
        with suppress(httpx.TransportError):
            for chunk in response.iter_raw():
                self.count(len(chunk))
                body += chunk
                if len(body) >= limit:
                    break
        self.finish(response)
        return bytes(body[:limit])

    def discard(self, response: httpx.Response) -> None:
        """Let go of a response that has told all by its headers, in a way that its connection serves again.

        Only a connection that was read to the end of an answer can: a short body is received for that.
        """
        length = response.headers.get("content-length", "")
        is_short = length.isascii() and length.isdigit() and int(length[:19]) <= _SHORT_BODY
        if is_short or response.request.method == "HEAD":
            self.read_start(response, _SHORT_BODY + 1)
        else:
            self.finish(response)

    def finish(self, response: httpx.Response) -> None:
        """Let go of a response, read to its end or not."""
        with self._lock:
            was_open = response in self._open
            self._open.discard(response)
        response.close()
        if was_open:
            self._slots.give_back(_server(response.request.url))

    def count(self, size: int) -> None:
        """Add bytes that were received to the traffic."""
        with self._lock:
            self._bytes += size

    def wait(self, seconds: float) -> None:
        """Sleep, but end at once with `SourceError` when closed."""
        self._sleep(seconds)
        self._check_open()

    def traffic(self) -> Traffic:
        """Tell how many requests were sent and bytes of bodies received."""
        with self._lock:
            return Traffic(requests=self._requests, bytes_fetched=self._bytes)

    def close(self) -> None:
        """End all that is under way; threads that wait for bytes get a `SourceError` instead."""
        self._closed.set()
        self._slots.close()
        with self._lock:
            under_way = list(self._open)
        for response in under_way:
            hang_up(response)
        self._client.close()

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise SourceError(f"the connection to {self._endpoint.host} was closed")


def same_origin(url: httpx.URL, other: httpx.URL) -> bool:
    """Tell whether both have the same scheme, host and port."""
    return (url.scheme, url.host, url.port) == (other.scheme, other.host, other.port)


def _server(url: httpx.URL) -> str:
    return f"{url.scheme}://{authority(url)}"


def authority(url: httpx.URL) -> str:
    """Return host, and port if any: what of a URL may be shown, as the rest can hold a signature.

    What is longer than any host has is shortened.
    """
    text = url.netloc.decode("ascii", "replace").rpartition("@")[2]
    return text if len(text) <= _LONGEST_AUTHORITY else f"{text[:_LONGEST_QUOTE]}…"
