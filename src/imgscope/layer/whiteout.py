"""Entries that say what a layer removes (image-spec, layer.md, "Whiteouts")."""

from __future__ import annotations

from typing import Final

WHITEOUT_PREFIX: Final = ".wh."
METADATA_PREFIX: Final = ".wh..wh."
OPAQUE_WHITEOUT: Final = ".wh..wh..opq"


def is_marker(path: str) -> bool:
    """Tell whether an entry at `path` is a whiteout or other metadata of the layer, and no file of the image."""
    if WHITEOUT_PREFIX not in path:
        return False
    name = path[path.rfind("/") + 1 :]
    return name.startswith(WHITEOUT_PREFIX) or f"/{METADATA_PREFIX}" in f"/{path}"
