"""An OCI layout: its index, indexes and manifests below it and a configuration, to the head of an image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fuzz.parts import joined, parts
from imgscope.errors import ImgscopeError, NotFoundError
from imgscope.limits import DEFAULT_LIMITS
from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.sources._files import FileStore, Place
from imgscope.sources._layout import INDEX, MARK, LayoutSource

_COUNT: Final = 6
# Stand in a document for digest and size of a later one, and for its digest alone: they hold whatever becomes of that.
_DESCRIBED: Final = re.compile(rb"@[0-5]|#[0-5]")
_MARK: Final = b'{"imageLayoutVersion":"1.0.0"}'
_PLATFORM: Final = Platform.parse("linux/arm64")


class _Files:
    """Files in memory."""

    label = "'layout'"

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def has(self, name: str) -> bool:
        return name in self._contents

    def size(self, name: str) -> int:
        return len(self._content(name))

    @contextmanager
    def open(self, name: str, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        yield iter([self._content(name)[start : None if length is None else start + length]])

    def digest(self, name: str) -> Digest:
        return Digest.of(self._content(name))

    def close(self) -> None:
        return

    def _content(self, name: str) -> bytes:
        if name not in self._contents:
            raise NotFoundError(f"there is no {name}")
        return self._contents[name]


def target(data: bytes) -> None:
    """An image is found or there is an error that says what is wrong; the same for what its platforms are."""
    documents = parts(data, _COUNT)
    described: dict[bytes, bytes] = {}
    contents = {MARK: _MARK}
    for number in reversed(range(_COUNT)):
        body = _DESCRIBED.sub(lambda found: described.get(found[0], b"@"), documents[number])
        digest = Digest.of(body)
        described[b"#%d" % number] = digest.encode()
        described[b"@%d" % number] = b'"digest":"%s","size":%d' % (digest.encode(), len(body))
        contents[f"blobs/sha256/{digest.encoded}"] = contents[INDEX] = body
    for name in (None, "latest"):
        _resolve(_Files(contents), Place(scheme="oci", path=Path("layout"), name=name))


def _resolve(files: FileStore, place: Place) -> None:
    source = LayoutSource(files, place, DEFAULT_LIMITS)
    try:
        assert all(each.digest for each in source.variants())
    except ImgscopeError as error:
        assert error.message
    for platform in (None, _PLATFORM):
        try:
            head = source.resolve(platform)
        except ImgscopeError as error:
            assert error.message
            continue
        assert head.manifest.config is not None
        assert all(each.kind for each in source.find_attachments(head).attachments)


def seeds() -> Mapping[str, bytes]:
    """One image, one for several platforms with attestations, an index in an index, and what cosign adds."""
    manifest = "application/vnd.oci.image.manifest.v1+json"
    index = "application/vnd.oci.image.index.v1+json"
    config = '{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
    named = '"annotations":{"org.opencontainers.image.ref.name":"latest"}'
    image = f'{{"schemaVersion":2,"mediaType":"{manifest}","config":{{"mediaType":"x",@5}},"layers":[]}}'.replace(
        '"x"', '"application/vnd.oci.image.config.v1+json"'
    )
    one = f'{{"schemaVersion":2,"manifests":[{{"mediaType":"{manifest}",@4,{named}}}]}}'
    attestation = (
        f'{{"mediaType":"{manifest}",@3,"platform":{{"os":"unknown","architecture":"unknown"}},"annotations":'
        '{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"#4"}}'
    )
    arm = '"platform":{"os":"linux","architecture":"arm64","variant":"v8"}'
    several = f'{{"schemaVersion":2,"manifests":[{{"mediaType":"{manifest}",@4,{arm}}},{attestation}]}}'
    nested = f'{{"schemaVersion":2,"mediaType":"{index}","manifests":[{{"mediaType":"{index}",@1,{named}}}]}}'
    subject = (
        f'{{"schemaVersion":2,"subject":{{"mediaType":"{manifest}",@4}},"config":{{"mediaType":"y",@5}},"layers":[]}}'
    )
    beside = one.replace("]}", f',{{"mediaType":"{manifest}",@3}},{{"mediaType":"{manifest}",@2,{{}}}}]}}').replace(
        "{}", '"annotations":{"kind":"dev.cosignproject.cosign/sigs"}'
    )
    return {
        "one": joined(one, "", "", "", image, config),
        "several": joined(several, "", "", subject, image, config),
        "nested": joined(nested, several, "", subject, image, config),
        "attached": joined(beside.replace('{"annotations', '"annotations'), "", subject, subject, image, config),
    }
