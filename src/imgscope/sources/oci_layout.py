"""`oci:DIRECTORY[:NAME]`: an OCI layout directory, as skopeo, umoci, podman and BuildKit write it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imgscope.limits import Limits
from imgscope.sources._files import DirectoryFiles, Place
from imgscope.sources._layout import MARK, LayoutSource
from imgscope.sources.base import ImageSource, Source, SourceOptions

_SCHEME: Final = "oci"


def _open(text: str, options: SourceOptions) -> ImageSource:
    place = Place.parse(_SCHEME, text, directory=True)
    return LayoutSource(DirectoryFiles(place.path), place, options.limits)


def _recognizes(path: Path, _: Limits) -> bool:
    return (path / MARK).is_file()


SOURCE = Source(schemes=(_SCHEME,), open=_open, recognizes=_recognizes)
