"""Modules of Python or Node.js that need a library which is not in the image.

## What it does
Follows for each module in machine code, such as a Python package's `.so` or an npm package's `.node`, what the loader
of its interpreter would do. What is anywhere in the image does not count as missing, because packages load their own
libraries before their modules. Libraries of graphics drivers, which the host puts into a container, are left out.
An image that could not be read completely is not judged.

## Why it matters
The import fails: "libGL.so.1: cannot open shared object file". That may be long after the start. Wheels bring most of
what they need, but not what they expect every system to have, and slim base images do not have it.

## How to fix
Install the package that has the library, or take a variant of the module that does without, such as
opencv-python-headless. Modules of Python's own that nobody imports, such as tkinter, may stay as they are.

    RUN apt-get update && apt-get install -y --no-install-recommends libgl1 && rm -rf /var/lib/apt/lists/*
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._libraries import Libraries, how_to_get, lacks, listed
from imgscope.rules._modules import Module, family_of_module, native_modules
from imgscope.rules._programs import elf_of
from imgscope.rules.base import Rule
from imgscope.text import printable

_STANDARD_LIBRARY = "/lib-dynload/"


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    libraries = Libraries(image)
    lacking: dict[tuple[str, str, tuple[str, ...], int], list[Module]] = {}
    for module in native_modules(image):
        absent = _absent(image, module, libraries)
        if absent:
            key = module.package, module.host_path, absent, module.node.content_layer
            lacking.setdefault(key, []).append(module)
    for (package, host, absent, layer), modules in lacking.items():
        is_optional = all(_STANDARD_LIBRARY in module.node.path for module in modules)
        yield Finding(
            rule_id="module-library-missing",
            severity=Severity.INFO if is_optional else Severity.MEDIUM,
            confidence="medium",
            message=f"{package} cannot be loaded into /{printable(host)}: "
            f"{_named(modules)} {'needs' if len(modules) == 1 else 'need'} {listed(absent)}, not in the image",
            paths=tuple(module.node.path for module in modules),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix=how_to_get(image, absent, elf_of(modules[0].node)),
        )


def _absent(image: InspectedImage, module: Module, libraries: Libraries) -> tuple[str, ...]:
    """Return the libraries that the module lacks; nothing of one that is for another C library altogether."""
    linked = image.linker.link(module.node, host=module.host)
    if linked.family == "unknown" or family_of_module(image, module) not in (linked.family, "unknown"):
        return ()
    # What the interpreter itself lacks is another finding.
    of_host = {each.name for each in image.linker.link(module.host).missing}
    elf = elf_of(module.node)
    names = dict.fromkeys(name for _, names in lacks(linked) for name in names)
    return tuple(name for name in names if name not in of_host and not libraries.named(name, elf))


def _named(modules: list[Module]) -> str:
    first = printable(modules[0].node.name)
    return first if len(modules) == 1 else f"{len(modules)} modules such as {first}"


RULE = Rule(id="module-library-missing", severity=Severity.MEDIUM, topic="start", check=_check)
