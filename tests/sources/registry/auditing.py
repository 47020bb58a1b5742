"""Auditing the one image of these tests in a registry over real sockets, with credentials, and how that ended."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from imgscope import analyze
from imgscope.cli._inspect import exit_code
from imgscope.errors import ImgscopeError
from imgscope.limits import Limits
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Lookup
from tests.sources.registry.opening import password
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Auth
from tests.support.registry_faults import Fault

APP = image([layer(file("data", random.Random(11).randbytes(100_000)))], listed_platform=False)
BLOB, DIGEST = APP.layers[0].blob, APP.layers[0].digest
_PATIENT = Limits()
_ENOUGH_SECONDS = 20.0


def serving(auth: Auth | None = None) -> Registry:
    """A registry with the image in it."""
    registry = Registry(auth=auth)
    registry.add(APP)
    return registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an audit would end: its exit code and what it would say, in one text."""

    code: int
    said: str


def audit(host: str, slept: list[float], *, limits: Limits = _PATIENT) -> Outcome:
    """Inspect the image on `host` with the credentials `me` and `SECRET`, without ever sleeping between attempts."""
    source = RegistrySource(
        Reference.parse(f"{host}/team/app"),
        SourceOptions(limits=limits),
        sleep=slept.append,
        credentials=lambda _: Lookup(credential=password()),
    )
    started = time.monotonic()
    try:
        report = analyze.inspect_source(source).report
        return Outcome(code=exit_code([report]), said="\n".join(failure.message for failure in report.failures))
    except ImgscopeError as error:
        return Outcome(code=error.exit_code, said=f"{error.message}; {error.hint}")
    finally:
        source.close()
        assert time.monotonic() - started < _ENOUGH_SECONDS


def only_layers(fault: Fault) -> Fault:
    """The same fault, for the layer only and not for the configuration."""
    applies = fault.applies
    return Fault(
        applies=lambda seen: applies(seen) and seen.path.endswith(DIGEST), change=fault.change, times=fault.times
    )
