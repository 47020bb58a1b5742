"""One file of an image on its way to stdout: found, fetched, and made safe for a terminal."""

from __future__ import annotations

import codecs
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final

from imgscope import analyze
from imgscope.cli._inspect import in_background
from imgscope.cli._look import is_quiet, looking_options
from imgscope.cli._messages import show_error
from imgscope.cli._options import Common
from imgscope.cli._output import write_bytes
from imgscope.cli._progress import progress_on_stderr
from imgscope.errors import Cancelled, UsageError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.inside.content import find_file, open_file
from imgscope.inside.top_down import HoldingSource, tree_for
from imgscope.progress import ImageFound, Progress
from imgscope.reading import ReadingTerms
from imgscope.sources import open_source
from imgscope.sources.base import ImageHead, ImageSource, StreamedSource
from imgscope.text import printable

_SNIFFED: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    head: ImageHead
    tree: FileTree
    node: Node


def write_file(reference: str, path: str, common: Common, *, layer: int | None, force: bool, verify: bool) -> bool:
    """Write the file to stdout, as `layer` left it if given; return whether all layers that were looked at could be
    read.

    Raises what finding and reading it does, and `UsageError` where it is binary and stdout a terminal.
    """
    options = looking_options(common)
    cancelled = threading.Event()
    source = open_source(reference, options.source)
    # What an engine sends is one stream, and layers pass by in it.
    source = source if isinstance(source, StreamedSource) else HoldingSource(source)
    is_safe = force or not sys.stdout.isatty()
    with closing(source):
        with progress_on_stderr(quiet=is_quiet(common)) as progress:
            found = in_background(partial(_find, source, path, layer, options, progress, cancelled), cancelled)
        is_complete = _tell_failures(found.tree)
        in_background(partial(_copy, source, found, cancelled, verify=verify, is_safe=is_safe), cancelled)
    return is_complete


def _find(
    source: ImageSource,
    path: str,
    layer: int | None,
    options: analyze.Options,
    progress: Progress,
    cancelled: threading.Event,
) -> _Found:
    terms = ReadingTerms(
        wants=analyze.all_wants(),
        limits=options.source.limits,
        cache=options.cache,
        progress=progress,
        cancelled=cancelled,
    )
    head = source.resolve(options.platform)
    progress(ImageFound(head=head, origins=analyze.origins_of(head)))
    tree, head = tree_for(source, head, path, terms, top=layer)
    return _Found(head=head, tree=tree, node=find_file(tree, path))


def _tell_failures(tree: FileTree) -> bool:
    failed = [layer for layer in tree.layers if layer.error is not None]
    for layer in failed:
        show_error(f"layer {layer.digest} {layer.error}", layer.hint)
    return not failed


def _copy(source: ImageSource, found: _Found, cancelled: threading.Event, *, verify: bool, is_safe: bool) -> None:
    def stop_if_cancelled(_: int) -> None:
        if cancelled.is_set():
            raise Cancelled("stopped before the file was read to its end")

    with open_file(source, found.head, found.tree, found.node, verified=verify, received=stop_if_cancelled) as pieces:
        for piece in pieces if is_safe else _shown(pieces, found.node.path):
            write_bytes(piece)


def _shown(pieces: Iterable[memoryview], path: str) -> Iterator[bytes]:
    """Yield text with everything that could act on a terminal made visible, line feeds and tabs as they are.

    Raises `UsageError` where the first bytes are not those of a text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    is_first = True
    for piece in pieces:
        if is_first and b"\0" in bytes(piece[:_SNIFFED]):
            raise UsageError(
                f"/{path} is binary, and stdout is a terminal",
                hint="send it to a file or a program, or use --force",
            )
        is_first = False
        yield _visible(decoder.decode(piece))
    yield _visible(decoder.decode(b"", final=True))


def _visible(text: str) -> bytes:
    encoding = sys.stdout.encoding or "utf-8"
    lines = ("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))
    return "\n".join(lines).encode(encoding, "replace")
