"""Content digests (image-spec, descriptor.md, "Digests")."""

from __future__ import annotations

import hashlib
import re
from typing import Final, Protocol, Self

from imgscope.errors import DocumentError

_GRAMMAR: Final = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_REGISTERED: Final = {"sha256": 64, "sha512": 128}
"""The algorithms that the specification registers, and how many digits they have."""
_HEXADECIMAL: Final = re.compile(r"[a-f0-9]*")


class Hasher(Protocol):
    """The part of a `hashlib` object that verification uses."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in the next bytes."""
        ...

    def hexdigest(self) -> str:
        """Give the digest of all bytes so far."""
        ...


class Digest(str):
    """A digest such as `sha256:e3b0…`, safe to use in a URL or a file name once parsed.

    It is a string, so that it compares, sorts and hashes as one; `Digest(…)` raises `DocumentError`
    on anything that the grammar of the specification does not allow. An algorithm that is not
    registered parses, and is never called verified: `hasher` is None for it.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:  # noqa: D102 - the docstring of the class says it
        if len(text) > 255 or not _GRAMMAR.fullmatch(text):
            raise DocumentError(f"{_quoted(text)} is not a digest: expected sha256: and 64 lowercase hex digits")
        algorithm, _, encoded = text.partition(":")
        expected = _REGISTERED.get(algorithm)
        if expected is not None and (len(encoded) != expected or not _HEXADECIMAL.fullmatch(encoded)):
            raise DocumentError(
                f"{_quoted(text)} is not a digest: expected {expected} lowercase hex digits after {algorithm}:"
            )
        return super().__new__(cls, text)

    @property
    def algorithm(self) -> str:
        """The part before the colon, `sha256` nearly always."""
        return self.partition(":")[0]

    @property
    def encoded(self) -> str:
        """The part after the colon, hexadecimal for the registered algorithms."""
        return self.partition(":")[2]

    @property
    def short(self) -> str:
        """The first twelve characters of the encoded part, for people."""
        return self.encoded[:12]

    def hasher(self) -> Hasher | None:
        """Return a fresh hash object of this digest's algorithm, or None where it cannot be verified."""
        return hashlib.new(self.algorithm) if self.algorithm in _REGISTERED else None

    def matches(self, hasher: Hasher) -> bool:
        """Tell whether `hasher` has arrived at this digest."""
        return hasher.hexdigest() == self.encoded

    @classmethod
    def of(cls, content: bytes) -> Digest:
        """Return the sha256 digest of `content`."""
        return cls(f"sha256:{hashlib.sha256(content).hexdigest()}")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
