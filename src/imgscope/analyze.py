"""The one pipeline: source → layers → file tree → probes → rules → report."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from imgscope import progress as events
from imgscope.assemble import RunFacts, assemble
from imgscope.attachments import AttachmentSearch
from imgscope.base_image import find_base
from imgscope.cache import LayerCache, cache_of_user
from imgscope.contents import with_contents
from imgscope.examine import Examination
from imgscope.facts import InspectedImage, LayerOrigin
from imgscope.filesystem.efficiency import ScoreCount
from imgscope.filesystem.node import Node
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.known_images import KnownImage, KnownImages
from imgscope.layer.wants import Want, Wants
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.config import History
from imgscope.oci.instruction import parse_instruction
from imgscope.oci.platform import Platform
from imgscope.passing import PassingReader
from imgscope.probes import probes
from imgscope.reading import LayerReader, ReadingTerms
from imgscope.report import BaseImage, ImageReport
from imgscope.rules import rules
from imgscope.rules.base import RuleSettings
from imgscope.secrets import redact
from imgscope.shared_layers import SharedLayers
from imgscope.sources import open_source
from imgscope.sources.base import ImageHead, ImageSource, SourceOptions, StreamedSource
from imgscope.text import printable

_SAVE_IT: Final = "write the image to a file (docker save, podman save), and inspect that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to inspect. `platform` None is this machine's; `jobs` is how many layers are read at once.

    Layers that `cache` knows are not fetched, and those that are fetched are left there. `rules` is what the user
    makes of them. With `contents` the report is a `ReportWithContents`. Without `attachments` nobody looks for what is
    attached to the image. `shared` is what the images of one run read
    their layers from, which has `cache` behind it; `known` are the images that may be the base of others, None for
    those that the cache remembers.
    """

    platform: Platform | None = None
    jobs: int = DEFAULT_LIMITS.concurrent_layers
    cache: LayerCache | None = None
    shared: SharedLayers | None = None
    known: tuple[KnownImage, ...] | None = None
    contents: bool = False
    attachments: bool = True
    source: SourceOptions = field(default_factory=SourceOptions)
    rules: RuleSettings = field(default_factory=RuleSettings)


