"""From the name of an image to a source that connects as options and the user's configuration files say."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import httpx

from imgscope.limits import Limits
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.configuration.certificates import find_certificates
from imgscope.sources.registry.configuration.places import Configuration, Place
from imgscope.sources.registry.credentials import Lookup, find_credential
from imgscope.sources.registry.mirrored import MirroredSource, Served
from imgscope.sources.registry.transport import authority
from imgscope.sources.registry.trust import Trust

_PATIENCE_WITH_MIRRORS: Final = 10.0


def open_image(
    reference: Reference,
    options: SourceOptions,
    *,
    environ: Mapping[str, str] = os.environ,
    http: httpx.BaseTransport | None = None,
    sleep: Callable[[float], object] | None = None,
    credentials: Callable[[Reference], Lookup] | None = None,
) -> RegistrySource | MirroredSource:
    """Return the source of an image, with its mirrors if it has any; see `connect`."""
    places = connect(reference, options, environ=environ, http=http, sleep=sleep, credentials=credentials)
    if len(places) == 1 and places[0].place.reference == reference:
        return places[0].source
    return MirroredSource(reference, places)


def connect(
    reference: Reference,
    options: SourceOptions,
    *,
    environ: Mapping[str, str] = os.environ,
    http: httpx.BaseTransport | None = None,
    sleep: Callable[[float], object] | None = None,
    credentials: Callable[[Reference], Lookup] | None = None,
) -> tuple[Served, ...]:
    """Return all places that an image may be in, the registry itself last. Does not connect yet; close every source.

    Raises `UsageError` for a configuration file that is malformed, `SourceError` for a registry that one blocks.
    `http`, `sleep` and `credentials` are as for `RegistrySource`.
    """
    configuration = Configuration.load(environ)
    places = configuration.places(reference, options.insecure_registries)
    trust = trust_for(places, configuration, options, environ)
    find_credentials = credentials or lookup_for(configuration, environ)

    def open_one(place: Place) -> RegistrySource:
        return RegistrySource(
            place.reference,
            replace(options, limits=limits_for(place, options.limits)),
            endpoint=place.endpoint,
            trust=trust,
            http=http,
            sleep=sleep,
            credentials=find_credentials,
        )

    return tuple(Served(place=place, source=open_one(place)) for place in places)


def lookup_for(configuration: Configuration, environ: Mapping[str, str]) -> Callable[[Reference], Lookup]:
    """Return what finds the credentials that the user has for a repository."""
    return partial(find_credential, environ=environ, helpers=configuration.credential_helpers)


def trust_for(
    places: tuple[Place, ...], configuration: Configuration, options: SourceOptions, environ: Mapping[str, str]
) -> Trust:
    """Return whom to trust while an image is fetched from `places` and from where they send us."""

    def is_insecure(url: httpx.URL) -> bool:
        declared = any(place.endpoint.allows_any_certificate(url) for place in places)
        return declared or configuration.is_insecure(authority(url), options.insecure_registries)

    return Trust(is_insecure=is_insecure, find=partial(find_certificates, environ=environ))


def limits_for(place: Place, limits: Limits) -> Limits:
    """Return `limits`, with less patience for a mirror that does not answer: there is another place to ask."""
    if not place.is_mirror:
        return limits
    return replace(limits, connect_timeout=min(limits.connect_timeout, _PATIENCE_WITH_MIRRORS))
