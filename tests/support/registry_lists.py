"""What the tests' registry lists, a page at a time: tags, and what refers to a manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from tests.support.images import OCI_INDEX, descriptor, to_json
from tests.support.registry_exchange import Reply, Seen

_JSON: Final = (("content-type", "application/json"),)


def tag_list(tags: Iterable[str], seen: Seen, page_size: int | None) -> Reply:
    """The page of `tags` that was asked for by `n` and `last`."""
    shown, following = _page(sorted(tags), seen, page_size)
    return Reply(headers=(*_JSON, *following), body=to_json({"tags": shown}))


def referrers(manifests: Mapping[str, tuple[bytes, str]], subject: str, seen: Seen, page_size: int | None) -> Reply:
    """The page of what refers to `subject` that was asked for, as an index."""
    found = {digest: referrer(*stored) for digest, stored in manifests.items() if _subject(stored[0]) == subject}
    shown, following = _page(sorted(found), seen, page_size)
    body = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [found[digest] for digest in shown]}
    return Reply(headers=(("content-type", OCI_INDEX), *following), body=to_json(body))


def _page(items: list[str], seen: Seen, page_size: int | None) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    asked = int(seen.parameters.get("n", [str(len(items) or 1)])[0])
    size = min(asked, page_size or asked)
    last = seen.parameters.get("last", [""])[0]
    left = [item for item in items if item > last]
    shown = left[:size]
    if len(left) <= size:
        return shown, ()
    query = urlencode({"n": size, "last": shown[-1]})
    return shown, (("link", f'<{seen.path}?{query}>; rel="next"'),)


def _subject(body: bytes) -> str | None:
    try:
        subject = json.loads(body).get("subject") or {}
    except (ValueError, AttributeError):
        return None
    return str(subject.get("digest"))


def referrer(body: bytes, media_type: str) -> dict[str, Any]:
    """What a list of referrers says of the manifest `body` (distribution-spec, "Listing Referrers")."""
    manifest = json.loads(body)
    artifact_type = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")
    told = {"artifactType": artifact_type, "annotations": manifest.get("annotations")}
    return {**descriptor(body, media_type), **{key: value for key, value in told.items() if value}}
