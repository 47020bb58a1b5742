"""All that can be found out about one place that may have an image: a registry, or a mirror of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx

from imgscope.errors import ImgscopeError, SourceError, UsageError
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry import answers, retry
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.challenge import Challenge, parse_challenges
from imgscope.sources.registry.configuration.places import Place
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.diagnosis import connection
from imgscope.sources.registry.diagnosis.pull import Pull
from imgscope.sources.registry.diagnosis.step import Finding, Step, failed, ok, skipped, told
from imgscope.sources.registry.failures import ConnectionFailure
from imgscope.sources.registry.session import Session
from imgscope.sources.registry.token_server import TokenServer
from imgscope.sources.registry.transport import Transport, authority
from imgscope.sources.registry.trust import Trust

_NEEDED: Final = {
    "credentials": False,
    "proxy": True,
    "name": True,
    "connection": True,
    "TLS": True,
    "clock": False,
    "challenge": True,
    "login": True,
    "manifest": True,
    "blob": True,
    "redirect": False,
    "range": False,
    "rate limit": False,
}
"""The steps in their order, and whether images can be pulled only if they succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What to diagnose and how to get there, as for `RegistrySource`; `has_repository` is as for `Target`."""

    place: Place
    has_repository: bool
    options: SourceOptions
    trust: Trust
    lookup: Lookup
    http: httpx.BaseTransport | None = None
    sleep: Callable[[float], object] | None = None


def diagnose_place(patient: Patient) -> Iterator[Step]:
    """Yield each step when it was taken; what a failed step leaves unknown is skipped."""
    try:
        diagnosis = _Diagnosis(patient)
    except UsageError as error:
        # Certificates or a proxy that cannot be used: an inspection would end here, too.
        yield Step(name="settings", finding=told(error))
        yield from _not_tried(_NEEDED, "settings")
        return
    with closing(diagnosis):
        yield from diagnosis.steps()


class _Diagnosis:
    """Asks one place step by step; `close` it. Raises `UsageError` where settings keep it from connecting."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._place = patient.place
        self._reference = patient.place.reference
        endpoint, limits = patient.place.endpoint, patient.options.limits
        self._url = endpoint.base(endpoint.schemes[0])
        self._transport = Transport(endpoint, limits, trust=patient.trust, http=patient.http, sleep=patient.sleep)
        self._authenticator = Authenticator(
            self._reference,
            endpoint,
            TokenServer(self._transport, endpoint, limits),
            find_credential=lambda: patient.lookup,
        )
        self._session = Session(endpoint, self._transport, self._authenticator, limits)
        self._first: httpx.Response | None = None
        self._tls: Finding | None = None
        self._pull = Pull(self._reference, self._session, self._transport, has_repository=patient.has_repository)

    def steps(self) -> Iterator[Step]:
        """Yield each step when it was taken."""
        checks: tuple[Callable[[], Finding], ...] = (
            *(self._credentials, self._proxy, self._name, self._connection, self._check_tls, self._clock),
            *(self._challenge, self._log_in),
            *(self._pull.manifest, self._pull.blob, self._pull.redirect, self._pull.range),
            self._rate_limit,
        )
        for number, (check, name) in enumerate(zip(checks, _NEEDED, strict=True)):
            step = Step(name=name, finding=_told(check), is_needed=_NEEDED[name])
            yield step
            if step.is_in_the_way:
                yield from _not_tried([*_NEEDED][number + 1 :], name)
                return

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    def _credentials(self) -> Finding:
        lookup = self._patient.lookup
        if lookup.problems:
            return failed("; ".join(lookup.problems), "correct it, or log in again; until then it is passed over")
        if lookup.credential is None:
            return ok(f"none are stored for {self._reference.registry}: it is asked without")
        return ok(f"from {lookup.credential.origin}")

    def _proxy(self) -> Finding:
        return connection.proxy_finding(authority(self._url), self._transport.proxy_for(self._url))

    def _name(self) -> Finding:
        if self._patient.http is not None:
            return skipped("there is no network")
        return connection.name_finding(self._url, self._transport.proxy_for(self._url))

    def _connection(self) -> Finding:
        host = authority(self._url)
        try:
            response = self._session.ping()
        except ConnectionFailure as failure:
            if not failure.is_about_certificates and failure.kind != "not-tls":
                raise
            self._tls = told(failure)
            return ok(f"{host} accepts connections")
        self._tls = connection.tls_finding(response, self._place, self._patient.trust)
        self._transport.finish(response)
        self._first = response
        return ok(f"{host} answers, with status {response.status_code}")

    def _check_tls(self) -> Finding:
        assert self._tls is not None
        return self._tls

    def _clock(self) -> Finding:
        return connection.clock_finding(self._answer, datetime.now(UTC))

    def _challenge(self) -> Finding:
        if answers.is_web_page(self._answer):
            return told(answers.web_page(self._answer))
        if self._answer.status_code == httpx.codes.OK:
            return ok("none: everybody may ask")
        if self._answer.status_code != httpx.codes.UNAUTHORIZED:
            return failed(
                f"{authority(self._answer.url)} answered with status {self._answer.status_code} when asked for /v2/",
                "run again later; the fault is the registry's"
                if self._answer.status_code in retry.RETRIED_STATUSES
                else "check that this is a registry; every registry answers there",
            )
        said = [
            f"{challenge.scheme.capitalize()} from {_realm(challenge.parameters.get('realm', ''))}"
            if challenge.scheme == "bearer"
            else challenge.scheme.capitalize()
            for challenge in self._challenges
        ]
        if not said:
            return failed("it wants a login but does not say which", "this is the registry's fault")
        return ok(f"it wants a login: {' or '.join(said)}")

    def _log_in(self) -> Finding:
        if self._answer.status_code != httpx.codes.UNAUTHORIZED:
            return skipped("none is needed")
        is_bearer = any(challenge.scheme == "bearer" for challenge in self._challenges)
        if is_bearer and not self._patient.has_repository:
            return skipped(f"a token is for one repository: name one, {self._reference.registry}/REPOSITORY")
        credential = self._patient.lookup.credential
        self._authenticator.answer(self._challenges, None)
        if is_bearer:
            given = f"a token for repository:{self._reference.repository}:pull was given"
            if withheld := self._authenticator.withheld_from:
                return ok(f"{given}, but without credentials: {withheld} is not on the site of the registry")
            return ok(f"{given}, {'with these' if credential else 'without'} credentials")
        again = self._session.ping()
        self._transport.finish(again)
        if again.status_code == httpx.codes.UNAUTHORIZED:
            return told(self._authenticator.refusal())
        return ok("the credentials are accepted")

    def _rate_limit(self) -> Finding:
        limit = self._session.notices.rate_limit
        return ok(limit) if limit else skipped(f"{self._reference.registry} tells of none")

    @property
    def _answer(self) -> httpx.Response:
        if self._first is None:
            raise SourceError("there was no answer")
        return self._first

    @property
    def _challenges(self) -> list[Challenge]:
        return parse_challenges(self._answer.headers.get_list("www-authenticate"))


def _not_tried(names: Iterable[str], failed_step: str) -> Iterator[Step]:
    for name in names:
        finding = skipped(f"not tried, because of the failed {failed_step}")
        yield Step(name=name, finding=finding, is_needed=_NEEDED[name])


def _told(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except ImgscopeError as error:
        return told(error)


def _realm(realm: str) -> str:
    try:
        return authority(httpx.URL(realm)) or "nowhere"
    except httpx.InvalidURL:
        return "nowhere"
