"""Modules that Go programs are made of, as the toolchain noted them in the program (Go's package debug/buildinfo)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import unchanged_since
from imgscope.probes.base import Probe

_STANDARD_LIBRARY: Final = "stdlib"
_DEVELOPMENT: Final = "(devel)"
_GO_VERSION: Final = re.compile(r"go(\d\S*)")
_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_REVISION: Final = re.compile(r"[0-9a-f]{12,64}")
_LONGEST_NAME: Final = 256

Module = tuple[str, str]
"""Its path, and its version: `(devel)` where the toolchain did not know."""


class GoProgram(msgspec.Struct, frozen=True, kw_only=True):
    """One program: `main` is the module that it is built from, if that is known; `modules` are the others in it."""

    main: Module | None
    modules: tuple[Module, ...]


def parse_build(noted: str) -> GoProgram:
    """Return the modules in what `layer.elf` kept of a program; what replaces a module stands for it."""
    first, *lines = noted.split("\n")
    main: Module | None = None
    settings: dict[str, str] = {}
    modules: list[Module] = []
    for line in lines:
        kind, path, version, *_ = [*line.split("\t"), "", ""]
        if kind == "path":
            # Where there are no modules, as in what Debian builds, the package has to do.
            main = path, _DEVELOPMENT
        elif kind == "mod":
            main = path, version
        elif kind == "dep":
            modules.append((path, version))
        elif kind == "=>" and modules:
            # A directory of the builder's machine is no module: it keeps the name that it has in the program.
            modules[-1] = (path, version) if not path.startswith((".", "/")) else (modules[-1][0], version)
        elif kind == "build":
            name, _, value = path.partition("=")
            settings[name] = value
    released = _GO_VERSION.match(first)
    if released:
        modules.append((_STANDARD_LIBRARY, released.group(1)))
    if main is not None and main[1] in ("", _DEVELOPMENT):
        main = main[0], _version_of_revision(settings)
    return GoProgram(main=main if main and _is_sane(main) else None, modules=tuple(filter(_is_sane, modules)))


def _is_sane(module: Module) -> bool:
    return bool(module[0]) and bool(module[1]) and max(map(len, module)) <= _LONGEST_NAME


def _version_of_revision(settings: dict[str, str]) -> str:
    """Return the version that Go gives a commit without a tag ("Pseudo-versions" in the Go modules reference)."""
    committed = _TIME.fullmatch(settings.get("vcs.time", ""))
    revision = _REVISION.fullmatch(settings.get("vcs.revision", ""))
    if not committed or not revision:
        return _DEVELOPMENT
    return f"v0.0.0-{''.join(committed.groups())}-{revision.group()[:12]}"


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    programs: dict[Module, list[Node]] = {}
    first: dict[Module, tuple[int, Node]] = {}
    needs: dict[Module, dict[str, None]] = {}
    for node, layer, noted in _noted(tree):
        program = parse_build(noted)
        for module in (*([program.main] if program.main else ()), *program.modules):
            first[module] = min(first.get(module, (layer, node)), (layer, node), key=itemgetter(0))
        if program.main:
            programs.setdefault(program.main, []).append(node)
            needs.setdefault(program.main, {}).update(dict.fromkeys(name for name, _ in program.modules))
    for module, (layer, node) in sorted(first.items(), key=itemgetter(0)):
        yield InstalledPackage(
            name=module[0],
            version=module[1],
            type="golang",
            layer=layer,
            found_in=node.path,
            needs=tuple(needs.get(module, ())),
            files=tuple(programs.get(module, ())),
        )


def _noted(tree: FileTree) -> Iterator[tuple[Node, int, str]]:
    """Yield each Go program, the layer that brought it as it is, and what the toolchain noted in it."""
    since: dict[str, int] | None = None
    for node in tree.elf_files:
        noted = node.content.elf.go_build if node.content is not None and node.content.elf is not None else None
        if noted is not None:
            since = unchanged_since(tree) if since is None else since
            # Of a hard link whose file is gone, the path tells nothing of the content.
            is_own = node.content is node.entry
            yield node, since.get(node.path, node.content_layer) if is_own else node.content_layer, noted


PROBE = Probe(name="go-modules", wants=(), find=_find)
