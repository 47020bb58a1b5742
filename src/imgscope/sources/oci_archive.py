"""`oci-archive:FILE[:NAME]`: an OCI layout in a tar archive, plain or gzipped, read where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imgscope.errors import ImgscopeError
from imgscope.limits import Limits
from imgscope.sources._archive import ArchiveFiles
from imgscope.sources._files import Place
from imgscope.sources._layout import MARK, LayoutSource
from imgscope.sources.base import ImageSource, Source, SourceOptions

_SCHEME: Final = "oci-archive"


def _open(text: str, options: SourceOptions) -> ImageSource:
    place = Place.parse(_SCHEME, text, directory=False)
    return LayoutSource(ArchiveFiles(place.path, options.limits), place, options.limits)


def _recognizes(path: Path, limits: Limits) -> bool:
    try:
        return path.is_file() and ArchiveFiles(path, limits).has(MARK)
    except ImgscopeError:
        return False


SOURCE = Source(schemes=(_SCHEME,), open=_open, recognizes=_recognizes)
