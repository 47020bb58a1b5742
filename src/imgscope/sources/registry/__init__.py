"""Images in registries, over the OCI distribution API. The HTTP client is loaded only when one is opened."""

from __future__ import annotations

from imgscope.sources.base import ImageSource, Source, SourceOptions


def _open(text: str, options: SourceOptions) -> ImageSource:
    from imgscope.oci.reference import Reference
    from imgscope.sources.registry.connect import open_image

    return open_image(Reference.parse(text), options)


SOURCE = Source(schemes=("docker",), open=_open)
