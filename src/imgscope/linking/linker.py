"""Which libraries a program gets, by the rules of its loader (ld.so(8); musl's ldso/dynlink.c).

Nothing is run: it takes the file tree, what ELF files say of themselves, and how the image configures its loaders.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imgscope.errors import LimitError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.elf import ElfFacts
from imgscope.linking import directories
from imgscope.linking.configuration import LinkerConfiguration
from imgscope.linking.families import family_of_loader
from imgscope.report import LibcFamily

_MOST_LIBRARIES: Final = 2000
_MOST_INHERITED: Final = 256
_MOST_LOOK_UPS: Final = 3_000_000
# musl is all of these itself, whatever follows the dot.
_MUSL_ITSELF: Final = ("libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLibrary:
    """A library that is not where the loader looks for it, and the file that asks for it."""

    name: str
    needed_by: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What starting a program comes to: its loader's C library, what is loaded besides itself, and what is not found.

    `family` is `unknown` where the loader is missing or not known, and then nothing else is found out.
    """

    family: LibcFamily
    libraries: tuple[Node, ...]
    missing: tuple[MissingLibrary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A file that is loaded, and the directories that its own needs are looked for in before and after the others.

    `origin` is the directory in which it was found, without a leading slash.
    """

    node: Node
    elf: ElfFacts
    origin: str
    inherited: tuple[str, ...]
    runpath: tuple[str, ...]


class Linker:
    """Answers for one image. `library_path` is the LD_LIBRARY_PATH that its programs start with."""

    def __init__(self, tree: FileTree, configuration: LinkerConfiguration, library_path: str = "") -> None:
        self._tree = tree
        self.configuration = configuration
        self._library_path = directories.split_path(library_path, separators=":;")
        # Many programs of an image ask for the same.
        self._links: dict[tuple[object, ...], tuple[Node, Linked]] = {}
        self._look_ups = 0
        self._found: dict[tuple[str, tuple[str, ...], str, int], tuple[Node, str] | None] = {}
        self._directories: dict[str, Node | None] = {}

    def loader_of(self, program: Node) -> Node | None:
        """Return the file that starts `program`, if the image has it."""
        elf = _elf(program)
        return self._tree.resolve(elf.interpreter) if elf is not None and elf.interpreter else None

    def link(self, node: Node, *, host: Node | None = None) -> Linked:
        """Return what starting the program `node` comes to, or loading the library `node` into the program `host`.

        Raises `LimitError` where an image asks for more libraries altogether than any honest one does.
        """
        signature = _signature(node, host)
        if signature not in self._links:
            self._links[signature] = node, self._link(node, host)
        return _as_of(node, *self._links[signature])

    def _link(self, node: Node, host: Node | None) -> Linked:
        program = host or node
        elf, loader = _elf(program), self.loader_of(program)
        interpreter = elf.interpreter if elf is not None else None
        family = family_of_loader(interpreter, loader) if interpreter and loader is not None else "unknown"
        if elf is None or loader is None or family in ("unknown", "bionic"):
            return Linked(family="unknown", libraries=(), missing=())
        process = _Process(self, family, loader)
        process.load(program, elf)
        own = _elf(node)
        if host is not None and own is not None:
            process.load(node, own)
        libraries = tuple(file for file in process.files if file is not node)
        return Linked(family=family, libraries=libraries, missing=tuple(process.missing))

    def search(self, name: str, asking: _Loaded, family: LibcFamily, loader: Node) -> tuple[Node, str] | None:
        """Return the library that a loader takes for `name`, and the directory in which it finds it."""
        self._look_ups += 1
        if self._look_ups > _MOST_LOOK_UPS:
            raise LimitError(f"the programs of the image ask for more than the {_MOST_LOOK_UPS:,} libraries looked up")
        elf = asking.elf
        if "/" in name:
            return self._at(name, asking, family)
        if family == "musl":
            configured = self.configuration.musl_paths.get(_musl_architecture(elf))
            defaults = directories.musl_defaults(configured)
            return self._in((*self._library_path, *asking.inherited, *defaults), name, elf)
        first = (*(() if elf.runpath else asking.inherited), *self._library_path, *asking.runpath)
        found = self._in(first, name, elf)
        if found is None and family == "glibc":
            found = self._cached(name, elf)
        if found is None:
            own = loader.path.rpartition("/")[0]
            is_glibc = family == "glibc"
            defaults = directories.glibc_defaults(elf.machine, elf.bits) if is_glibc else directories.uclibc_defaults()
            found = self._in((*defaults, own), name, elf)
        return found

    def _at(self, path: str, asking: _Loaded, family: LibcFamily) -> tuple[Node, str] | None:
        """Return the library that a name with a slash means; glibc knows the tokens of RPATH in it, too."""
        spellings: Iterable[str] = (path,)
        if family == "glibc":
            elf = asking.elf
            spellings = directories.expanded(path, origin=asking.origin, machine=elf.machine, bits=elf.bits)
        for spelling in spellings:
            node = self._tree.resolve(spelling)
            if node is not None and _fits(node, asking.elf):
                return node, node.path.rpartition("/")[0]
        return None

    def _cached(self, name: str, elf: ElfFacts) -> tuple[Node, str] | None:
        if self.configuration.cached is None:
            return self._in(self.configuration.directories, name, elf)
        for path in self.configuration.cached.get(name, ()):
            node = self._tree.resolve(path)
            if node is not None and _fits(node, elf):
                return node, path.strip("/").rpartition("/")[0]
        return None

    def _in(self, searched: tuple[str, ...], name: str, elf: ElfFacts) -> tuple[Node, str] | None:
        key = name, searched, elf.machine, elf.bits
        if key not in self._found:
            self._found[key] = self._first_that_fits(searched, name, elf)
        return self._found[key]

    def _first_that_fits(self, searched: Iterable[str], name: str, elf: ElfFacts) -> tuple[Node, str] | None:
        for path in searched:
            if path not in self._directories:
                self._directories[path] = self._tree.resolve(path)
            directory = self._directories[path]
            if directory is not None and directory.children and name in directory.children:
                node = self._tree.resolve(name, base=directory)
                if node is not None and _fits(node, elf):
                    return node, directory.path
        return None


class _Process:
    """The files that are loaded into one process, in the making."""

    def __init__(self, linker: Linker, family: LibcFamily, loader: Node) -> None:
        self._linker = linker
        self._family: LibcFamily = family
        self._loader = loader
        self._names = {loader.name}
        elf = _elf(loader)
        if elf is not None and elf.soname:
            self._names.add(elf.soname)
        self._program: _Loaded | None = None
        self.files: dict[Node, None] = {}
        self.missing: list[MissingLibrary] = []

    def load(self, node: Node, elf: ElfFacts) -> None:
        """Load `node` and all that it needs and is not loaded yet, in the order of the loaders: breadth first."""
        first = self._loaded(node, elf, node.path.rpartition("/")[0], self._program)
        self._program = self._program or first
        waiting = deque([first])
        while waiting:
            asking = waiting.popleft()
            for name in asking.elf.needed:
                following = self._need(name, asking)
                if following is not None:
                    waiting.append(following)

    def _need(self, name: str, asking: _Loaded) -> _Loaded | None:
        """Return the library `name` as it is loaded for `asking`; None if it is there already, or nowhere."""
        if name in self._names or len(self.files) >= _MOST_LIBRARIES:
            return None
        self._names.add(name)
        if self._family == "musl" and name.startswith(_MUSL_ITSELF):
            self.files.setdefault(self._loader)
            return None
        found = self._linker.search(name, asking, self._family, self._loader)
        if found is None:
            self.missing.append(MissingLibrary(name=name, needed_by=asking.node))
            return None
        node, origin = found
        elf = _elf(node)
        if elf is None or node in self.files:
            return None
        return self._loaded(node, elf, origin, asking)

    def _loaded(self, node: Node, elf: ElfFacts, origin: str, above: _Loaded | None) -> _Loaded:
        self.files.setdefault(node)
        # musl goes by the name that was asked for, the others by the one that a library gives itself as well.
        if elf.soname and self._family != "musl":
            self._names.add(elf.soname)
        is_musl = self._family == "musl"
        rpath, runpath = (_expanded(path, elf, origin) for path in (elf.rpath, elf.runpath))
        # To musl both are the same, and are passed on to whatever comes along; glibc passes on the older one alone.
        passed_on = (runpath or rpath) if is_musl else () if elf.runpath else rpath
        inherited = (*passed_on, *(above.inherited if above is not None else ()))
        return _Loaded(
            node=node,
            elf=elf,
            origin=origin,
            inherited=tuple(dict.fromkeys(inherited))[:_MOST_INHERITED],
            runpath=runpath,
        )


def _signature(node: Node, host: Node | None) -> tuple[object, ...]:
    elf = _elf(node)
    if elf is None:
        return (id(node), id(host))
    is_relative = "$" in f"{elf.rpath}{elf.runpath}{elf.needed}"
    origin = id(node.parent) if is_relative else 0
    return elf.interpreter, elf.needed, elf.rpath, elf.runpath, elf.soname, elf.machine, elf.bits, origin, id(host)


def _as_of(node: Node, first: Node, linked: Linked) -> Linked:
    """Return `linked`, found out for `first`, as it is for `node`, which asks for the same."""
    if node is first:
        return linked
    missing = (
        MissingLibrary(name=each.name, needed_by=node if each.needed_by is first else each.needed_by)
        for each in linked.missing
    )
    return Linked(family=linked.family, libraries=linked.libraries, missing=tuple(missing))


def _expanded(path: str | None, elf: ElfFacts, origin: str) -> tuple[str, ...]:
    return tuple(
        spelling
        for directory in directories.split_path(path)
        for spelling in directories.expanded(directory, origin=origin, machine=elf.machine, bits=elf.bits)
    )


def _elf(node: Node) -> ElfFacts | None:
    return node.content.elf if node.content is not None else None


def _fits(node: Node, elf: ElfFacts) -> bool:
    found = _elf(node)
    return (
        found is not None
        and found.kind in ("shared-library", "executable")
        and (found.machine, found.bits) == (elf.machine, elf.bits)
    )


def _musl_architecture(elf: ElfFacts) -> str:
    """Return what musl calls the architecture, as in the names of its loader and of its path file."""
    return {
        "amd64": "x86_64" if elf.bits == 64 else "x32",
        "386": "i386",
        "arm64": "aarch64",
        "arm": "armhf",
        "loong64": "loongarch64",
        "mips64le": "mips64el",
        "mipsle": "mipsel",
        "ppc": "powerpc",
        "ppc64": "powerpc64",
        "ppc64le": "powerpc64le",
    }.get(elf.machine, elf.machine)
