"""Images in registries, over the OCI distribution API. The HTTP client is loaded only when one is opened."""

from __future__ import annotations

from imgscope.sources.base import ImageSource, Source, SourceOptions


def _open(text: str, options: SourceOptions) -> ImageSource:
    from imgscope.oci.reference import Reference
    from imgscope.sources.daemon.presence import hint_for
    from imgscope.sources.registry.connect import open_image

    reference = Reference.parse(text)
    source = open_image(reference, options)
    source.elsewhere = lambda: hint_for(reference)
    return source


SOURCE = Source(schemes=("docker",), open=_open)
