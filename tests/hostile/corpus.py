"""The corpus of hostile images: every case by its name. The files beside this one hold them, by what they attack."""

from __future__ import annotations

from typing import Final

from tests.hostile import bombs_and_cuts, documents_that_lie, files_inside, trees, words
from tests.hostile.case import CORPUS, Case

__all__ = ["CASES", "bombs_and_cuts", "documents_that_lie", "files_inside", "trees", "words"]

CASES: Final[dict[str, Case]] = CORPUS.by_name
