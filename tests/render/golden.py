"""Comparing output with the bytes kept in golden/.

`IMGSCOPE_UPDATE_GOLDEN=1 python -m pytest tests/render` writes the files anew. Read their differences before you
commit them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_DIRECTORY: Final = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """Check that `text` is what golden/`name` holds."""
    path = _DIRECTORY / name
    if os.environ.get("IMGSCOPE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"differs from {path}; see {__file__} for how to update it"
