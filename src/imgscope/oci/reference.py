"""Names of images in registries: `[domain/]path[:tag][@digest]` (distribution-spec, "Pulling manifests")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from imgscope.errors import DocumentError, UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.tag import is_tag

HUB: Final = "docker.io"
HUB_ENDPOINT: Final = "registry-1.docker.io"
LOCAL_SCHEMES: Final = ("oci", "oci-archive", "docker-archive", "docker-daemon", "podman")
"""What stands before the colon in names of images on this machine, as docs/contract.md has them."""
_LONGEST_NAME: Final = 255

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_COMPONENT: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_BARE_IDENTIFIER: Final = re.compile(r"[a-f0-9]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image in a registry, in full. `tag` is None only when a digest was given without one."""

    registry: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference as people type it; `nginx` is `docker.io/library/nginx:latest`.

        Raises `UsageError` that says which part is not allowed and what is.
        """
        name, digest = _split_digest(text)
        name, tag = _split_tag(name, text)
        registry, repository = _split_registry(name, text)
        _check_repository(registry, repository, text)
        if tag is None and digest is None:
            tag = "latest"
        return cls(registry=registry, repository=repository, tag=tag, digest=digest)

    @property
    def endpoint(self) -> str:
        """Host, and port if any, that serves the API: Docker Hub's differs from its name."""
        return HUB_ENDPOINT if self.registry == HUB else self.registry

    @property
    def target(self) -> str:
        """What to ask the registry for: the digest decides where there are both."""
        return self.digest or self.tag or "latest"

    @property
    def familiar(self) -> str:
        """The shortest text that parses to the same reference."""
        if self.registry == HUB:
            for name in (self.repository.removeprefix("library/"), self.repository):
                if same_image(name, f"{HUB}/{self.repository}"):
                    return name + self._suffix()
        return str(self)

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{self._suffix()}"

    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse_repository(text: str) -> Reference:
    """Read the name of a repository as people type it, `docker://` before it or not; the tag is the default one.

    Raises `UsageError`, also where a tag or digest is given.
    """
    name = text.removeprefix("docker://")
    before, _ = _split_tag(_split_digest(name)[0], text)
    if before != name:
        raise UsageError(
            f"{text!r} names an image, where a repository is expected", hint=f"leave out the tag or digest: {before}"
        )
    return Reference.parse(name)


def same_image(one: str, other: str) -> bool:
    """Tell whether two names mean the same image in full: `app` and `docker.io/library/app:latest` do."""
    try:
        return Reference.parse(one) == Reference.parse(other)
    except UsageError:
        return False


def same_repository(one: str, other: str) -> bool:
    """Tell whether two names, which may have schemes, differ in nothing but tag and digest: `app` and `app:2` do.

    Of images on this machine the place is told apart, too: `oci:one` and `oci:two` are no tags of one repository.
    """
    return _repository(one) == _repository(other)


def _repository(text: str) -> str:
    scheme, colon, place = text.partition(":")
    if colon and scheme in LOCAL_SCHEMES:
        place = place.partition("@")[0]
        before, colon, tag = place.rpartition(":")
        # An engine's images may also be named by their digest alone.
        return f"{scheme}:{before}" if colon and "/" not in tag and before != "sha256" else f"{scheme}:{place}"
    try:
        reference = Reference.parse(text.removeprefix("docker://"))
    except UsageError:
        return text
    return f"{reference.registry}/{reference.repository}"


def _split_digest(text: str) -> tuple[str, Digest | None]:
    name, at, digest = text.partition("@")
    if not at:
        return name, None
    if "/" in digest:
        # Whatever stands before the @ may be a password: it is not repeated.
        raise UsageError(
            f"image '…@{digest}': a name has nothing before its host",
            hint="credentials are those that docker login or podman login keeps, and never part of a name",
        )
    try:
        return name, Digest(digest)
    except DocumentError as error:
        raise UsageError(f"image {text!r}: {error.message}") from None


def _split_tag(name: str, text: str) -> tuple[str, str | None]:
    before, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return name, None
    if not is_tag(tag):
        raise UsageError(
            f"image {text!r}: the tag {tag!r} is not allowed: expected letters, digits, '_', '.' and '-', "
            "not beginning with '.' or '-', at most 128 characters"
        )
    return before, tag


def _split_registry(name: str, text: str) -> tuple[str, str]:
    if "://" in name:
        raise UsageError(
            f"image {text!r} is written like a web address",
            hint="leave out what stands before //, such as registry.example/app:latest",
        )
    first, slash, rest = name.partition("/")
    is_domain = slash and ("." in first or ":" in first or first == "localhost" or first.lower() != first)
    if not is_domain:
        if _BARE_IDENTIFIER.fullmatch(text):
            raise UsageError(
                f"image {text!r}: 64 hexadecimal digits look like an image ID, which no registry can look up",
                hint="use NAME@sha256:… or a tag",
            )
        return HUB, name if slash else f"library/{name}"
    if not _DOMAIN.fullmatch(first):
        raise UsageError(f"image {text!r}: {first!r} is not a host name, optionally with a port")
    if first in ("index.docker.io", HUB):
        return HUB, rest if "/" in rest else f"library/{rest}"
    return first, rest


def _check_repository(registry: str, repository: str, text: str) -> None:
    for component in repository.split("/"):
        if not _COMPONENT.fullmatch(component):
            shown = component or repository.removeprefix("library/") or text
            raise UsageError(
                f"image {text!r}: the name component {shown!r} is not allowed: "
                "expected lowercase letters and digits, parted by '.', '_', '__' or '-'"
            )
    if len(registry) + 1 + len(repository) > _LONGEST_NAME:
        raise UsageError(
            f"image {text[:40] + '…'!r}: host and name together are longer than {_LONGEST_NAME} characters"
        )
