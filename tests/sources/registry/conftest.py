"""How tests open an image: in the tests' registry, without network, waiting or credential files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Credential, Lookup
from tests.sources.registry.opening import Opener
from tests.support.registry import Registry


@pytest.fixture
def slept() -> list[float]:
    """The seconds that were waited for, had anybody waited."""
    return []


@pytest.fixture
def open_image(slept: list[float]) -> Iterator[Opener]:
    """Opens `reference` in a registry, with a credential if given."""
    opened: list[RegistrySource] = []

    def open_one(
        registry: Registry,
        reference: str = "registry.example.com/team/app",
        *,
        credential: Credential | None = None,
        problems: tuple[str, ...] = (),
        options: SourceOptions | None = None,
    ) -> RegistrySource:
        source = RegistrySource(
            Reference.parse(reference),
            options or SourceOptions(),
            http=registry.transport(),
            sleep=slept.append,
            credentials=lambda _: Lookup(credential=credential, problems=problems),
        )
        opened.append(source)
        return source

    yield open_one
    for source in opened:
        source.close()
