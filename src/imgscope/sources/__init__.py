"""Where images come from. `open_source` finds the one that a reference names; each file here is one kind."""

from __future__ import annotations

import os
from pathlib import Path

from imgscope import discovery
from imgscope.errors import UsageError
from imgscope.oci.reference import Reference
from imgscope.sources._files import exists, require_readable
from imgscope.sources.base import ImageSource, Source, SourceOptions

__all__ = ["open_source", "sources"]

_DEFAULT_SCHEME = "docker"


def sources() -> dict[str, Source]:
    """Return all sources by scheme; two files that claim one scheme are a `ValueError`."""
    found: dict[str, Source] = {}
    for module, source in discovery.exported(__name__, "SOURCE", Source):
        for scheme in source.schemes:
            if scheme in found:
                raise ValueError(f"{module.__name__} claims the scheme {scheme!r}, which another source has")
            found[scheme] = source
    return found


def open_source(text: str, options: SourceOptions) -> ImageSource:
    """Return the source of the image that `text` names, as docs/contract.md writes them. Does not connect yet.

    Raises `UsageError` where it names none, and `SourceError` where it is a path that may not be read.
    """
    if not text:
        raise UsageError("the image has no name", hint="name one, such as nginx:latest or oci:DIRECTORY")
    known = sources()
    scheme, colon, rest = text.partition(":")
    if colon and scheme in known and not (scheme == _DEFAULT_SCHEME and not rest.startswith("//")):
        return known[scheme].open(rest.removeprefix("//"), options)
    if _looks_like_path(text) or exists(Path(text)):
        return _open_path(text, known, options)
    return known[_DEFAULT_SCHEME].open(text, options)


def _looks_like_path(text: str) -> bool:
    return text.startswith((".", "/", "~")) or text.endswith(os.sep)


def _open_path(text: str, known: dict[str, Source], options: SourceOptions) -> ImageSource:
    path = Path(text)
    if not exists(path):
        raise UsageError(f"there is no file or directory {str(path)!r}", hint="check the path, or name an image")
    require_readable(path)
    for source in dict.fromkeys(known.values()):
        if source.recognizes(path, options.limits):
            return source.open(str(path), options)
    raise UsageError(
        f"{str(path)!r} is no image: expected an OCI layout directory or an archive made by docker save or skopeo",
        hint=f"the image of that name in a registry is docker://{text}"
        if _may_be_name(text)
        else "make one with: skopeo copy docker://NAME oci:DIRECTORY",
    )


def _may_be_name(text: str) -> bool:
    if _looks_like_path(text):
        return False
    try:
        Reference.parse(text)
    except UsageError:
        return False
    return True
