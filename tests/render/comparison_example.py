"""A comparison with something of everything, without what differs between two runs; and a hostile one."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

import msgspec

from imgscope.analyze import Inspection, inspect_source
from imgscope.comparison.compare import also_called, side_by_side
from imgscope.comparison.data import (
    COMPARISON_SCHEMA_VERSION,
    Break,
    ComparedImage,
    Comparison,
    ComparisonRun,
    NotCompared,
    PackageSize,
    Variants,
)
from imgscope.comparison.images import image_of_head, image_of_inspection
from imgscope.comparison.moves import Mover
from imgscope.report import Severity
from imgscope.rules.base import RuleSettings
from tests.comparison.bases import APP_CONFIG, BASE_CONFIG, app, fat, musl, slim
from tests.render.example import image_of_example
from tests.render.hostile import HOSTILE
from tests.support.images import BuiltImage, image
from tests.support.memory import MemorySource

_RUN: Final = ComparisonRun(
    version="0.0.0", started_at="2024-01-01T00:00:00.000Z", duration_seconds=1.5, requests=12, bytes_fetched=1234
)


def _inspected(built: BuiltImage) -> Inspection:
    return inspect_source(MemorySource(built))


@cache
def _inspections() -> tuple[Inspection, ...]:
    bases = (image([each()], config=BASE_CONFIG) for each in (fat, slim, musl))
    return tuple(map(_inspected, bases))


def _named(image: ComparedImage, name: str) -> ComparedImage:
    return msgspec.structs.replace(image, reference=name)


@cache
def whole() -> Comparison:
    """Return three bases compared whole, with what an application on the first would save and break."""
    names = ("python:3.12", "python:3.12-slim", "python:3.12-alpine")
    inspections = _inspections()
    mover = Mover(RuleSettings(), threading.Event())
    mover.found([each.head for each in inspections])
    mover.take_mine(_inspected(image([fat(), *app()], config=APP_CONFIG)))
    moves = [mover.judge(position, each) for position, each in enumerate(inspections)]
    images = [_named(image_of_inspection(each), name) for each, name in zip(inspections, names, strict=True)]
    return Comparison(
        schema_version=COMPARISON_SCHEMA_VERSION,
        complete=False,
        baseline=0,
        images=side_by_side(images, 0),
        failures=(NotCompared(reference="python:3.99", message="there is no image python:3.99", hint="check the tag"),),
        moves=mover.moves([each for each in moves if each is not None]),
        run=_RUN,
    )


@cache
def heads() -> Comparison:
    """Return four images compared by their manifests, as variants of one, the smallest first."""
    builds = [image([musl()]), image([slim()]), image([fat()], config=BASE_CONFIG), image_of_example()]
    images = [image_of_head(MemorySource(built).resolve(None)) for built in builds]
    tags = ("3.12-alpine", "3.12-slim", "3.12", "3.12-fat")
    named = [_named(each, f"python:{tag}") for each, tag in zip(images, tags, strict=True)]
    named[2] = also_called(named[2], [_named(named[2], "python:3.12-trixie")])
    return Comparison(
        schema_version=COMPARISON_SCHEMA_VERSION,
        complete=True,
        baseline=2,
        images=side_by_side(named, 2),
        failures=(),
        variants=Variants(
            repository="python", tag="3.12", tag_count=1234, more_count=2, more=("3.12-bullseye", "3.12-ubi9")
        ),
        run=_RUN,
    )


@cache
def hostile() -> Comparison:
    """Return a comparison whose every name tries to be more than text in some format."""
    comparison = whole()
    images = tuple(_hostile_image(each, number) for number, each in enumerate(comparison.images))
    assert comparison.moves is not None
    candidates = tuple(
        msgspec.structs.replace(each, breaks=tuple(map(_break, HOSTILE)), is_current=False)
        for each in comparison.moves.candidates
    )
    base = msgspec.structs.replace(comparison.moves.base, reference=HOSTILE[0], evidence=HOSTILE[1])
    return msgspec.structs.replace(
        comparison,
        images=images,
        failures=tuple(NotCompared(reference=text, message=text, hint=text) for text in HOSTILE),
        variants=Variants(repository=HOSTILE[0], tag=HOSTILE[1], tag_count=9, more_count=len(HOSTILE), more=HOSTILE),
        moves=msgspec.structs.replace(comparison.moves, reference=HOSTILE[2], base=base, candidates=candidates),
    )


def _hostile_image(image: ComparedImage, number: int) -> ComparedImage:
    texts = HOSTILE[number * 3 :] + HOSTILE[: number * 3]
    assert image.contents is not None
    contents = msgspec.structs.replace(
        image.contents,
        distro=msgspec.structs.replace(image.contents.distro, pretty_name=texts[0], end_of_life=texts[1]),
        largest_packages=tuple(PackageSize(name=text, version=text, type="deb", bytes=1) for text in texts),
    )
    return msgspec.structs.replace(
        image,
        reference=texts[2],
        also_called=texts,
        user=texts[3],
        entrypoint=texts,
        cmd=texts,
        created=texts[4],
        versions=dict.fromkeys(texts, texts[5]),
        contents=contents,
    )


def _break(text: str) -> Break:
    return Break(
        kind="program", message=text, severity=Severity.HIGH, confidence="high", paths=(text, f"dir/{text}"), fix=text
    )
