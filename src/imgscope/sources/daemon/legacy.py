"""Which layer a directory of a legacy `docker save` holds.

Before version 25 Docker writes each layer to a directory called by an ID, with a `json` beside it, in the order of
these IDs, and says only at the very end of the archive which layer is which. But the ID is a hash of that document
and of the chain of layers up to this one (moby, image/v1/imagev1.go, `CreateID`), so it can be recognised at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from imgscope.errors import ImgscopeError
from imgscope.oci.digest import Digest
from imgscope.oci.document import parse_json

DOCUMENT: Final = re.compile(r"([0-9a-f]{64})/json")
LAYER: Final = re.compile(r"([0-9a-f]{64})/layer\.tar")

_LARGEST_DOCUMENT: Final = 1024 * 1024
# Go writes these so, to be safe in HTML.
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def layer_of(identifier: str, document: bytes, diff_ids: Sequence[Digest]) -> Digest | None:
    """Return the diff_id of the layer in the directory `identifier`, whose `json` is `document`, or None."""
    try:
        value = parse_json(document, what="layer", limit=_LARGEST_DOCUMENT)
    except ImgscopeError:
        return None
    if not isinstance(value, dict):
        return None
    fixed = {name: member for name, member in value.items() if name not in ("id", "parent", "layer_id")}
    if isinstance(value.get("parent"), str):
        fixed["parent"] = f"sha256:{value['parent']}"
    # The operating system of all layers but the last is added after the ID is made.
    for known in (fixed, {name: member for name, member in fixed.items() if name != "os"}):
        for diff_id, chain in zip(diff_ids, _chains(diff_ids), strict=True):
            if hashlib.sha256(_go_json({**known, "layer_id": chain})).hexdigest() == identifier:
                return diff_id
    return None


def _chains(diff_ids: Sequence[Digest]) -> Iterator[str]:
    """Yield the chain ID up to each layer (image-spec, config.md, "Layer ChainID")."""
    chain = ""
    for diff_id in diff_ids:
        chain = Digest.of(f"{chain} {diff_id}".encode()) if chain else diff_id
        yield chain


def _go_json(value: dict[str, Any]) -> bytes:
    # Only the outermost members are sorted: those within stay as they were written.
    text = json.dumps(dict(sorted(value.items())), separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPES.get(character, character) for character in text).encode(errors="surrogatepass")
