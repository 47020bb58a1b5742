"""Images in registries, over the OCI distribution API. The HTTP client is loaded only when one is opened."""

from __future__ import annotations

from imgscope.sources.base import ImageSource, Source, SourceOptions


def _open(text: str, options: SourceOptions) -> ImageSource:
    from imgscope.oci.reference import Reference
    from imgscope.sources.registry.connect import open_image
    from imgscope.sources.registry.elsewhere import HintingSource

    reference = Reference.parse(text)
    return HintingSource(open_image(reference, options), reference)


SOURCE = Source(schemes=("docker",), open=_open)
