"""An image whose registry may say no while an engine on this machine has it: then the hint says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from imgscope.errors import SourceError
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.sources.base import ImageHead, ImageSource, Traffic
from imgscope.sources.daemon.presence import hint_for


class HintingSource:
    """The `ImageSource` that `source` is; `find_locally` gives what to add to the hint where it has no image."""

    def __init__(
        self, source: ImageSource, reference: Reference, find_locally: Callable[[Reference], str | None] = hint_for
    ) -> None:
        self._source = source
        self._reference = reference
        self._find_locally = find_locally

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image; see `ImageSource.resolve`."""
        try:
            return self._source.resolve(platform)
        except SourceError as error:
            error.hint = "; ".join(filter(None, (error.hint, self._find_locally(self._reference)))) or None
            raise

    def open_blob(
        self, descriptor: Descriptor, start: int = 0, length: int | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Stream a layer; see `ImageSource.open_blob`."""
        return self._source.open_blob(descriptor, start, length)

    def traffic(self) -> Traffic:
        """Tell what was fetched so far."""
        return self._source.traffic()

    def close(self) -> None:
        """Let go of all connections."""
        self._source.close()
