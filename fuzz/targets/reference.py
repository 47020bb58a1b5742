"""Names of images and platforms, as users type them and registries send them."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from imgscope.errors import ImgscopeError
from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference, parse_repository


def target(data: bytes) -> None:
    """What is understood is written out as something that is understood in the same way, and is safe in an address."""
    for text in pumped(data.decode("utf-8", "surrogateescape")):
        for parse in (_reference, parse_repository, Platform.parse, Digest):
            try:
                parse(text)
            except ImgscopeError as error:
                assert error.message


def _reference(text: str) -> None:
    reference = Reference.parse(text)
    assert Reference.parse(str(reference)) == reference
    assert Reference.parse(reference.familiar) == reference
    address = f"{reference.repository}/{reference.target}"
    assert address.isascii()
    assert address.isprintable()
    assert not {"", ".", ".."}.intersection(address.split("/"))
    assert not set("?#%@\\ ").intersection(address)


def seeds() -> Mapping[str, bytes]:
    """Every form that there is."""
    digest = "sha256:" + "0123456789abcdef" * 4
    texts = {
        "hub": "nginx",
        "hub-tag": "docker.io/library/nginx:1.27-alpine",
        "port": "localhost:5000/team/app_one:v1.0",
        "digest": f"ghcr.io/org/app@{digest}",
        "both": f"registry.example.com:443/a/b-c/d__e:tag@{digest}",
        "long-digest": f"quay.io/app@sha512:{'0f' * 64}",
        "address": "[::1]:5000/app:latest",
        "scheme": "docker://index.docker.io/user/app",
        "platform": "linux/arm64/v8",
    }
    return {name: text.encode() for name, text in texts.items()}
