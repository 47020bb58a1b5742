"""Installers of libraries left in the image.

## What it does
Looks for pip, setuptools and wheel, npm, Yarn, pnpm and Corepack, Composer and Bundler, installed as packages of the
distribution or beside the language, in images that start something else. Images that start a shell or an interpreter
are there to build on: theirs are left alone.

## Why it matters
Once its libraries are installed, a service hardly ever needs what installed them, and whoever breaks in can use it.
It is no more than a hint: some programs load setuptools when they run, and scripts may call npm.

## How to fix
Install in a first stage and copy only the libraries to an image without installers.

    FROM python:3.12 AS build
    COPY requirements.txt .
    RUN pip install --no-cache-dir --target /libraries -r requirements.txt

    FROM gcr.io/distroless/python3
    COPY --from=build /libraries /libraries
    ENV PYTHONPATH=/libraries

What a base image brought still ships with its layers when a later one removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._commands import is_interactive, start_command, started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named, existing
from imgscope.rules._removed_packages import claims_on_packages
from imgscope.rules.base import Claim, leftover_rule

_PYTHON_DIRECTORIES: Final = tuple(
    f"{libraries}/{name}"
    for libraries in ("site-packages", "dist-packages")
    for name in ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack")
)
_NODE_DIRECTORIES: Final = tuple(f"lib/node_modules/{name}" for name in ("npm", "corepack", "yarn", "pnpm"))
_COMPOSER: Final = (
    "usr/bin/composer",
    "usr/local/bin/composer",
    "usr/bin/composer.phar",
    "usr/local/bin/composer.phar",
)
_CALLED_AS: Final = frozenset("pip pip3 npm npx yarn pnpm pnpx corepack composer gem bundle bundler rails rake".split())
_FIXES: Final = {
    "installers of Python packages": "install with pip install --target /libraries in a first stage, COPY --from it"
    " /libraries, and start from an image without pip",
    "installers of Node.js packages": "install in a first stage, and COPY --from it node_modules and the program node"
    " to an image without npm",
    "installers of PHP packages": "install in a first stage with COPY --from=composer /usr/bin/composer /usr/bin/, and"
    " COPY --from it the vendor directory only",
}
_PACKAGES_FIX: Final = "install libraries in a first stage, and COPY --from it what was installed"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    if _may_be_needed(image):
        return
    yield from claims_on_packages(
        image,
        "installer",
        what="installers of libraries",
        severity=Severity.INFO,
        confidence="low",
        fix=_PACKAGES_FIX,
    )
    found = (
        directories_named(image, *_PYTHON_DIRECTORIES),
        directories_named(image, *_NODE_DIRECTORIES),
        existing(image, *_COMPOSER),
    )
    for roots, (what, fix) in zip(found, _FIXES.items(), strict=True):
        yield from claims_on_paths(
            image,
            roots,
            what=what,
            fix=fix,
            severity=Severity.INFO,
            confidence="low",
            counts=lambda node: image.owner(node) is None,
        )


def _may_be_needed(image: InspectedImage) -> bool:
    """Tell whether containers start an installer, or whatever an image that is built on this one says."""
    command = start_command(image)
    # Entrypoints of official images are scripts that hand on to the interpreter named after them.
    if is_interactive(command) or is_interactive(command[-1:]):
        return True
    return not _CALLED_AS.isdisjoint(started_programs(image))


RULE = leftover_rule(id="installers-left", severity=Severity.INFO, kind="installers", claims=_claims)
