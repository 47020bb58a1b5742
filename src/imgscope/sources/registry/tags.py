"""All tags of a repository (distribution-spec, "Listing Tags")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from imgscope.errors import LimitError
from imgscope.oci.document import decode
from imgscope.oci.reference import Reference
from imgscope.oci.tag import is_tag
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.pages import PAGE_SIZE, pages
from imgscope.sources.registry.session import Session

_MOST_PAGES: Final = 1000
_MOST_TAGS: Final = 500_000


class _TagList(msgspec.Struct, frozen=True, kw_only=True):
    tags: tuple[str, ...] | None = None


def list_tags(session: Session, reference: Reference, progress: Callable[[int], object]) -> tuple[str, ...]:
    """Return the tags of the repository as the registry orders them, each once.

    `progress` is told how many there are so far, wherever there is more to ask for. Names that no tag may have are
    left out. Raises `SourceError` and its children, `DocumentError` or `LimitError`.
    """
    found: dict[str, None] = {}
    asked = Asked(reference=reference, kind="tags", name=f"?n={PAGE_SIZE}")
    for page in pages(session, asked, {"Accept": "application/json"}, most=_MOST_PAGES):
        # Its size was seen to when it was read.
        listed = decode(page.body, _TagList, what="list of tags", limit=None).tags or ()
        found |= dict.fromkeys(filter(is_tag, listed))
        if len(found) > _MOST_TAGS:
            raise LimitError(
                f"the repository {reference.repository} has more than the {_MOST_TAGS:,} tags that are read"
            )
        if page.next_page is not None:
            progress(len(found))
    return tuple(found)
