"""`docker-archive:FILE[:NAME]`: what `docker save`, `podman save` and `skopeo copy` write.

The format has no specification but Docker's own (moby, image/spec/v1.2.md): a manifest.json that lists images by
the names of their files. Since Docker 25 the archive is an OCI layout as well, which then is read instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from imgscope.errors import ImgscopeError, IntegrityError, NotFoundError, SourceError, UsageError
from imgscope.limits import Limits
from imgscope.oci.config import parse_config
from imgscope.oci.digest import Digest
from imgscope.oci.document import decode
from imgscope.oci.manifest import DOCKER_CONFIG, DOCKER_MANIFEST, Descriptor, Manifest
from imgscope.oci.platform import Platform
from imgscope.oci.reference import same_image
from imgscope.sources._archive import ArchiveFiles, ForeignCompressionError
from imgscope.sources._files import LinkedFiles, Place, read_file
from imgscope.sources._layout import MARK, LayoutSource
from imgscope.sources._select import notes_on_platform
from imgscope.sources.abilities import Attached, Variant, only_variant
from imgscope.sources.base import ImageHead, ImageSource, Source, SourceOptions, Traffic
from imgscope.text import format_names

_SCHEME: Final = "docker-archive"
_MANIFEST: Final = "manifest.json"
_LAYER_TYPE: Final = "application/vnd.docker.image.rootfs.diff.tar"
_COMPRESSIONS: Final = {b"\x1f\x8b\x08": ".gzip", b"\x28\xb5\x2f\xfd": ".zstd"}
_LONGEST_MAGIC: Final = 4
_MOST_LISTED: Final = 20
_NAMED_BY_DIGEST: Final = re.compile(r"(?:.*/)?([0-9a-f]{64})(?:\.json)?")

_Found = TypeVar("_Found")


class _Saved(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One image of a manifest.json: the names of its files in the archive, and its tags."""

    config: str
    layers: tuple[str, ...] | None = None
    repo_tags: tuple[str, ...] | None = None


