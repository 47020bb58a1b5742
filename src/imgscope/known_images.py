"""Images that were inspected before: what they are called and made of, in the user's cache directory.

A file an image, named after its layers, so that one that was inspected twice is known once. Whatever is wrong with
these files, the image is not known: they never cost more than that.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from imgscope.whole_files import make_directory, write_whole

_DIRECTORY: Final = "images-1"
_SUFFIX: Final = ".json"
_MOST: Final = 300
_LARGEST: Final = 256 * 1024


class KnownImage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One image: `reference` is what the user called it, `diff_ids` are its layers, lowest first."""

    reference: str
    digest: str
    diff_ids: tuple[str, ...]


# Made once and before any thread: msgspec crashes where two threads are the first to decode a type.
_DECODER: Final = msgspec.json.Decoder(KnownImage)


class KnownImages:
    """The images known in one cache directory, at most 300 of them: the one not seen for the longest time goes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / _DIRECTORY

    def remember(self, image: KnownImage) -> None:
        """Keep `image`, in place of what had the same layers. A directory that cannot be written to is left alone."""
        name = hashlib.sha256("\n".join(image.diff_ids).encode()).hexdigest()
        with contextlib.suppress(OSError, UnicodeEncodeError):
            make_directory(self._directory)
            write_whole(self._directory / f"{name}{_SUFFIX}", msgspec.json.encode(image))
            for old in self._newest_first()[_MOST:]:
                old.unlink(missing_ok=True)

    def __iter__(self) -> Iterator[KnownImage]:
        """Yield what is known, the latest first."""
        for path in self._newest_first():
            with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
                with path.open("rb") as file:
                    content = file.read(_LARGEST)
                yield _DECODER.decode(content)

    def clear(self) -> None:
        """Forget all of them. Raises `OSError`."""
        for path in self._directory.glob(f"*{_SUFFIX}"):
            path.unlink(missing_ok=True)

    def _newest_first(self) -> list[Path]:
        dated = []
        with contextlib.suppress(OSError):
            for path in self._directory.glob(f"*{_SUFFIX}"):
                with contextlib.suppress(FileNotFoundError):
                    dated.append((path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(dated, reverse=True)]
