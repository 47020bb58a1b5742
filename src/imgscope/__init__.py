"""Inspect container images: layers, sizes, distribution, C library and what the build left behind.

    import imgscope

    report = imgscope.inspect("oci:sample_images/glibc-fat")
    print(report.distro.pretty_name, report.libc.family, report.image.unpacked_size)

`inspect` returns an `ImageReport`, described field by field in `imgscope.report`. Everything imgscope raises on
purpose is an `ImgscopeError`. Nothing else of this package is promised to stay as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from imgscope._version import __version__
from imgscope.errors import ImgscopeError

if TYPE_CHECKING:
    import threading

    from imgscope.progress import Progress
    from imgscope.report import ImageReport

__all__ = ["ImageReport", "ImgscopeError", "__version__", "inspect"]


def inspect(
    reference: str,
    *,
    platform: str | None = None,
    jobs: int = 4,
    insecure_registries: Collection[str] = (),
    cache: bool = True,
    progress: Progress | None = None,
    cancelled: threading.Event | None = None,
) -> ImageReport:
    """Read the image that `reference` names to its end and return the report on it.

    `reference` is what the command line takes: `nginx:latest`, `ghcr.io/org/app@sha256:…`, `oci:DIR[:TAG]`,
    `docker-archive:FILE[:REF]`, `docker-daemon:REF`, `podman:REF`, or a path to a layout or an archive. `platform`
    is `OS/ARCH[/VARIANT]`, linux on this machine's architecture by default. `jobs` layers are read at once. Hosts
    in `insecure_registries` may be reached over plain HTTP. With `cache`, layers that were read before come from
    the user's cache directory. `progress` is called with the events of `imgscope.progress`, from several threads;
    setting `cancelled` ends the inspection early with `imgscope.errors.Cancelled`.

    Layers that cannot be read do not raise: the report then is not `complete`, and its `failures` say why.
    Raises `ImgscopeError` where there is no image to report on; its `exit_code` and `hint` are the command line's.
    """
    from imgscope import analyze
    from imgscope import progress as events

    # A report depends on nothing but the image: no other is known.
    options = analyze.make_options(
        platform=platform, jobs=jobs, insecure_registries=insecure_registries, cache=cache, known=()
    )
    return analyze.inspect(reference, options=options, progress=progress or events.ignore, cancelled=cancelled).report


def __getattr__(name: str) -> Any:
    if name == "ImageReport":
        from imgscope.report import ImageReport

        return ImageReport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