class DockerArchive:
    """One image of an archive (`ImageSource`). `place` names it by tag or configuration digest, if there are several.

    An archive has no manifest in the sense of registries: one is made up, in which an uncompressed layer has its
    diff_id as digest; a compressed one is hashed.
    """

    def __init__(self, files: LinkedFiles, place: Place, limits: Limits) -> None:
        self._files = files
        self._place = place
        self._limits = limits
        self._layout: LayoutSource | None = None
        self._layers: dict[Digest, str] = {}
        # By the names of members: any number of images and layers may be one and the same.
        self._digests: dict[str, Digest] = {}
        self._suffixes: dict[str, str] = {}

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image; raises `UsageError` where several could be meant."""
        if self._files.has(MARK):
            self._layout = LayoutSource(self._files, self._place, self._limits)
            head = self._layout.resolve(platform)
            return replace(head, notes=(*head.notes, *self._disagreement(head)))
        saved = self._choose(self._saved())
        body = self._config(saved)
        digest, config = self._checked(saved, Digest.of(body)), parse_config(body)
        names, diff_ids = saved.layers or (), config.rootfs.diff_ids or ()
        known: tuple[Digest | None, ...] = diff_ids if len(diff_ids) == len(names) else (None,) * len(names)
        manifest = Manifest(
            schema_version=2,
            media_type=DOCKER_MANIFEST,
            config=Descriptor(digest=digest, size=len(body), media_type=DOCKER_CONFIG),
            layers=tuple(self._layer(name, diff_id) for name, diff_id in zip(names, known, strict=True)),
        )
        return ImageHead(
            reference=self._place.reference,
            source=_SCHEME,
            digest=digest,
            media_type=DOCKER_MANIFEST,
            manifest=manifest,
            config=config,
            platform=config.platform,
            available_platforms=(config.platform,),
            notes=notes_on_platform(config.platform, platform.normalized()) if platform else (),
        )

    def find_attachments(self, head: ImageHead) -> Attached:
        """Find what is attached, which only the newer archives can hold; see `FindsAttachments`."""
        return self._layout.find_attachments(head) if self._layout is not None else Attached()

    def variants(self) -> tuple[Variant, ...]:
        """List the images for all platforms, of which only the newer archives can hold several; see `ListsVariants`."""
        if self._files.has(MARK):
            return LayoutSource(self._files, self._place, self._limits).variants()
        return only_variant(self.resolve(None))

    def open_blob(
        self, descriptor: Descriptor, start: int = 0, length: int | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Give the bytes of a layer."""
        if self._layout is not None:
            return self._layout.open_blob(descriptor, start, length)
        return self._files.open(self._layers[descriptor.digest], start, length)

    def traffic(self) -> Traffic:
        """Nothing is fetched: the files are here."""
        return Traffic()

    def close(self) -> None:
        """End all reading."""
        self._files.close()

    def _saved(self) -> tuple[_Saved, ...]:
        try:
            body = read_file(
                self._files, _MANIFEST, limit=self._limits.archive_manifest_size, setting="archive-manifest-size"
            )
        except NotFoundError:
            raise SourceError(
                f"the archive {self._files.label} holds no image: it has neither {_MANIFEST} nor {MARK}",
                hint="docker export writes only a file system; write the image with docker save",
            ) from None
        return decode(body, tuple[_Saved, ...], what=_MANIFEST, limit=self._limits.archive_manifest_size)

    def _choose(self, images: tuple[_Saved, ...]) -> _Saved:
        if not images:
            raise NotFoundError(f"the archive {self._files.label} holds no image: its {_MANIFEST} is empty")
        name = self._place.name
        named: Sequence[_Saved] = (
            images if name is None else [saved for saved in images if self._is_called(saved, name)]
        )
        if not named:
            raise NotFoundError(
                f"the archive {self._files.label} has no image {name!r}; it has: {self._listed(images)}",
                hint=f"name one of them, as in {self._place}:{self._shown(images[0])}",
            )
        if len(named) > 1:
            raise UsageError(
                f"the archive {self._files.label} holds {len(named)} images: {self._listed(named)}",
                hint=f"name one of them, as in {self._place}:{self._shown(named[0])}",
            )
        return named[0]

    def _is_called(self, saved: _Saved, name: str) -> bool:
        tags = saved.repo_tags or ()
        return name in tags or any(same_image(tag, name) for tag in tags) or name == self._digest(saved)

    def _listed(self, images: Sequence[_Saved]) -> str:
        more = f" and {len(images) - _MOST_LISTED:,} more" if len(images) > _MOST_LISTED else ""
        return format_names(self._shown(saved) for saved in images[:_MOST_LISTED]) + more

    def _shown(self, saved: _Saved) -> str:
        return saved.repo_tags[0] if saved.repo_tags else self._digest(saved)

    def _config(self, saved: _Saved) -> bytes:
        return read_file(self._files, saved.config, limit=self._limits.document_size, setting="document-size")

    def _digest(self, saved: _Saved) -> Digest:
        """Return the digest of the image's configuration, which stands for the image."""
        return self._checked(saved, self._once(self._digests, saved.config, lambda _: Digest.of(self._config(saved))))

    def _checked(self, saved: _Saved, digest: Digest) -> Digest:
        """Return `digest`, if the configuration has it that most tools name the file by."""
        named = _NAMED_BY_DIGEST.fullmatch(saved.config)
        if named and named.group(1) != digest.encoded:
            raise IntegrityError(f"the image configuration {saved.config} in {self._files.label} is altered: {digest}")
        return digest

    def _once(self, known: dict[str, _Found], name: str, find: Callable[[str], _Found]) -> _Found:
        """Return what is `known` of the file `name` by any of its names, or else what `find` returns."""
        member = self._files.resolved(name)
        if member not in known:
            known[member] = find(name)
        return known[member]

    def _layer(self, name: str, diff_id: Digest | None) -> Descriptor:
        try:
            size = self._files.size(name)
        except ImgscopeError:
            if diff_id is None:
                raise
            # What is wrong with it is said when it is to be read, so that the other layers are shown.
            self._layers[diff_id] = name
            return Descriptor(digest=diff_id, size=0, media_type=_LAYER_TYPE)
        suffix = self._once(self._suffixes, name, self._suffix)
        digest = diff_id if diff_id and not suffix else self._once(self._digests, name, self._files.digest)
        self._layers[digest] = name
        return Descriptor(digest=digest, size=size, media_type=_LAYER_TYPE + suffix)

    def _suffix(self, name: str) -> str:
        """Return what the type of a layer ends with, by how it is compressed."""
        with self._files.open(name, length=_LONGEST_MAGIC) as pieces:
            magic = b"".join(pieces)
        return next((suffix for start, suffix in _COMPRESSIONS.items() if magic.startswith(start)), "")

    def _disagreement(self, head: ImageHead) -> Iterator[str]:
        """Yield a note where manifest.json does not know the image that the layout holds (conformance C48)."""
        # Of an image for several platforms, manifest.json lists only one.
        if head.index_digest is not None or not self._files.has(_MANIFEST):
            return
        try:
            is_listed = any(self._digest(saved) == head.manifest.config.digest for saved in self._saved())
        except ImgscopeError as error:
            yield f"{_MANIFEST} of {self._files.label} is passed over for its OCI layout: {error.message}"
            return
        if not is_listed:
            yield f"{_MANIFEST} of {self._files.label} lists another image than its OCI layout: showing the layout's"


def _open(text: str, options: SourceOptions) -> ImageSource:
    place = Place.parse(_SCHEME, text, directory=False)
    return DockerArchive(ArchiveFiles(place.path, options.limits), place, options.limits)


def _recognizes(path: Path, limits: Limits) -> bool:
    try:
        return path.is_file() and ArchiveFiles(path, limits).may_have(_MANIFEST)
    except ForeignCompressionError:
        # Opened, it says so; not recognised, it would be called no image.
        return True
    except ImgscopeError:
        return False


SOURCE = Source(schemes=(_SCHEME,), open=_open, recognizes=_recognizes)
