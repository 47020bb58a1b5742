"""Content that is wanted by the name of a hard link, while the archive has it under a name that nobody asks for.

Builders of images from ostree commits (rpm-ostree, bootc) write each file into an object store and right after it, as
hard links, its names in the system (ostree-rs-ext, tar/export.rs): such a file is held until the next one comes.
Elsewhere the links stand anywhere in the layer (pnpm, nix-store --optimise): those files take a second reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

import msgspec

from imgscope.errors import Cancelled, ImgscopeError, LimitError, SourceError
from imgscope.layer._content import LastBytes
from imgscope.layer.contents import member_contents
from imgscope.layer.index import MOST_ANOMALIES, Anomaly, EntryType, LayerEntry, LayerIndex
from imgscope.layer.tar import resolved_path
from imgscope.layer.wants import Wants
from imgscope.limits import Budget, Limits
from imgscope.oci.manifest import Descriptor

_OBJECTS: Final = "sysroot/ostree/repo/objects/"
_OBJECT: Final = ".file"

OpenBlob = Callable[[], AbstractContextManager[Iterator[bytes]]]


def is_object(path: str) -> bool:
    """Tell whether `path` is that of a file in ostree's object store, which hard links to it follow."""
    return path.endswith(_OBJECT) and path.startswith(_OBJECTS)


def linked_path(link_name: str) -> str:
    """Return the path that a hard link names as the archive has it, in the form that entries have."""
    return resolved_path(link_name)[0]


class Held:
    """An object that was read, and the last bytes of it, for the hard links that may follow."""

    __slots__ = ("content", "path", "size")

    def __init__(self, path: str, size: int, content: LastBytes) -> None:
        self.path = path
        self.size = size
        self.content = content


def most_held(size: int, limits: Limits) -> int:
    """Return how many of the last bytes of an object of this `size` are held: what any want may ask of them."""
    return limits.reduced_file_size if size <= limits.reduced_file_size else limits.captured_file_size


def wanted_size(path: str, size: int, wants: Wants, limits: Limits) -> tuple[int, str | None]:
    """Return how many bytes at most are wanted of a file that is wanted as `path`, the last ones, and what to remark.

    0 where it is too large.
    """
    limit = limits.captured_file_size
    if size <= limit:
        return limit, None
    tail = min(wants.tail(path), limit)
    if tail:
        return tail, None
    if wants.is_reduced(path):
        limit = limits.reduced_file_size
    if size <= limit:
        return limit, None
    return 0, f"is larger than the {limit:,} bytes that are read of such a file"


def with_linked_content(
    index: LayerIndex,
    descriptor: Descriptor,
    open_blob: OpenBlob,
    *,
    wants: Wants,
    limits: Limits,
    budget: Budget,
    received: Callable[[int], None],
) -> LayerIndex:
    """Return `index` with the content of the files that are wanted by the name of a hard link in the same layer.

    For those that were not kept, the blob is opened a second time and read as far as the last of them; for nearly every
    layer there is none. `index` has an `error` then where that fails; only what is not an `ImgscopeError`, and
    `Cancelled`, passes through. `received` is told of the second reading as of the first.
    """
    names = _unkept(index, wants) if index.error is None else {}
    if not names:
        return index
    reading = _SecondReading(index, descriptor, names, wants, limits, budget)
    try:
        if reading.wanted:
            with open_blob() as chunks:
                reading.run(_told(chunks, received))
    except Cancelled:
        raise
    except ImgscopeError as error:
        what = error.message if isinstance(error, SourceError) else f"it {error.message}"
        message = f"could not be read a second time, for files that hard links lead to: {what}"
        return msgspec.structs.replace(index, error=message, hint=error.hint)
    return msgspec.structs.replace(
        index,
        captured={**index.captured, **reading.kept},
        anomalies=(*index.anomalies, *reading.anomalies)[:MOST_ANOMALIES],
    )


def lacks_linked_content(index: LayerIndex, wants: Wants) -> bool:
    """Tell whether files that are wanted by the name of a hard link in the same layer were not kept."""
    return bool(_unkept(index, wants))


class _SecondReading:
    """Keeps the content of those files of a layer whose position is in `names`, which has a wanted name of each."""

    def __init__(
        self,
        index: LayerIndex,
        descriptor: Descriptor,
        names: Mapping[int, str],
        wants: Wants,
        limits: Limits,
        budget: Budget,
    ) -> None:
        self._index = index
        self._descriptor = descriptor
        self._names = names
        self._wants = wants
        self._limits = limits
        self._budget = budget
        self.kept: dict[str, bytes] = {}
        self.anomalies: list[Anomaly] = []
        self.wanted: dict[int, LayerEntry] = {}
        self._sizes: dict[int, int] = {}
        for number, name in names.items():
            entry = index.entries[number]
            if not entry.size:
                self.kept[entry.path] = wants.reduced(name, b"")
                continue
            size, remark = wanted_size(name, entry.size, wants, limits)
            if size:
                self.wanted[number], self._sizes[number] = entry, size
            if remark:
                self.anomalies.append(Anomaly(path=name, message=remark))

    def run(self, chunks: Iterator[bytes]) -> None:
        """Read the layer's blob from `chunks`. Raises what reading a layer does."""
        contents = member_contents(
            chunks, self._descriptor, expected=self.wanted, limits=self._limits, most_unpacked=self._index.tar_size
        )
        for number, pieces in contents:
            held = LastBytes(self._sizes[number])
            for piece in pieces:
                held.add(piece)
            kept = self._wants.reduced(self._names[number], held.content())
            if not self._budget.take_kept(len(kept)):
                most = self._limits.kept_size
                raise LimitError(
                    f"has files that need more than the {most:,} bytes kept of an image", setting="kept-size"
                )
            self.kept[self.wanted[number].path] = kept


def _told(chunks: Iterator[bytes], received: Callable[[int], None]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        received(size)
        yield chunk


def _unkept(index: LayerIndex, wants: Wants) -> dict[int, str]:
    """Return the positions of files that are wanted by a hard link's name and were not kept, each with that name."""
    is_wanted = {entry.path for entry in index.entries if entry.type is EntryType.HARD_LINK and wants.match(entry.path)}
    if not is_wanted:
        return {}
    names: dict[int, str] = {}
    files: dict[str, int] = {}
    for number, entry in enumerate(index.entries):
        if entry.type is EntryType.FILE:
            files[entry.path] = number
        elif entry.type is EntryType.HARD_LINK:
            target = files.get(linked_path(entry.link_name))
            if target is None:
                continue
            # A link may lead to another one.
            files[entry.path] = target
            if entry.path in is_wanted and index.entries[target].path not in index.captured:
                names.setdefault(target, entry.path)
    return names
