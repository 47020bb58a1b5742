"""How the terminal UI comes to an image: any number of them one after the other, each as often as it is wanted."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Protocol

from imgscope import analyze
from imgscope import progress as events
from imgscope.inside.reopened import ReopenedImage
from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.shared_layers import SharedLayers
from imgscope.sources import open_source
from imgscope.sources.base import ImageSource, SourceOptions
from imgscope.tui.contents import OpenContent
from imgscope.tui.worker import Inspect


class InspectImage(Protocol):
    """`analyze.inspect`, or what stands for it."""

    def __call__(
        self, reference: str, /, *, options: analyze.Options, progress: events.Progress, cancelled: threading.Event
    ) -> analyze.Inspection:
        """Read the image to its end; raises `ImgscopeError`."""
        ...


def inspect_to_keep(
    reference: str, /, *, options: analyze.Options, progress: events.Progress, cancelled: threading.Event
) -> analyze.Inspection:
    """Do what `analyze.inspect` does for somebody who keeps the result for as long as the program lasts."""
    gc.unfreeze()
    inspection = analyze.inspect(reference, options=options, progress=progress, cancelled=cancelled)
    # Looking for garbage in an image of 500,000 files takes half a second, in which no key is answered.
    gc.freeze()
    return inspection


class Opener:
    """Makes inspections of images. Layers that were read stay in memory for the next one of the same image.

    So reading it again, because a layer failed, fetches only what failed, with or without a cache on disk.
    """

    def __init__(
        self,
        options: analyze.Options,
        inspect: InspectImage = inspect_to_keep,
        open_source: Callable[[str, SourceOptions], ImageSource] = open_source,
    ) -> None:
        self._layers = SharedLayers(options.cache, jobs=options.jobs)
        self._options = replace(options, shared=self._layers)
        self._inspect = inspect
        self._open_source = open_source
        self._contents: list[ReopenedImage] = []
        self._kept: frozenset[Digest] = frozenset()
        self._keeping = threading.Lock()

    @property
    def platform(self) -> Platform | None:
        """The platform that was asked for from the beginning."""
        return self._options.platform

    def open(self, reference: str, platform: Platform | None) -> Inspect:
        """Return what reads the image called `reference` for `platform`, this machine's for None."""
        options = replace(self._options, platform=platform)

        def inspect(*, progress: events.Progress, cancelled: threading.Event) -> analyze.Inspection:
            def tell(event: events.Event) -> None:
                if isinstance(event, events.ImageFound):
                    self._keep(filter(None, event.head.diff_ids))
                progress(event)

            return self._inspect(reference, options=options, progress=tell, cancelled=cancelled)

        return inspect

    def contents(self, reference: str, platform: Platform | None) -> ReopenedImage:
        """Return what reads files of the image called `reference` for `platform` once it was inspected.

        It keeps open what it opens until `close`.
        """
        source = partial(self._open_source, reference, self._options.source)
        contents = ReopenedImage(source, platform, limits=self._options.source.limits)
        self._contents.append(contents)
        return contents

    def close(self, but: OpenContent | None = None) -> None:
        """Let go of the images whose files were read, for good, but for the one whose files `but` opens."""
        kept = [contents for contents in self._contents if contents.open_file == but]
        for contents in self._contents:
            if contents not in kept:
                contents.close()
        self._contents = kept

    def _keep(self, diff_ids: Collection[Digest] | filter[Digest]) -> None:
        """Let layers of the image that was found stay in memory, and those of the one before go."""
        wanted = frozenset(diff_ids)
        with self._keeping:
            if wanted == self._kept:
                return
            before, self._kept = self._kept, wanted
        # Once for this reading, and once for the next.
        for _ in range(2):
            self._layers.expect(wanted)
            self._layers.release(before)
