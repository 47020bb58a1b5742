"""Registries that lead elsewhere, ask for logins that are none, never come to an end, or write what acts."""

from __future__ import annotations

from typing import Final

from tests.hostile.declared import MEBIBYTE
from tests.hostile.lie import LIES, REPOSITORY, SECRET, any_method, of_layers, where
from tests.hostile.words import ENCODABLE
from tests.support.images import to_json
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer
from tests.support.registry_exchange import Reply
from tests.support.registry_faults import (
    Fault,
    answering,
    dripping,
    endless,
    mute,
    of_kind,
    rate_limited,
    sending,
    silent,
    with_headers,
)

_HTTP: Final = b"HTTP/1.1 200 OK\r\n"
_IN_HEADERS: Final = " ".join(text for text in ENCODABLE if text.isprintable() and text.isascii())
_BYTES: Final = "\x1b]0;title\x07\x9b31m"


def tokens() -> Bearer:
    return Bearer(username="me", password=SECRET)


def led_to(address: str, kind: str = "manifests") -> Fault:
    return any_method(answering(307, kind=kind, headers={"location": address}))


def asking_for(challenge: str) -> Fault:
    return any_method(answering(401, headers={"www-authenticate": challenge}))


@LIES.lie(3, "redirects more than 10 times", most_requests=150)
def redirects_in_a_circle(registry: Registry) -> None:
    """A manifest that is always somewhere else."""
    registry.misbehave(led_to(f"/v2/{REPOSITORY}/manifests/latest"))


@LIES.lie(3, "redirects more than 10 times", most_requests=150)
def layer_redirected_in_a_circle(registry: Registry) -> None:
    """The same for a layer."""
    registry.misbehave(of_layers(answering(302, kind="blobs", headers={"location": "?again"})))


@LIES.lie(3, "no address of a web server")
def redirect_to_a_file(registry: Registry) -> None:
    """A file of this machine in the place of a manifest."""
    registry.misbehave(led_to("file:///etc/passwd"))


@LIES.lie(3, "link-local")
def redirect_to_this_machines_own_services(registry: Registry) -> None:
    """Where clouds tell their machines their credentials (CVE-2024-3727 and others)."""
    registry.misbehave(led_to("http://169.254.169.254/latest/meta-data/"))


@LIES.lie(3, "carries credentials")
def redirect_with_credentials(registry: Registry) -> None:
    """An address with a user and a password in it."""
    registry.misbehave(led_to(f"http://user:{SECRET}@localhost/"))


@LIES.lie(3, "an address that is none|link-local|no address")
def redirect_to_an_address_that_is_none(registry: Registry) -> None:
    """A Location that no URL has."""
    registry.misbehave(led_to("http://[::1"))


@LIES.lie(3, "an address that is none")
def redirect_to_an_enormous_address(registry: Registry) -> None:
    """A Location of 60,000 characters."""
    registry.misbehave(led_to(f"https://{'a' * 60_000}/"))


@LIES.lie(3, "no address of a web server", auth=tokens)
def token_server_whose_name_is_none(registry: Registry) -> None:
    """A realm on a host that no name server could be asked for."""
    registry.misbehave(asking_for(f'Bearer realm="https://{"a" * 300}/token"'))


@LIES.lie(3, "link-local", auth=tokens)
def token_server_among_this_machines_own_services(registry: Registry) -> None:
    """A realm that is no token server (go-containerregistry 2243)."""
    registry.misbehave(asking_for('Bearer realm="http://169.254.169.254/token",service="x"'))


@LIES.lie(3, "no address of a web server|no token server", auth=tokens)
def token_server_that_is_a_file(registry: Registry) -> None:
    """A realm on this machine's disk."""
    registry.misbehave(asking_for('Bearer realm="file:///etc/shadow"'))


