"""`imgscope IMAGE --platform list`: one line for each platform."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import click

from imgscope.cli._messages import show_error
from imgscope.cli._options import Common
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources.abilities import variants_of
from imgscope.sources.base import SourceOptions
from imgscope.text import format_size, printable

_INCOMPLETE: Final = 3


def print_platforms(reference: str, common: Common) -> int:
    """Print platform, compressed size and digest of every image that `reference` may mean; return the exit code.

    An image whose size could not be told has a question mark, and the reason on stderr.
    """
    options = SourceOptions(insecure_registries=frozenset(common.insecure_registries), limits=common.limits)
    with closing(open_source(reference, options)) as source:
        variants = variants_of(source)
    names = [printable(_name(variant.platform)) for variant in variants]
    sizes = ["?" if each.compressed_size is None else format_size(each.compressed_size) for each in variants]
    width, size_width = max(map(len, names), default=0), max(map(len, sizes), default=0)
    for name, size, variant in zip(names, sizes, variants, strict=True):
        click.echo(f"{name:{width}}  {size:>{size_width}}  {printable(variant.digest)}")
    problems = [f"{_name(variant.platform)}: {variant.problem}" for variant in variants if variant.problem]
    for problem in problems:
        show_error(problem, None)
    return _INCOMPLETE if problems else 0


def _name(platform: Platform) -> str:
    version = f" ({platform.os_version})" if platform.os_version else ""
    return f"{platform}{version}" if str(platform) else "unknown"
