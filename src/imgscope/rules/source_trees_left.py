"""Source trees of a build left in the image.

## What it does
Looks in `/usr/src`, `/tmp`, `/var/tmp`, `/build` and `/src` for directories that hold what builds are made from: a
`configure` script, a `Makefile`, a `CMakeLists.txt` or the like beside sources in C, C++, Go, Rust or Java.

## Why it matters
What was built from them is installed; sources and intermediate files are of no use to it.

## How to fix
Build in a first stage, or remove the tree in the same `RUN`.

    RUN make -C /usr/src/program install && rm -rf /usr/src/program
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths
from imgscope.rules.base import Claim, leftover_rule

_PLACES: Final = ("usr/src", "tmp", "var/tmp", "build", "src", "usr/local/src", "root")
_SIGNS: Final = frozenset(
    "configure configure.ac Makefile GNUmakefile CMakeLists.txt meson.build Cargo.toml go.mod pom.xml".split()
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        _trees(image),
        what="source trees",
        fix="build in a first stage and COPY --from it, or remove the tree in the RUN that builds it",
        confidence="medium",
    )


def _trees(image: InspectedImage) -> Iterator[Node]:
    # The application itself may live in such a place: then it is no leftover.
    working_directory = f"/{(image.config.run.working_dir or '').strip('/')}/"
    for path in _PLACES:
        place = image.tree.resolve(path)
        if place is None or place.children is None:
            continue
        for node in (place, *place.children.values()):
            is_tree = node.children is not None and not _SIGNS.isdisjoint(node.children)
            if is_tree and not working_directory.startswith(f"/{node.path}/"):
                yield node


RULE = leftover_rule(id="source-trees-left", severity=Severity.MEDIUM, kind="source", claims=_claims)
