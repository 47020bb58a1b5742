"""Modules of Python or Node.js that were built for another C library.

## What it does
Tells for each module in machine code from the libraries and symbol versions that it needs which C library it was built
for, and compares that with the C library of the interpreter that would load it. Where a package holds builds for both,
as many npm packages do, the one that fits is enough. An image that could not be read completely is not judged.

## Why it matters
The import fails, or the package falls back to a slow version of itself without a word. It happens when site-packages or
node_modules are copied from a stage on Debian into one on Alpine, or the reverse: pip and npm choose by the C library
of the machine they run on.

## How to fix
Install in a stage that is based on the same distribution as the last one.

    FROM python:3.12-alpine AS build
    RUN pip install --no-cache-dir --prefix=/install -r requirements.txt

    FROM python:3.12-alpine
    COPY --from=build /install /usr/local
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Confidence, Finding, LibcFamily, Severity
from imgscope.rules._modules import Module, family_of_module, native_modules
from imgscope.rules._programs import without_stand_ins
from imgscope.rules.base import Rule
from imgscope.text import format_count, printable

_GCOMPAT: Final = ("lib/libgcompat.so.0", "usr/lib/libgcompat.so.0")
_WHEELS: Final = {"glibc": "a manylinux wheel", "musl": "a musllinux wheel"}


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    fitting: list[Module] = []
    foreign: dict[int, Module] = {}
    for module in native_modules(image):
        families = family_of_module(image, module), _family_of_host(image, module)
        if "unknown" in families or families[0] == families[1]:
            fitting.append(module)
        else:
            foreign[id(module.node)] = module
    unusable = [module.node for module in foreign.values()]
    grouped: dict[tuple[str, LibcFamily, str, int], list[Module]] = {}
    for node in without_stand_ins(unusable, (module.node for module in fitting)):
        module = foreign[id(node)]
        key = module.package, family_of_module(image, module), module.host_path, node.content_layer
        grouped.setdefault(key, []).append(module)
    for (package, family, host_path, layer), modules in grouped.items():
        yield _finding(image, package, family, host_path, layer, modules)


def _family_of_host(image: InspectedImage, module: Module) -> LibcFamily:
    return image.linker.link(module.host).family


def _finding(
    image: InspectedImage, package: str, family: LibcFamily, host_path: str, layer: int, modules: list[Module]
) -> Finding:
    is_python = modules[0].node.name.endswith(".so")
    other = _family_of_host(image, modules[0])
    what = f" ({_WHEELS[family]})" if is_python and family in _WHEELS else ""
    count = "its module" if len(modules) == 1 else f"its {format_count(len(modules), 'module')}"
    return Finding(
        rule_id="foreign-module",
        severity=Severity.HIGH,
        confidence=_confidence(image, family, modules),
        message=f"{package} is built for {family}{what}, and /{printable(host_path)} runs on {other}: "
        f"{count} cannot be loaded",
        paths=tuple(module.node.path for module in modules),
        packages=(),
        layer=layer,
        instruction=image.instruction(layer),
        fix=f"install it in a stage based on the same distribution as this image, so that "
        f"{'pip' if is_python else 'npm'} takes the build for {other}",
    )


def _confidence(image: InspectedImage, family: LibcFamily, modules: list[Module]) -> Confidence:
    """Return how sure it is that loading fails.

    musl takes itself for glibc's libraries, so that what needs nothing special of glibc may load; Python does not even
    try what has the C library in its name.
    """
    if family == "glibc" and any("-gnu" not in module.node.name for module in modules):
        return "low" if any(image.tree.resolve(path) for path in _GCOMPAT) else "medium"
    return "high"


RULE = Rule(id="foreign-module", severity=Severity.HIGH, topic="start", check=_check)
