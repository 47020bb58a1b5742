"""One image that an engine holds (`StreamedSource`)."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
import msgspec

from imgscope.errors import ImgscopeError, NotFoundError, SourceError, UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.sources._files import Place
from imgscope.sources._layout import MARK
from imgscope.sources.base import SAVE_IT, ImageHead, PassingBlob, SourceOptions, Traffic
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.client import EngineClient, Refused
from imgscope.sources.daemon.engine import Engine
from imgscope.sources.daemon.inspected import Inspected, early_head, parse_history, parse_inspected
from imgscope.sources.daemon.listing import named_images
from imgscope.sources.daemon.passage import Passage
from imgscope.sources.daemon.passed import PassedFiles
from imgscope.sources.daemon.patience import Patience
from imgscope.sources.docker_archive import DockerArchive
from imgscope.text import format_count

_IDENTIFIER: Final = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")
_LATEST: Final = ":latest"
_MOST_LISTED: Final = 5
_MOST_COMPARED: Final = 5_000


class DaemonSource:
    """The image called `name`, a name or an ID, of `engine`. Connects when resolved, and not before.

    `http` replaces the network, `address` the search for where the engine listens. Raises `UsageError`.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        options: SourceOptions,
        *,
        http: httpx.BaseTransport | None = None,
        address: Callable[[], Address] | None = None,
    ) -> None:
        if not name:
            raise UsageError(f"{engine.scheme}: names no image", hint=f"name one, such as {engine.scheme}:nginx:latest")
        self._engine = engine
        self._name = name
        # What may be an ID is one, unless the engine says that it is a name.
        self._asked = name if _IDENTIFIER.fullmatch(name) else _with_tag(name)
        self._limits = options.limits
        self._client = EngineClient(
            engine,
            address() if address else engine.address(os.environ),
            http=http,
            patience=Patience.within(options.limits),
        )
        self._platform: Platform | None = None
        self._early: ImageHead | None = None
        self._files = PassedFiles(self.reference)
        self._is_whole = False

    @property
    def reference(self) -> str:
        """How people call the image."""
        return f"{self._engine.scheme}:{self._name}"

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Ask the engine for the image; see `StreamedSource.settled` for what its answer cannot tell."""
        self._platform = platform
        inspected = self._inspected()
        told = self._about_image("history")
        history = parse_history(told, title=self._engine.title)
        self._early = early_head(
            inspected, history, reference=self.reference, source=self._engine.scheme, platform=platform
        )
        return self._early

    def passing_layers(self, known: Collection[Digest]) -> Generator[PassingBlob, None, None]:
        """Yield the layers as the engine sends them; raises `SourceError` where it does not send all of them."""
        self._files, self._is_whole = PassedFiles(self.reference), False
        with self._saved(self._files, known) as passage:
            yield from passage.layers()
        self._is_whole = True

    def settled(self) -> ImageHead:
        """Return what the documents say that passed by with the layers."""
        assert self._early is not None
        place = Place(scheme=self._engine.scheme, path=Path(self._name), name=None)
        archive = DockerArchive(self._files, place, self._limits)
        try:
            head = archive.resolve(self._platform or self._early.platform)
        except UsageError as error:
            # That one of them could be named helps with archives only.
            raise SourceError(f"{self._engine.title} sent no one image: {error.message}", hint=SAVE_IT) from None
        except ImgscopeError as error:
            if not self._is_whole:
                return self._early
            error.hint = error.hint or SAVE_IT
            raise
        notes = (*head.notes, *self._disagreement(head))
        return replace(head, reference=self.reference, source=self._engine.scheme, notes=notes)

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Give the bytes of one layer, for which the whole image has to be sent as far as there."""
        with self._saved(PassedFiles(self.reference), ()) as passage:
            for blob in passage.layers():
                if blob.descriptor.digest == descriptor.digest:
                    yield _part(blob.chunks, start, length)
                    return
        raise NotFoundError(f"{self._engine.title} sent no layer {descriptor.digest} with {self._name}", hint=SAVE_IT)

    def traffic(self) -> Traffic:
        """Tell what the engine sent so far."""
        return self._client.traffic()

    def close(self) -> None:
        """Let go of the connection; a layer that is being read ends with a `SourceError`."""
        self._client.close()

    def _disagreement(self, head: ImageHead) -> Iterator[str]:
        """Yield a note where another configuration was sent than that of the image which the engine told of.

        Of what is an OCI layout, the engine may have told the digest of an index that was not sent.
        """
        assert self._early is not None
        if not self._files.has(MARK) and head.digest != self._early.digest:
            title = self._engine.title
            yield f"{title} sent another image, {head.digest}, than the one that it told of, {self._early.digest}"

    @contextmanager
    def _saved(self, files: PassedFiles, known: Collection[Digest]) -> Iterator[Passage]:
        assert self._early is not None
        with self._client.stream(self._path("get"), self._wanted_platform(), is_image=True) as chunks:
            yield Passage(
                chunks,
                files,
                diff_ids=self._early.config.rootfs.diff_ids or (),
                known=known,
                limits=self._limits,
                title=self._engine.title,
            )

    def _inspected(self) -> Inspected:
        try:
            body = self._about_image("json")
        except Refused as refused:
            if refused.status != httpx.codes.NOT_FOUND or not refused.said:
                raise
            raise self._not_found(refused.said) from None
        inspected = parse_inspected(body, title=self._engine.title)
        if f"{self._name}{_LATEST}" in (inspected.repo_tags or ()):
            self._asked = f"{self._name}{_LATEST}"
        return inspected

    def _about_image(self, what: str) -> bytes:
        limit = self._limits.engine_answer_size
        return self._client.document(self._path(what), self._wanted_platform(), limit=limit)

    def _wanted_platform(self) -> dict[str, str]:
        """Return the parameter that newer Docker chooses a platform by; others have one only, and take no notice."""
        wanted = self._platform
        if wanted is None:
            return {}
        parts = {"os": wanted.os, "architecture": wanted.architecture, "variant": wanted.variant}
        return {"platform": msgspec.json.encode({name: part for name, part in parts.items() if part}).decode()}

    def _path(self, what: str) -> str:
        return f"/images/{quote(self._asked, safe='')}/{what}"

    def _not_found(self, said: str) -> NotFoundError:
        title = self._engine.title
        if "platform" in said:
            asked = f"for {self._platform}" if self._platform else "for this machine"
            return NotFoundError(
                f"{title} does not have {self._name} {asked}: {said}", hint="name one that it has with --platform"
            )
        return NotFoundError(f"{title} has no image {self._name}", hint=self._other_names())

    def _other_names(self) -> str:
        try:
            names = [name for name, _ in named_images(self._client, self._limits)]
        except ImgscopeError:
            return f"{self._engine.program} images lists those that it has"
        near = _near(self._name, names)
        other = f"{format_count(len(names), 'image')}, none of them called like it" if names else "no images"
        return f"it has {', '.join(near) or other}"


def _with_tag(name: str) -> str:
    """Return `name` with the tag that it stands for: to save a name without one, Docker sends all tags of it.

    Raises `UsageError` for what is no name.
    """
    reference = Reference.parse(name)
    is_whole = reference.digest is not None or name.endswith(f":{reference.tag}")
    return name if is_whole else f"{name}{_LATEST}"


def _near(name: str, names: list[str]) -> list[str]:
    """Return names like `name`: those that end like it with another tag or host first, then misspellings."""
    base = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    alike = [each for each in names if each.rpartition("/")[2].partition(":")[0] == base]
    misspelt = difflib.get_close_matches(name, names[:_MOST_COMPARED], n=_MOST_LISTED)
    return list(dict.fromkeys([*alike, *misspelt]))[:_MOST_LISTED]


def _part(chunks: Iterator[bytes], start: int, length: int | None) -> Iterator[bytes]:
    """Yield what of `chunks` lies between `start` and `start + length`."""
    position, end = 0, None if length is None else start + length
    for chunk in chunks:
        if end is not None and position >= end:
            return
        piece = chunk[max(start - position, 0) : None if end is None else end - position]
        position += len(chunk)
        if piece:
            yield piece
