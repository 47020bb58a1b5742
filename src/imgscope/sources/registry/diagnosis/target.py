"""What to diagnose: `HOST[/REPOSITORY[:TAG]]`, Docker Hub by default."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.errors import UsageError
from imgscope.oci.reference import HUB, Reference

_ON_HUB = "hello-world"
_ANY_REPOSITORY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An image in a registry; where `has_repository` is false, only the registry of `reference` was named."""

    reference: Reference
    has_repository: bool

    @classmethod
    def parse(cls, text: str | None) -> Target:
        """Read what the user typed; raises `UsageError` that says which part is not allowed.

        A word alone is a host if it has a dot or a port or is `localhost`, else an image on Docker Hub, where without
        a name a small public one is taken.
        """
        if text is None or text.rstrip("/") in (HUB, f"index.{HUB}"):
            return cls(reference=Reference.parse(_ON_HUB), has_repository=True)
        host = text.removeprefix("docker://").rstrip("/")
        if "/" not in host and _is_host(host):
            return cls(reference=Reference.parse(f"{host}/{_ANY_REPOSITORY}"), has_repository=False)
        return cls(reference=Reference.parse(host), has_repository=True)

    @property
    def image_of_that_name(self) -> Reference | None:
        """The image on Docker Hub that is written like the host with a port which this is, such as `postgres:16`."""
        host = self.reference.registry
        if self.has_repository or "." in host or host.partition(":")[0] == "localhost":
            return None
        try:
            return Reference.parse(host)
        except UsageError:
            return None

    def __str__(self) -> str:
        return self.reference.familiar if self.has_repository else self.reference.registry


def _is_host(text: str) -> bool:
    name, _, port = text.partition(":")
    return "." in name or name == "localhost" or name.startswith("[") or port.isdecimal()
