"""Answers other than the wanted one, as sentences that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

import httpx

from imgscope.errors import AuthenticationError, ImgscopeError, NotFoundError, SourceError
from imgscope.oci.reference import HUB, Reference
from imgscope.sources.registry import retry
from imgscope.sources.registry.transport import authority

_LONGEST_QUOTE: Final = 200
_LONGEST_TOLD: Final = 24 * 3600
_PATHS: Final = {
    "manifest": "manifests/",
    "configuration": "blobs/",
    "layer": "blobs/",
    "referrers": "referrers/",
    "tags": "tags/list",
}
_NOT_SERVED: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.NOT_IMPLEMENTED,
)
"""How registries answer to a part of the API that they do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request was for: a tag, or the digest of a manifest or blob, of the repository of `reference`.

    For `referrers` it is the digest of what they refer to, for `tags` the query. `page` is the path, with its query,
    of a further page of them.
    """

    reference: Reference
    kind: Literal["manifest", "configuration", "layer", "referrers", "tags"]
    name: str
    page: str | None = None

    @property
    def path(self) -> str:
        """The path of the request; all of it was validated when it was parsed (conformance C58)."""
        return self.page or f"/v2/{self.reference.repository}/{_PATHS[self.kind]}{self.name}"

    @property
    def noun(self) -> str:
        """What the answer is, with its article."""
        return f"a list of {self.kind}" if self.kind in ("referrers", "tags") else f"a {self.kind}"

    def __str__(self) -> str:
        owner = f"in the repository {self.reference.repository}"
        if self.kind == "tags":
            return f"the tags {owner}"
        if self.kind == "referrers":
            return f"what refers to {self.name} {owner}"
        if self.kind == "manifest" and self.name == self.reference.tag:
            return f"tag {self.name} {owner}"
        return f"{self.kind} {self.name} {owner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What a registry says went wrong (distribution-spec, "Error Codes"): all codes, and the first message."""

    codes: frozenset[str] = frozenset()
    message: str = ""

    @classmethod
    def parse(cls, body: bytes) -> Reported:
        """Read the body of an error, which may be anything and cut short; what is no registry's error is empty."""
        try:
            errors = json.loads(body)["errors"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return cls()
        several = errors if isinstance(errors, list) else ()
        listed: list[dict[str, Any]] = [error for error in several if isinstance(error, dict)]
        messages = [message for error in listed if isinstance(message := error.get("message"), str) and message]
        return cls(
            codes=frozenset(code for error in listed if isinstance(code := error.get("code"), str)),
            message=messages[0] if messages else "",
        )

    @property
    def quoted(self) -> str:
        """The message in brackets after a space, shortened, or nothing."""
        shown = self.message if len(self.message) <= _LONGEST_QUOTE else f"{self.message[:_LONGEST_QUOTE]}…"
        return f" ({shown})" if shown else ""


def failure(
    asked: Asked, response: httpx.Response, reported: Reported, *, refusal: Callable[[str], AuthenticationError]
) -> ImgscopeError:
    """Return the error for an answer that is not the wanted one; `refusal` makes those that are about access."""
    status, registry = response.status_code, asked.reference.registry
    is_about_access = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if is_about_access and _is_of_registry(asked, response):
        return refusal(reported.quoted)
    if not is_about_access and asked.kind in ("referrers", "tags") and _is_not_served(asked, response, reported):
        return _not_served(asked)
    if is_web_page(response):
        return web_page(response)
    if status == HTTPStatus.NOT_FOUND:
        return _not_found(asked, reported)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _rate_limited(asked, response, reported)
    said = f"{status} {response.reason_phrase}".rstrip()
    where = "" if _is_own_host(asked, response.url) else f", from {authority(response.url)}"
    return SourceError(
        f"{registry} answered with status {said}{where} when asked for {asked}{reported.quoted}",
        hint="run again later; the fault is the registry's"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else f"imgscope doctor {asked.reference.registry} shows how the registry answers",
    )


def is_web_page(response: httpx.Response) -> bool:
    """Tell whether the answer is meant for people: registries answer with JSON or bytes."""
    return str(response.headers.get("content-type", "")).lower().startswith("text/html")


def web_page(response: httpx.Response) -> SourceError:
    """Return the error for a host that answers like a web site."""
    host = authority(response.url)
    return SourceError(
        f"{host} answered with a web page (status {response.status_code}) instead of what a registry would",
        hint=f"check that {host} is a registry, and that no login page of a network stands in between",
    )


def _is_own_host(asked: Asked, url: httpx.URL) -> bool:
    """Tell whether `url` is of the registry itself, and not of whom it redirected to."""
    own = httpx.URL(f"{url.scheme}://{asked.reference.endpoint}")
    return (url.host, url.port) == (own.host, own.port)


def _is_of_registry(asked: Asked, response: httpx.Response) -> bool:
    """Tell whether it is the registry that refuses, which a login may help with, and not whatever is in between."""
    # Web servers in front of a registry ask for a login with a page for people beside the challenge.
    is_page = is_web_page(response) and "www-authenticate" not in response.headers
    return _is_own_host(asked, response.url) and not is_page


def _is_not_served(asked: Asked, response: httpx.Response, reported: Reported) -> bool:
    if "NAME_UNKNOWN" in reported.codes:
        return False
    # Some redirect to a web site that has its own ideas, GitHub's for one.
    is_elsewhere = asked.kind == "referrers" and not _is_own_host(asked, response.url)
    return response.status_code in _NOT_SERVED or is_web_page(response) or is_elsewhere


def _not_served(asked: Asked) -> NotFoundError:
    return NotFoundError(
        f"{asked.reference.registry} does not tell {asked}",
        hint="not every registry does; a tag that you know can be inspected all the same",
    )


def _not_found(asked: Asked, reported: Reported) -> NotFoundError:
    registry, repository = asked.reference.registry, asked.reference.repository
    if "NAME_UNKNOWN" in reported.codes:
        return NotFoundError(
            f"{registry} has no repository {repository}", hint="check the spelling; names are written out in full"
        )
    if asked.kind == "manifest":
        return NotFoundError(f"{registry} has no {asked}", hint="check the tag or digest; it may have been deleted")
    return NotFoundError(
        f"{registry} has no {asked}, though the image needs it", hint="the image is damaged: push it again"
    )


def _rate_limited(asked: Asked, response: httpx.Response, reported: Reported) -> SourceError:
    seconds = retry.retry_after(response.headers.get("retry-after"))
    pause = "wait a while" if seconds is None else f"wait {seconds:.0f} seconds"
    if seconds is not None and seconds > _LONGEST_TOLD:
        pause = "wait for the more than a day that it asks for"
    log_in = "docker login" if asked.reference.registry == HUB else f"docker login {asked.reference.registry}"
    return SourceError(
        f"{asked.reference.registry} limits how much may be fetched, and the limit is reached{reported.quoted}",
        hint=f"{pause} and run again; who logs in ({log_in}) is often allowed more",
    )
