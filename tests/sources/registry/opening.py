"""Who opens images in the tests' registry, and as whom."""

from __future__ import annotations

from collections.abc import Callable

from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Credential

Opener = Callable[..., RegistrySource]
SECRET = "very-secret-0123456789"


def password(secret: str = SECRET, username: str = "me") -> Credential:
    """A user name and password."""
    return Credential(kind="password", username=username, secret=secret, origin="/home/me/.docker/config.json")
