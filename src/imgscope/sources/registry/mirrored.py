"""One image that several places may have: mirrors in their order, and the registry itself last (conformance C23)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from imgscope.errors import AuthenticationError, Cancelled, ImgscopeError, NotFoundError, SourceError, UsageError
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.sources.abilities import Attached, Variant
from imgscope.sources.base import ImageHead, Traffic
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.configuration.places import Place
from imgscope.sources.registry.elsewhere import FindElsewhere, hinting, nowhere

Answer = TypeVar("Answer")

_NOT_PASSED_OVER: Final = (Cancelled, UsageError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A place and the source that speaks to it."""

    place: Place
    source: RegistrySource

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return f"{'the mirror ' if self.place.is_mirror else ''}{self.place.reference.registry}"


class MirroredSource:
    """An `ImageSource` that asks the sources of all `places` one after the other. `reference` is how the user calls it.

    What a mirror cannot serve, whatever the reason, the next place is asked for; each has credentials of its own.
    """

    def __init__(self, reference: Reference, places: Sequence[Served]) -> None:
        self._reference = reference
        self.elsewhere: FindElsewhere = nowhere
        self._places = tuple(places)
        self._lock = threading.Lock()
        self._first = 0

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image in the first place that has it; see `ImageSource.resolve`."""
        notes: list[str] = []
        with hinting(self.elsewhere):
            served, head = self._ask(lambda source: source.resolve(platform), notes)
        if served.place.is_mirror and self._reference.digest is None:
            notes.append(f"{served.name} said what {self._reference.familiar} is; it may lag behind the registry")
        return replace(head, reference=self._reference.familiar, notes=(*notes, *head.notes))

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Stream a layer from the place that has the image, taken up at the next where it fails there.

        The bytes are not verified here but as one stream by whoever reads them; see `ImageSource.open_blob`.
        """
        with closing(self._stream(descriptor, start, length)) as chunks:
            yield chunks

    def find_attachments(self, head: ImageHead) -> Attached:
        """Look up what is attached at the place that serves the image; see `FindsAttachments`."""
        with self._lock:
            served = self._places[self._first]
        return served.source.find_attachments(head)

    def variants(self) -> tuple[Variant, ...]:
        """List the images for all platforms by the first place that knows; see `ListsVariants`."""
        with hinting(self.elsewhere):
            _, variants = self._ask(lambda source: source.variants(), [])
        return variants

    def tags(self, progress: Callable[[int], object]) -> tuple[str, ...]:
        """List the tags of the registry itself, as mirrors have but some or old ones; see `ListsTags`."""
        return self._places[-1].source.tags(progress)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the registry itself wants users to know; see `ListsTags`."""
        return self._places[-1].source.warnings

    def traffic(self) -> Traffic:
        """Tell what was fetched so far from all places; the rate limit is that of the one which serves the image."""
        each = [served.source.traffic() for served in self._places]
        with self._lock:
            rate_limit = each[self._first].rate_limit
        return Traffic(
            requests=sum(traffic.requests for traffic in each),
            bytes_fetched=sum(traffic.bytes_fetched for traffic in each),
            rate_limit=rate_limit,
        )

    def close(self) -> None:
        """Let go of the connections to all places."""
        for served in self._places:
            served.source.close()

    def _ask(self, question: Callable[[RegistrySource], Answer], notes: list[str]) -> tuple[Served, Answer]:
        """Return the first place that has an answer, which counts from now on, and its answer.

        Why others were passed over is added to `notes`.
        """
        failures: list[str] = []
        for number, served in enumerate(self._places):
            try:
                answer = question(served.source)
            except _NOT_PASSED_OVER:
                raise
            except ImgscopeError as error:
                if served is self._places[-1]:
                    raise _with_failures(error, failures) from None
                failures.append(f"{served.name}: {error.message}")
                # That a mirror has only some images is as it should be.
                notes += [] if isinstance(error, NotFoundError) else [f"passed over {failures[-1]}"]
            else:
                self._skip_to(number)
                return served, answer
        raise AssertionError("the last place answers or raises")

    def _stream(self, descriptor: Descriptor, start: int, length: int | None) -> Generator[bytes]:
        end = descriptor.size if length is None else min(start + length, descriptor.size)
        failures: list[str] = []
        position = start
        with self._lock:
            first = self._first
        for number, served in enumerate(self._places[first:], first):
            is_last = served is self._places[-1]
            try:
                rest = None if length is None else start + length - position
                with served.source.open_blob(descriptor, position, rest) as chunks:
                    for chunk in chunks:
                        position += len(chunk)
                        yield chunk
                if is_last or position >= end:
                    return
                failures.append(f"{served.name}: sent only {position:,} bytes of {end:,}")
            except _NOT_PASSED_OVER:
                raise
            except ImgscopeError as error:
                if is_last:
                    raise _with_failures(error, failures) from None
                failures.append(f"{served.name}: {error.message}")
                if not isinstance(error, NotFoundError):
                    self._skip_to(number + 1)

    def _skip_to(self, number: int) -> None:
        """Ask no more the places before this one, which had their chance."""
        with self._lock:
            self._first = max(self._first, number)


def _with_failures(error: ImgscopeError, failures: Sequence[str]) -> ImgscopeError:
    """Return `error`, of the place asked last, with what kept the others from serving."""
    if not failures:
        return error
    message = "; ".join([error.message, *(f"before it, {failure}" for failure in failures)])
    for kind in (AuthenticationError, NotFoundError):
        if isinstance(error, kind):
            return kind(message, hint=error.hint)
    return SourceError(message, hint=error.hint)
