"""Answers that a registry gives a page at a time (distribution-spec, "Listing Tags"; conformance C20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import httpx

from imgscope.errors import LimitError, SourceError
from imgscope.sources.registry import retry
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.session import Document, Session
from imgscope.sources.registry.transport import authority

PAGE_SIZE: Final = 1000
"""How many items to ask for at once: some registries refuse to be asked for more."""


def pages(
    session: Session, asked: Asked, headers: Mapping[str, str], *, most: int, attempts: int = retry.ATTEMPTS
) -> Iterator[Document]:
    """Yield the answer to `asked` and all pages that follow it, each sent for up to `attempts` times.

    Of the address of a next page only path and query are used, so that nothing is ever sent to another host.
    Raises `SourceError` where a registry names one, or a page that was there before, and `LimitError` for more than
    `most` pages.
    """
    seen = {asked.path}
    for _ in range(most):
        document = session.get_document(asked, headers, attempts=attempts)
        yield document
        if document.next_page is None:
            return
        asked = replace(asked, page=_next(document, document.next_page))
        if asked.path in seen:
            raise SourceError(
                f"{asked.reference.registry} names a page of the {asked.kind} as the next one that it sent before",
                hint="this is the registry's fault",
            )
        seen.add(asked.path)
    raise LimitError(
        f"{asked.reference.registry} sends the {asked.kind} in more than the {most:,} pages that are read",
        hint="this is the registry's fault",
    )


def _next(document: Document, address: str) -> str:
    try:
        target = document.url.join(address)
    except (httpx.InvalidURL, ValueError):
        raise SourceError(
            f"{authority(document.url)} names a next page with an address that is none",
            hint="this is the registry's fault",
        ) from None
    if target.host != document.url.host:
        raise SourceError(
            f"{authority(document.url)} names a next page on another host, {authority(target)}",
            hint="nothing was sent there; this is the registry's fault, or somebody's in between",
        )
    return target.raw_path.decode("ascii")
