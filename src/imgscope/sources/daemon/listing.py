"""Which images the engines on this machine hold: an offer, so never a long wait and never an error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Final

import msgspec

from imgscope.errors import DocumentError, ImgscopeError
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.sources.daemon.client import EngineClient
from imgscope.sources.daemon.engine import ENGINES, Engine
from imgscope.sources.daemon.patience import Patience

_PATIENCE: Final = Patience.brief(2.0)
_MOST_IMAGES: Final = 500
_LONGEST_NAME: Final = 400
"""More characters than a host, a repository, a tag and a digest may have together."""
_UNNAMED: Final = "<none>"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalImage:
    """An image that an engine holds: `reference` is what opens it, `unpacked_size` what the engine says it takes."""

    reference: str
    unpacked_size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalImages:
    """What one engine holds, the newest first as it tells them, or the `problem` that kept it from telling."""

    engine: str
    images: tuple[LocalImage, ...] = ()
    problem: str | None = None


class _Listed(msgspec.Struct, frozen=True, kw_only=True, rename="pascal", gc=False):
    """One item of `GET /images/json` (Docker Engine API, ImageList)."""

    repo_tags: tuple[str, ...] | None = None
    size: Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)] | None = None


# Made once and before any thread: msgspec crashes where two threads are the first to decode a type. It makes nothing
# of what it is not asked for, which in a list of images is most.
_DECODER: Final = msgspec.json.Decoder(tuple[_Listed, ...])


def local_images(environ: Mapping[str, str] = os.environ) -> list[LocalImages]:
    """Ask each engine that seems to be there for at most 500 of its images, for about two seconds at most.

    Engines without a socket are left out, and so are those that are reached over a network: nobody asked for that.
    """
    return [listed for engine in ENGINES if (listed := _ask(engine, environ)) is not None]


def named_images(client: EngineClient, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, int | None]]:
    """Yield the names that the engine has for its images, each with the size that it tells of it, in its order.

    What is longer than any name may be is left out. Raises what `EngineClient.document` does, and `DocumentError`.
    """
    body = client.document("/images/json", limit=limits.engine_answer_size)
    try:
        listed = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(f"the list of images of {client.engine.title} is malformed: {error}") from None
    for image in listed:
        for tag in image.repo_tags or ():
            if len(tag) <= _LONGEST_NAME and not tag.startswith(_UNNAMED):
                yield tag, image.size


def _ask(engine: Engine, environ: Mapping[str, str]) -> LocalImages | None:
    try:
        address = engine.address(environ)
        if address.socket is None or not address.may_exist:
            return None
        with closing(EngineClient(engine, address, patience=_PATIENCE)) as client:
            named = tuple(islice(named_images(client), _MOST_IMAGES))
    except ImgscopeError as error:
        return LocalImages(engine=engine.title, problem=error.message)
    return LocalImages(
        engine=engine.title,
        images=tuple(
            LocalImage(reference=f"{engine.scheme}:{name}", unpacked_size=size if size is None or size >= 0 else None)
            for name, size in named
        ),
    )
