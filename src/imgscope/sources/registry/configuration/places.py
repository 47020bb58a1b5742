"""From the name of an image to the places that may have it: mirrors in their order, and the registry itself last."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from imgscope.errors import SourceError, UsageError
from imgscope.oci.reference import HUB, Reference
from imgscope.sources.registry.configuration import docker_daemon, registries_conf
from imgscope.sources.registry.configuration.docker_daemon import DockerSettings, HubMirror
from imgscope.sources.registry.configuration.registries_conf import CredentialHelpers, Mirror, RegistryTable
from imgscope.sources.registry.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A registry that may have the image, which is called `reference` there. `origin` is the file that names it."""

    reference: Reference
    endpoint: Endpoint
    is_mirror: bool
    origin: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that Podman's and Docker's files say of where images are, and who is asked for credentials.

    `files` are those that there were.
    """

    tables: tuple[RegistryTable, ...] = ()
    credential_helpers: CredentialHelpers = field(default_factory=CredentialHelpers)
    docker: DockerSettings = field(default_factory=DockerSettings)
    files: tuple[Path, ...] = ()

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Configuration:
        """Read the files; raises `UsageError` for one that is malformed or cannot be read."""
        tables, helpers, podmans_files = registries_conf.load(environ)
        docker, dockers_files = docker_daemon.load(environ)
        return cls(tables=tables, credential_helpers=helpers, docker=docker, files=podmans_files + dockers_files)

    def table_for(self, reference: Reference) -> RegistryTable | None:
        """Return the table with the longest prefix of the image's name, a host written out before one with `*`."""
        name = str(reference)
        matching = [(rest, table) for table in self.tables if (rest := table.rest_of(name)) is not None]
        ranked = sorted(matching, key=lambda match: (-len(match[0]), not match[1].is_wildcard, len(match[1].prefix)))
        return ranked[-1][1] if ranked else None

    def places(self, reference: Reference, insecure_registries: Collection[str] = ()) -> tuple[Place, ...]:
        """Return where to look for the image, in order.

        Raises `SourceError` for a blocked registry and `UsageError` for a place that makes no name of an image.
        """
        table = self.table_for(reference)
        if table is not None and table.is_blocked:
            raise SourceError(
                f"{reference.familiar} may not be pulled: {table.origin} blocks {table.prefix}",
                hint=f"take blocked = true out of {table.origin} if you may, or name another image",
            )
        allowed = {host.lower() for host in insecure_registries}
        itself = self._registry(reference, table, allowed)
        mirrors = [*self._mirrors(reference, table, allowed)]
        if itself.reference.registry == HUB:
            mirrors += [self._hub_mirror(mirror, itself.reference, allowed) for mirror in self.docker.mirrors]
        return (*mirrors, itself)

    def is_insecure(self, host: str, insecure_registries: Collection[str] = ()) -> bool:
        """Tell whether an option or Docker's files declare `host`, with port if any, insecure."""
        return host.lower() in {each.lower() for each in insecure_registries} or self.docker.is_insecure(host)

    def _registry(self, reference: Reference, table: RegistryTable | None, allowed: Collection[str]) -> Place:
        if table is None:
            return Place(reference=reference, endpoint=self._endpoint(reference, allowed), is_mirror=False)
        there = _rewritten(reference, table, table.location)
        endpoint = self._endpoint(there, allowed, is_insecure=table.is_insecure)
        return Place(reference=there, endpoint=endpoint, is_mirror=False, origin=table.origin)

    def _mirrors(self, reference: Reference, table: RegistryTable | None, allowed: Collection[str]) -> Iterator[Place]:
        for mirror in table.mirrors if table else ():
            if table is None or not _is_asked(mirror, reference):
                continue
            there = _rewritten(reference, table, mirror.location)
            endpoint = self._endpoint(there, allowed, is_insecure=mirror.is_insecure)
            yield Place(reference=there, endpoint=endpoint, is_mirror=True, origin=table.origin)

    def _hub_mirror(self, mirror: HubMirror, reference: Reference, allowed: Collection[str]) -> Place:
        there = replace(reference, registry=mirror.host)
        endpoint = replace(self._endpoint(there, allowed), path=mirror.path)
        schemes = ("http",) if mirror.scheme == "http" else endpoint.schemes if endpoint.is_insecure else ("https",)
        return Place(reference=there, endpoint=replace(endpoint, schemes=schemes), is_mirror=True, origin=mirror.origin)

    def _endpoint(self, reference: Reference, allowed: Collection[str], *, is_insecure: bool = False) -> Endpoint:
        names = {reference.registry, reference.endpoint}
        is_insecure = is_insecure or any(self.is_insecure(name, allowed) for name in names)
        return Endpoint.of(reference.endpoint, {reference.endpoint} if is_insecure else ())


def _is_asked(mirror: Mirror, reference: Reference) -> bool:
    return mirror.pulls in ("all", "digest-only" if reference.digest else "tag-only")


def _rewritten(reference: Reference, table: RegistryTable, location: str) -> Reference:
    """Return `reference` with `location` in place of the prefix of `table`; raises `UsageError` where that is none."""
    rest = table.rest_of(str(reference))
    if not location or rest is None:
        return reference
    try:
        there = Reference.parse(location + rest)
    except UsageError:
        there = None
    host = (location + rest).partition("/")[0]
    # Without a repository left, a host is read as the name of an image.
    if there is None or host not in (there.registry, f"index.{HUB}"):
        raise UsageError(
            f"{table.origin} says that {reference} is at {location + rest}, which is no name of an image",
            hint=f"check the location {location} for the prefix {table.prefix}",
        )
    return there
