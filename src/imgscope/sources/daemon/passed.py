"""What is kept of an archive that passed by: its documents, and of layers how large they were and how they began."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from imgscope.errors import LimitError, NotFoundError, SourceError
from imgscope.oci.digest import Digest
from imgscope.sources.base import SAVE_IT

START_SIZE: Final = 16
"""How many bytes of a layer are kept: enough to tell how it is compressed."""

_MOST_DOCUMENT_BYTES: Final = 64 * 1024 * 1024
_MOST_FILES: Final = 100_000
_MOST_LINKS: Final = 16
_LONGEST_NAME: Final = 300


class PassedFiles:
    """The files of the archive (`FileStore`), as far as they are kept. Filled by one thread, and read after that."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._sizes: dict[str, int] = {}
        self._content: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        self._digests: dict[str, Digest] = {}
        self._kept = 0

    @property
    def label(self) -> str:
        """What the archive is of, quoted."""
        return repr(self._label)

    def add(self, name: str, size: int, content: bytes) -> None:
        """Keep `content`, which is all of the file `name` or its start."""
        self._kept += len(content)
        if self._kept > _MOST_DOCUMENT_BYTES or len(self._sizes) >= _MOST_FILES:
            raise self._too_much("more and larger documents")
        self._links.pop(name, None)
        self._sizes[name], self._content[name] = size, content

    def add_link(self, name: str, target: str) -> None:
        """Keep that the file `name` is another name of `target`."""
        if len(self._links) >= _MOST_FILES:
            raise self._too_much("more links")
        self._sizes.pop(name, None)
        self._links[name] = target

    def add_digest(self, name: str, digest: Digest) -> None:
        """Keep what the file `name` was hashed to while it passed by."""
        self._digests[name] = digest

    def has(self, name: str) -> bool:
        """Tell whether there was a file of that name."""
        return self.resolved(name) in self._sizes

    def size(self, name: str) -> int:
        """Tell the length of a file in bytes."""
        return self._sizes[self._located(name)]

    @contextmanager
    def open(self, name: str, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Give the content of a file, as far as it was kept."""
        name = self._located(name)
        content, size = self._content[name], self._sizes[name]
        end = size if length is None else min(start + length, size)
        if end > len(content):
            raise SourceError(f"{name} of {self.label} has passed by and is read only once", hint=SAVE_IT)
        yield iter([content[start:end]])

    def digest(self, name: str) -> Digest:
        """Return the sha256 digest of a whole file."""
        name = self._located(name)
        if name in self._digests:
            return self._digests[name]
        with self.open(name) as pieces:
            return Digest.of(b"".join(pieces))

    def resolved(self, name: str) -> str:
        """Return the name of the file that `name` leads to, itself where it is no link."""
        for _ in range(_MOST_LINKS):
            target = self._links.get(name)
            if target is None:
                break
            name = target
        return name

    def close(self) -> None:
        """Nothing is open."""

    def _located(self, name: str) -> str:
        resolved = self.resolved(name)
        if resolved not in self._sizes:
            raise NotFoundError(f"the archive of {self._label} has no file {name[:_LONGEST_NAME]}", hint=SAVE_IT)
        return resolved

    def _too_much(self, what: str) -> LimitError:
        return LimitError(f"the archive of {self._label} has {what} than any image needs", hint=SAVE_IT)