@LIES.lie(3, "longer than any", auth=tokens, memory=64 * MEBIBYTE)
def token_server_of_an_enormous_name(registry: Registry) -> None:
    """A realm of 60,000 characters."""
    registry.misbehave(asking_for(f'Bearer realm="https://{"a" * 60_000}/token"'))


@LIES.lie(3, "not known here|no access")
def ten_thousand_challenges(registry: Registry) -> None:
    """Ways to log in, none of which anybody knows."""
    registry.misbehave(asking_for(", ".join(f"x{number}" for number in range(10_000))))


@LIES.lie(3, "no access|not known here")
def challenges_that_act(registry: Registry) -> None:
    """Names of schemes and realms with all that terminals and markup act on."""
    registry.misbehave(asking_for(f'{_IN_HEADERS} realm="{_IN_HEADERS}"'), asking_for(f"{_BYTES} x={_BYTES}"))


@LIES.lie(3, "no access to team/app", auth=tokens)
def login_that_is_never_enough(registry: Registry) -> None:
    """Tokens are given and not accepted."""
    registry.misbehave(
        Fault(
            applies=lambda seen: seen.kind == "manifests",
            change=lambda seen, _: Reply(
                status=401,
                headers=(("www-authenticate", f'Bearer realm="http://{seen.host}/token",error="insufficient_scope"'),),
            ),
        )
    )


@LIES.lie(3, "more than the 65,536 bytes", auth=tokens)
def endless_token(registry: Registry) -> None:
    """A token that goes on for ever."""
    registry.misbehave(endless(kind="token"))


@LIES.lie(3, "without a token", auth=tokens)
def token_with_a_header_in_it(registry: Registry) -> None:
    """A token of two lines, of which the second would be a header of its own."""
    body = to_json({"token": "a\r\nX-Forwarded-For: 127.0.0.1", "expires_in": 10**400})
    registry.misbehave(answering(200, kind="token", body=body))


@LIES.lie(3, "limits how much may be fetched")
def come_back_in_a_year(registry: Registry) -> None:
    """Retry-After of a year: not waited for."""
    registry.misbehave(rate_limited(retry_after="31536000"))


@LIES.lie(3, "limits how much may be fetched")
def come_back_after_all_time(registry: Registry) -> None:
    """Retry-After of more seconds than there will be."""
    registry.misbehave(rate_limited(retry_after="9" * 5000))


@LIES.lie(3, "status 503")
def always_busy(registry: Registry) -> None:
    """Each request is to be sent again in a while."""
    registry.misbehave(any_method(answering(503, headers={"retry-after": "29"})))


@LIES.lie(0)
def pages_in_a_circle(registry: Registry) -> None:
    """A list of tags whose last page is followed by its first."""
    registry.page_size = 1
    registry.misbehave(with_headers("tags", link=f'</v2/{REPOSITORY}/tags/list?n=1>; rel="next"'))
    registry.misbehave(with_headers("referrers", link='<?again>; rel="next"'))


@LIES.lie(0)
def pages_on_another_host(registry: Registry) -> None:
    """A next page where the credentials would go as well."""
    for kind in ("tags", "referrers"):
        registry.misbehave(with_headers(kind, link='<http://169.254.169.254/v2/>; rel="next"'))


@LIES.lie(0)
def tags_that_act(registry: Registry) -> None:
    """Names that no tag may have, a hundred thousand that one may, and a list that goes on for ever after them."""
    tags = [*ENCODABLE, *(f"v{number}" for number in range(100_000))]
    registry.misbehave(answering(200, kind="tags", body=to_json({"tags": tags})))


@LIES.lie(3, "broke off")
def headers_of_a_megabyte(registry: Registry) -> None:
    """One header of a million characters."""
    registry.misbehave(with_headers("manifests", x="a" * 1_000_000))


@LIES.lie(3, "broke off")
def headers_without_end(registry: Registry) -> None:
    """One header after the other."""
    registry.misbehave(any_method(sending(b"X: y\r\n" * 100, endless=True)))


