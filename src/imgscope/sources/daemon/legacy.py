"""Which layer a directory of a legacy `docker save` holds.

Before version 25 Docker writes each layer to a directory called by an ID, with a `json` beside it, in the order of
these IDs, and says only at the very end of the archive which layer is which. But the ID is a hash of that document
and of the chain of layers up to this one (moby, image/v1/imagev1.go, `CreateID`), so it can be recognised at once.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from imgscope.errors import ImgscopeError
from imgscope.oci.digest import Digest
from imgscope.oci.document import parse_json

DOCUMENT: Final = re.compile(r"([0-9a-f]{64})/json")
LAYER: Final = re.compile(r"([0-9a-f]{64})/layer\.tar")

_LARGEST_DOCUMENT: Final = 64 * 1024
_MOST_HASHED: Final = 128 * 1024 * 1024
_HASHED_FOR_EACH: Final = 500
"""What hashing next to nothing costs, as if it were so many bytes."""
_PLACE: Final = "the chain of layers"
# Go writes these so, to be safe in HTML.
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class Recognizer:
    """Tells which of the layers `diff_ids`, lowest first, a directory holds."""

    def __init__(self, diff_ids: Sequence[Digest]) -> None:
        self._diff_ids = diff_ids
        self._left = _MOST_HASHED
        self._untried = len(diff_ids)

    def layer_of(self, identifier: str, document: bytes) -> Digest | None:
        """Return the diff_id of the layer in the directory `identifier`, whose `json` is `document`, or None.

        None as well where recognising more would take too long: what a layer is shows when it was read.
        """
        # There is one directory for each layer.
        self._untried -= 1
        if self._untried < 0:
            return None
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
        without_system = {name: member for name, member in fixed.items() if name != "os"}
        return self._found(identifier, fixed) or self._found(identifier, without_system)

    def _found(self, identifier: str, known: dict[str, Any]) -> Digest | None:
        before, _, after = _go_json({**known, "layer_id": _PLACE}).partition(_PLACE.encode())
        start = hashlib.sha256(before)
        for diff_id, chain in zip(self._diff_ids, self._chains, strict=True):
            self._left -= _HASHED_FOR_EACH + len(after)
            if self._left < 0:
                return None
            hasher = start.copy()
            hasher.update(chain)
            hasher.update(after)
            if hasher.hexdigest() == identifier:
                return diff_id
        return None

    @functools.cached_property
    def _chains(self) -> list[bytes]:
        """The chain ID up to each layer (image-spec, config.md, "Layer ChainID")."""
        chains: list[bytes] = []
        for diff_id in self._diff_ids:
            layer = diff_id.encode()
            chains.append(Digest.of(chains[-1] + b" " + layer).encode() if chains else layer)
        return chains


def _go_json(value: dict[str, Any]) -> bytes:
    # Only the outermost members are sorted: those within stay as they were written.
    text = json.dumps(dict(sorted(value.items())), separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPES.get(character, character) for character in text).encode(errors="surrogatepass")
