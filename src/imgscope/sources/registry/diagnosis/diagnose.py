"""Diagnosing a registry with all its mirrors, in the order in which an inspection would ask them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import httpx

from imgscope.errors import SourceError
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.configuration.places import Configuration, Place
from imgscope.sources.registry.connect import limits_for, lookup_for, trust_for
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.diagnosis.place import Patient, diagnose_place
from imgscope.sources.registry.diagnosis.step import Finding, Step, ok, told
from imgscope.sources.registry.diagnosis.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is found out about one place, or before any is asked. `steps` are taken while they are iterated.

    `can_serve` is whether a place that no step stands in the way of is one that images come from.
    """

    title: str
    steps: Iterator[Step]
    can_serve: bool


def diagnose(
    target: Target,
    options: SourceOptions,
    *,
    environ: Mapping[str, str] = os.environ,
    http: httpx.BaseTransport | None = None,
    sleep: Callable[[float], object] | None = None,
    credentials: Callable[[Reference], Lookup] | None = None,
) -> Iterator[Section]:
    """Yield what is configured, then each mirror, then the registry itself; iterate the steps of each before the next.

    Raises `UsageError` for a configuration file that is malformed.
    """
    configuration = Configuration.load(environ)
    try:
        places = configuration.places(target.reference, options.insecure_registries)
    except SourceError as error:
        yield Section(title=str(target), steps=iter([Step(name="mirrors", finding=told(error))]), can_serve=False)
        return
    found = Step(name="mirrors", finding=_mirrors(places, configuration, target.reference))
    yield Section(title=str(target), steps=iter([found]), can_serve=False)
    trust = trust_for(places, configuration, options, environ)
    credentials = credentials or lookup_for(configuration, environ)
    for place in places:
        patient = Patient(
            place=place,
            has_repository=target.has_repository,
            options=replace(options, limits=limits_for(place, options.limits)),
            trust=trust,
            lookup=credentials(place.reference),
            http=http,
            sleep=sleep,
        )
        yield Section(title=_title(place), steps=diagnose_place(patient), can_serve=True)


def _title(place: Place) -> str:
    kind = "mirror" if place.is_mirror else "registry"
    named = f", which {place.origin} names" if place.origin else ""
    return f"{kind} {place.reference.registry}{place.endpoint.path}{named}"


def _mirrors(places: Sequence[Place], configuration: Configuration, reference: Reference) -> Finding:
    mirrors = [place.reference.registry for place in places if place.is_mirror]
    table = configuration.table_for(reference)
    pulls = "digest" if reference.digest is None else "tag"
    unasked = [mirror.location for mirror in (table.mirrors if table else ()) if mirror.pulls == f"{pulls}-only"]
    said = [f"asked in this order before the registry itself: {', '.join(mirrors)}"] if mirrors else []
    said += [f"asked only for a {pulls}: {', '.join(unasked)}"] if unasked else []
    itself = places[-1].reference
    said += [f"{table.origin} puts {reference} at {itself}"] if table and itself != reference else []
    return ok("; ".join(said) or "none are configured")
