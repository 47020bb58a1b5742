"""Finding what a package offers by walking it: one file adds a rule, a probe, a source, an output or a command."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import TypeVar

Thing = TypeVar("Thing")


def modules(package: str) -> Iterator[ModuleType]:
    """Import and yield the public modules and sub-packages directly inside `package`, in order of name."""
    for name in module_names(package):
        yield importlib.import_module(f"{package}.{name}")


def module_names(package: str) -> list[str]:
    """Return the names of the public modules of `package` without importing them."""
    return list(_listed(tuple(importlib.import_module(package).__path__)))


@cache
def _listed(path: tuple[str, ...]) -> tuple[str, ...]:
    """List the directories of a package once: every image is examined with all of it, and it stays as it is."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(path) if not info.name.startswith("_")))


def exported(package: str, attribute: str, kind: type[Thing]) -> list[tuple[ModuleType, Thing]]:
    """Return what the modules of `package` export as `attribute`, each with its module.

    Modules without the attribute hold what others share, and are skipped. Raises `TypeError` when one exports
    something that is not a `kind`.
    """
    found: list[tuple[ModuleType, Thing]] = []
    for module in modules(package):
        thing = getattr(module, attribute, None)
        if thing is None:
            continue
        if not isinstance(thing, kind):
            raise TypeError(f"{module.__name__}.{attribute} is not a {kind.__name__}")
        found.append((module, thing))
    return found