@LIES.lie(3, "broke off")
def answers_before_the_answer_without_end(registry: Registry) -> None:
    """`100 Continue`, for ever."""
    registry.misbehave(any_method(sending(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, endless=True)))


@LIES.lie(3, "broke off|does not speak")
def answer_in_another_language(registry: Registry) -> None:
    """Not HTTP, but what acts on a terminal."""
    registry.misbehave(any_method(sending(_BYTES.encode() * 100)))


_SLOW: Final = {"slowest-rate": 10**9, "slowness-timeout": 0.3}


@LIES.lie(3, "sends too slowly", limits=_SLOW)
def manifest_in_drops(registry: Registry) -> None:
    """Never silent, and never done."""
    registry.misbehave(dripping(pause=0.1, kind="manifests"))


@LIES.lie(3, "sends too slowly", limits=_SLOW)
def layer_in_drops(registry: Registry) -> None:
    """The same for a layer."""
    registry.misbehave(of_layers(dripping(pause=0.1)))


@LIES.lie(3, "sends too slowly", limits=_SLOW)
def headers_in_drops(registry: Registry) -> None:
    """A byte of a header at a time."""
    registry.misbehave(sending(_HTTP + b"X: " + b"y" * 1000, pause=0.02))


@LIES.lie(3, "sends too slowly|without a token|in time", auth=tokens, limits=_SLOW)
def token_in_drops(registry: Registry) -> None:
    """The same for a token."""
    registry.misbehave(dripping(pause=0.1, kind="token"))


@LIES.lie(3, "in time|brought nothing", limits={"silence-timeout": 0.1})
def layer_that_falls_silent(registry: Registry) -> None:
    """A thousand bytes, and then nothing, each time."""
    registry.misbehave(of_layers(silent(after=0, times=None)))


@LIES.lie(3, "did not answer in time", limits={"silence-timeout": 0.1})
def no_answer(registry: Registry) -> None:
    """Requests are taken and not answered."""
    registry.misbehave(mute(times=None, kind="manifests"))


@LIES.lie(3, "status 400", auth=lambda: Basic(username="me", password=SECRET))
def errors_that_act(registry: Registry) -> None:
    """An error whose message has all that terminals, build logs and markup act on, and the password."""
    said = [{"code": text, "message": f"{SECRET} {text}"} for text in (" ".join(ENCODABLE), *ENCODABLE)]
    for kind in ("manifests", "tags"):
        registry.misbehave(answering(400, kind=kind, body=to_json({"errors": said})))


@LIES.lie(3, "status 400")
def errors_in_errors(registry: Registry) -> None:
    """An error nested a hundred thousand deep."""
    registry.misbehave(answering(400, body=b'{"errors":' + b"[" * 30_000))


@LIES.lie(3, "status 599")
def status_that_nobody_knows(registry: Registry) -> None:
    """A status of no meaning with a phrase that acts."""
    registry.misbehave(any_method(sending(f"HTTP/1.1 599 {_BYTES}\r\nContent-Length: 0\r\n\r\n".encode())))


@LIES.lie(0)
def warnings_that_act(registry: Registry) -> None:
    """Warnings, rate limits and types with all that terminals act on: shown by their codes, or not at all."""
    registry.misbehave(
        with_headers("manifests", warning=f'299 - "{_IN_HEADERS}"', ratelimit_limit=_BYTES, ratelimit_remaining="1"),
        with_headers("manifests", warning='299 - "[@click=app.quit]x[/] ::error::y"'),
    )


@LIES.lie(0)
def cookies_by_the_thousand(registry: Registry) -> None:
    """Cookies are not kept and not sent back."""
    registry.misbehave(with_headers("manifests", set_cookie="a=" + "b" * 50_000))


@LIES.lie(3, "answered with status|not JSON")
def nothing_at_all(registry: Registry) -> None:
    """204, with no content."""
    registry.misbehave(where(answering(204), of_kind("manifests")))
