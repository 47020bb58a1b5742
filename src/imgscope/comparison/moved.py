"""An image as it would be on another base: the layers of that, and on them the image's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from imgscope.analyze import Inspection
from imgscope.comparison.base import Base
from imgscope.examine import Examination
from imgscope.facts import DISTRIBUTION_TYPES, InspectedImage
from imgscope.filesystem.node import Node
from imgscope.filesystem.stack import stack
from imgscope.linking.configuration import LinkerConfiguration
from imgscope.oci.config import ImageConfig, RunConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The image on its new base, and the number of the first layer that is its own there."""

    image: InspectedImage
    first_own: int


def move(mine: Inspection, base: Base, candidate: Inspection, examination: Examination) -> Moved:
    """Return `mine` with the layers of `candidate` in place of those of its `base`.

    Its loaders are configured as if ldconfig had run again: with what either image has in its cache. Distribution and
    C library are those of the candidate.
    """
    first_own = len(candidate.image.tree.layers)
    own = mine.image.tree.layers[base.layer_count :]
    tree = stack((*candidate.image.tree.layers, *own))
    origins = (*candidate.image.origins, *mine.image.origins[base.layer_count :])
    config = _configuration(mine.head.config, base.config, candidate.head.config)
    found = examination.find_facts(tree, config, origins)
    linking = _linking(candidate.image, mine.image)
    image = InspectedImage(
        tree=tree,
        config=config,
        origins=origins,
        distro=candidate.image.distro,
        libc=candidate.image.libc,
        packages=found.packages,
        facts=(linking, *(fact for fact in found.facts if not isinstance(fact, LinkerConfiguration))),
    )
    return Moved(image=image, first_own=first_own)


def is_own(moved: Moved, mine: Inspection, node: Node) -> bool:
    """Tell whether the file came with `mine`, and not in a package that a new build installs anew."""
    return node.content_layer >= moved.first_own and not is_packaged(mine, node.path)


def is_packaged(mine: Inspection, path: str) -> bool:
    """Tell whether a package of a distribution has the file at `path` in the image as it is now."""
    node = mine.image.tree.get(path)
    owner = mine.image.owner(node) if node is not None else None
    return owner is not None and owner.type in DISTRIBUTION_TYPES


def _configuration(mine: ImageConfig, base: ImageConfig | None, candidate: ImageConfig) -> ImageConfig:
    """Return how the moved image starts: what it has from its base is replaced by what the candidate says."""
    if base is None:
        return msgspec.structs.replace(
            mine, architecture=candidate.architecture, os=candidate.os, variant=candidate.variant
        )
    own, before, after = mine.run, base.run, candidate.run
    inherits_start = (own.entrypoint, own.cmd) == (before.entrypoint, before.cmd)
    run = msgspec.structs.replace(
        own,
        env=_environment(own, before, after),
        entrypoint=after.entrypoint if own.entrypoint == before.entrypoint else own.entrypoint,
        # An entrypoint of its own takes the command of the base away (Dockerfile reference, "CMD").
        cmd=after.cmd if inherits_start else own.cmd,
        healthcheck=after.healthcheck if own.healthcheck == before.healthcheck else own.healthcheck,
        working_dir=after.working_dir if own.working_dir == before.working_dir else own.working_dir,
        shell=after.shell if own.shell == before.shell else own.shell,
        user=after.user if own.user == before.user else own.user,
    )
    return msgspec.structs.replace(
        mine, config=run, architecture=candidate.architecture, os=candidate.os, variant=candidate.variant
    )


def _environment(own: RunConfig, before: RunConfig, after: RunConfig) -> tuple[str, ...]:
    inherited = set(before.env or ())
    set_here = [variable for variable in own.env or () if variable not in inherited]
    variables = dict(variable.partition("=")[::2] for variable in (*(after.env or ()), *set_here))
    return tuple(f"{name}={value}" for name, value in variables.items())


def _linking(candidate: InspectedImage, mine: InspectedImage) -> LinkerConfiguration:
    one, other = (next(iter(image.facts_of(LinkerConfiguration)), None) for image in (candidate, mine))
    one, other = one or LinkerConfiguration(), other or LinkerConfiguration()
    return LinkerConfiguration(
        directories=tuple(dict.fromkeys((*one.directories, *other.directories))),
        cached=_cached(one, other),
        musl_paths={**other.musl_paths, **one.musl_paths},
    )


def _cached(one: LinkerConfiguration, other: LinkerConfiguration) -> dict[str, tuple[str, ...]] | None:
    if one.cached is None and other.cached is None:
        return None
    names: Iterable[str] = {**(one.cached or {}), **(other.cached or {})}
    return {
        name: tuple(dict.fromkeys((*(one.cached or {}).get(name, ()), *(other.cached or {}).get(name, ()))))
        for name in names
    }