def make_options(
    *,
    platform: str | None,
    jobs: int,
    insecure_registries: Collection[str],
    cache: bool,
    contents: bool = False,
    rules: RuleSettings | None = None,
    limits: Limits = DEFAULT_LIMITS,
    known: tuple[KnownImage, ...] | None = None,
) -> Options:
    """Return the options that are written this way; with `cache`, layers are kept in the user's cache directory.

    Raises `UsageError` for a platform that cannot be understood.
    """
    kept = cache_of_user(limits) if cache else None
    return Options(
        platform=Platform.parse(platform) if platform else None,
        jobs=jobs,
        cache=kept,
        known=known,
        contents=contents,
        source=SourceOptions(insecure_registries=frozenset(insecure_registries), cache=kept, limits=limits),
        rules=rules or RuleSettings(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """An image as inspected: the report, and what it was made from for those who want to look further."""

    report: ImageReport
    head: ImageHead
    image: InspectedImage


def inspect(
    reference: str,
    *,
    options: Options | None = None,
    progress: events.Progress = events.ignore,
    cancelled: threading.Event | None = None,
) -> Inspection:
    """Read the image that `reference` names (docs/contract.md, "Images") to its end and judge it.

    What goes wrong with a single layer, probe or rule stands in the report. Raises `ImgscopeError` where there is
    no image to report on, and `Cancelled` soon after `cancelled` is set.
    """
    options = options or Options()
    with closing(open_source(reference, options.source)) as source:
        return inspect_source(source, options=options, progress=progress, cancelled=cancelled)


def inspect_source(
    source: ImageSource,
    *,
    head: ImageHead | None = None,
    options: Options | None = None,
    progress: events.Progress = events.ignore,
    cancelled: threading.Event | None = None,
) -> Inspection:
    """Do what `inspect` does with the image in `source`, which stays open, and resolve it unless `head` is given."""
    return _Pipeline(source, options or Options(), progress, cancelled or threading.Event()).run(head)


def all_wants() -> Wants:
    """Return what all probes want to be kept of files: what layers in the cache were read for."""
    return _wants(tuple(want for probe in probes() for want in probe.wants))


@lru_cache(maxsize=1)
def _wants(asked: tuple[str | Want, ...]) -> Wants:
    """Compile the same patterns once, and not for each image of an audit."""
    return Wants(asked)


def origins_of(head: ImageHead, base: BaseImage | None = None) -> tuple[LayerOrigin, ...]:
    """Return where each layer of the image comes from, as far as its history tells and its `base` is known."""
    from_base = base.layer_count if base is not None else 0
    steps = head.config.layer_history(len(head.manifest.layers))
    return tuple(_origin(step, from_base=layer < from_base) for layer, step in enumerate(steps))


def _origin(step: History | None, *, from_base: bool) -> LayerOrigin:
    if step is None:
        return LayerOrigin(from_base=from_base)
    # What was given to a build may be secret, and what is told of a layer goes into logs and comments.
    created_by = redact(step.created_by, in_variables=True) if step.created_by is not None else None
    return LayerOrigin(
        instruction=parse_instruction(created_by), created_by=created_by, created=step.created, from_base=from_base
    )


def known_image(head: ImageHead) -> KnownImage:
    """Return what is remembered of an image, to know it again below another."""
    diff_ids = tuple(map(str, head.config.rootfs.diff_ids or ()))
    return KnownImage(reference=head.reference, digest=str(head.digest), diff_ids=diff_ids)


class _Pipeline:
    """One inspection; `run` once."""

    def __init__(
        self, source: ImageSource, options: Options, progress: events.Progress, cancelled: threading.Event
    ) -> None:
        self._source = source
        self._options = options
        self._progress = progress
        terms = ReadingTerms(
            wants=all_wants(),
            limits=options.source.limits,
            cache=options.shared if options.shared is not None else options.cache,
            progress=events.with_traffic(progress, source.traffic),
            cancelled=cancelled,
        )
        self._reader = (
            PassingReader(source, terms) if isinstance(source, StreamedSource) else LayerReader(source, terms)
        )
        self._examination = Examination(options.rules)

    def run(self, head: ImageHead | None) -> Inspection:
        started, clock = datetime.now(UTC), time.monotonic()
        head = head or self._source.resolve(self._options.platform)
        remembered = KnownImages(self._options.cache.directory) if self._options.cache else None
        known = self._options.known if self._options.known is not None else remembered or ()
        base = find_base(head.manifest, head.config, known)
        origins = origins_of(head, base)
        self._progress(events.ImageFound(head=head, origins=origins, traffic=self._source.traffic()))
        search = AttachmentSearch(self._source if self._options.attachments else None, head)
        layers = self._reader.read(head, jobs=self._options.jobs)
        # Many small modules: loaded by who would only wait for the first layer.
        rules()
        count = ScoreCount()
        tree = stack(
            layers, limits=self._options.source.limits, watch=lambda tree: count.add(tree, len(tree.layers) - 1)
        )
        if isinstance(self._reader, PassingReader):
            head = self._settle(head, tree, self._reader)
            base = find_base(head.manifest, head.config, known)
            origins = origins_of(head, base)
        if self._options.cache and (problem := self._options.cache.untold_problem()):
            self._progress(events.Note(message=problem))
        self._note_failures(tree)
        image = self._examination.find_facts(tree, head.config, origins, score=count.score())
        if remembered is not None and image.is_complete:
            remembered.remember(known_image(head))
        judgement = self._examination.judge(image)
        attached = search.result(patience=self._options.source.limits.attachment_patience)
        for note in attached.notes:
            self._progress(events.Note(message=note))
        run = RunFacts(
            started=started,
            duration=time.monotonic() - clock,
            traffic=self._source.traffic(),
            layers_from_cache=len(self._reader.from_cache),
        )
        failures, attachments = tuple(self._examination.failures), attached.attachments
        report = assemble(head, image, judgement, failures, run, base=base, attachments=attachments)
        if self._options.contents:
            report = with_contents(report, tree)
        return Inspection(report=report, head=head, image=image)

    def _note_failures(self, tree: FileTree) -> None:
        for layer in tree.layers:
            if layer.error is not None:
                advice = f"; {layer.hint}" if layer.hint else ""
                self._examination.fail("layer", layer.digest, f"layer {layer.digest} {layer.error}{advice}")
        if tree.error is not None:
            self._examination.fail("layer", "all", tree.error)
        unkept = list(tree.unkept_links(all_wants().match))
        if unkept:
            # What comes as one stream cannot be read a second time.
            advice = f"; {_SAVE_IT}" if isinstance(self._reader, PassingReader) else ""
            self._examination.fail("layer", "all", f"{_told_of_unkept(unkept)}{advice}")

    def _settle(self, early: ImageHead, tree: FileTree, reader: PassingReader) -> ImageHead:
        """Return the head that holds, and say what is new about it."""
        for note in reader.settled.notes:
            if note not in early.notes:
                self._progress(events.Note(message=note))
        if reader.trouble is not None and reader.settled is early and all(layer.error is None for layer in tree.layers):
            trouble, advice = reader.trouble.message, f"; {reader.trouble.hint}" if reader.trouble.hint else ""
            self._examination.fail("layer", "all", f"the image's history could not be fetched: {trouble}{advice}")
        return reader.settled


def _told_of_unkept(links: list[Node]) -> str:
    target = links[0].content.path if links[0].content is not None else ""
    name, leads = printable(links[0].path), f"to /{printable(target)}"
    what = f"/{name}, a hard link {leads}," if len(links) == 1 else f"{len(links):,} hard links, as /{name} {leads},"
    return f"the content of {what} was not kept while reading, and what it says is missing"
