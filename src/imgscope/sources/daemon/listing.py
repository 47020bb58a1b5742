"""Which images the engines on this machine hold: an offer, so never a long wait and never an error."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Final

import httpx
import msgspec

from imgscope.errors import ImgscopeError
from imgscope.oci.document import decode
from imgscope.sources.daemon.client import EngineClient
from imgscope.sources.daemon.engine import ENGINES, Engine

_PATIENCE: Final = httpx.Timeout(2.0)
_LARGEST_LIST: Final = 8 * 1024 * 1024
_MOST_IMAGES: Final = 500
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


class _Listed(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One item of `GET /images/json` (Docker Engine API, ImageList)."""

    repo_tags: tuple[str, ...] | None = None
    size: int | None = None


def local_images(environ: Mapping[str, str] = os.environ) -> list[LocalImages]:
    """Ask each engine that seems to be there for at most 500 of its images, for about two seconds at most.

    Engines without a socket are left out, and so are those that are reached over a network: nobody asked for that.
    """
    return [listed for engine in ENGINES if (listed := _ask(engine, environ)) is not None]


def _ask(engine: Engine, environ: Mapping[str, str]) -> LocalImages | None:
    try:
        address = engine.address(environ)
        if address.socket is None or not address.may_exist:
            return None
        with closing(EngineClient(engine, address, timeout=_PATIENCE)) as client:
            body = client.document("/images/json", limit=_LARGEST_LIST)
        listed = decode(body, tuple[_Listed, ...], what="list of images", limit=_LARGEST_LIST)
    except ImgscopeError as error:
        return LocalImages(engine=engine.title, problem=error.message)
    named = (
        LocalImage(reference=f"{engine.scheme}:{tag}", unpacked_size=image.size)
        for image in listed
        for tag in image.repo_tags or ()
        if not tag.startswith(_UNNAMED)
    )
    return LocalImages(engine=engine.title, images=tuple(islice(named, _MOST_IMAGES)))
