"""What probes found and rules judge: the image as the engine knows it, before it becomes a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

import msgspec

from imgscope.build_packages import PURPOSES_OF_BUILDS, Purpose, is_virtual, purpose_of
from imgscope.filesystem.efficiency import DiveScore, dive_score
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.filesystem.waste import WastedCopy, wasted_copies
from imgscope.linking.configuration import LinkerConfiguration
from imgscope.linking.linker import Linker
from imgscope.oci.config import ImageConfig
from imgscope.oci.instruction import Instruction
from imgscope.ownership import FileOwnership
from imgscope.packages import PackageGraph
from imgscope.removal import Removals
from imgscope.report import Distro, Libc

NO_DISTRO: Final = Distro(
    id="unknown", pretty_name="no known distribution", evidence="no os-release file", confidence="low"
)
"""What stands in a report for the distribution that no probe found."""


DISTRIBUTION_TYPES: Final = frozenset(("deb", "apk", "rpm", "alpm", "opkg"))
"""Types of the packages that a distribution is made of; all others are those of a language."""


class InstalledPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package as its database has it. `layer` is the one that brought this version.

    `type` is the purl type, but for `python`. `installed_size` is the database's claim in bytes. `paths` are the files
    it owns, as the database writes them, and `files` those that are its because of where they are.
    `needs` are the names of what it cannot do without, `alternatives` those groups of them of which one is enough.
    `recommends` are the names of what comes along unless somebody objects, `suggests` those of what is of use with it,
    as far as either keeps what is there; `provides` are the other names that it goes by there. `is_requested`: somebody
    asked for it, rather than for what needs it; None where that is not recorded. `is_protected`: it stays, whether or
    not anything needs it. `state` says how far an installation came that did not come to its end, in the words of the
    database. `found_in` is the path of what tells of one that is in no database of a distribution, and `found_from` the
    directory in and below which its name leads to it, unless to something nearer; None where place does not matter.
    """

    name: str
    version: str
    type: str
    layer: int
    found_in: str | None = None
    found_from: str | None = None
    architecture: str | None = None
    installed_size: int | None = None
    source: str | None = None
    section: str | None = None
    needs: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    recommends: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    is_requested: bool | None = None
    is_protected: bool = False
    state: str | None = None
    paths: tuple[str, ...] = ()
    files: tuple[Node, ...] = ()

    @property
    def has_known_files(self) -> bool:
        """Whether anything tells which files are its own; of what is compiled into a program, nothing does."""
        return bool(self.paths or self.files)


class FoundSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret in line `line` of a file that layer number `layer` ships, which ends as `shown` says.

    `is_visible`: no later layer hides the file. `is_certain`: its shape tells, not only the name it stands under.
    """

    path: str
    layer: int
    kind: str
    line: int
    shown: str
    is_certain: bool
    is_visible: bool


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """What the image calls its users and groups, by number."""

    users: dict[int, str] = {}
    groups: dict[int, str] = {}


Fact = Distro | Libc | InstalledPackage | FoundSecret | LinkerConfiguration | Accounts
"""What a probe may yield; of distributions and C libraries the surest is taken."""

FactType = TypeVar("FactType")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOrigin:
    """How a layer came to be, as far as history tells."""

    instruction: Instruction | None = None
    created_by: str | None = None
    created: str | None = None
    from_base: bool = False


class InspectedImage:
    """An image with all layers read: what rules look at. Nothing of it changes.

    `score` is dive's, where it was counted as the layers were stacked.
    """

    def __init__(
        self,
        *,
        tree: FileTree,
        config: ImageConfig,
        origins: tuple[LayerOrigin, ...],
        distro: Distro,
        libc: Libc,
        packages: tuple[InstalledPackage, ...],
        facts: tuple[Fact, ...] = (),
        score: DiveScore | None = None,
    ) -> None:
        self.tree = tree
        self.config = config
        self.origins = origins
        self.distro = distro
        self.libc = libc
        self.packages = packages
        self.facts = facts
        self._score = score

    def facts_of(self, kind: type[FactType]) -> tuple[FactType, ...]:
        """Return all facts of one type, in the order in which probes found them."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    def instruction(self, layer: int) -> str | None:
        """Return the instruction that made layer number `layer`, in one line, if it is known."""
        origin = self.origins[layer]
        recorded = str(origin.instruction) if origin.instruction else origin.created_by or ""
        return " ".join(recorded.split()) or None

    def counts(self, node: Node) -> bool:
        """Tell whether `node` is a file; of several names for one content only the one that counts for it."""
        return self._ownership.counting.get(id(node.content)) is node

    def has_other_names(self, node: Node, names: AbstractSet[int]) -> bool:
        """Tell whether the content of `node` has a name that is not among `names`, which are identities of nodes."""
        return self._ownership.has_other_names(node, names)

    def is_complete_below(self, layer: int) -> bool:
        """Tell whether all layers under layer number `layer` were read to their ends."""
        return not any(index.error for index in self.tree.layers[:layer])

    @property
    def is_complete(self) -> bool:
        """Whether all layers were read to their ends: only then is what is not found not there."""
        return self.is_complete_below(len(self.tree.layers))

    def files_of(self, package: InstalledPackage) -> tuple[Node, ...]:
        """Return the files of `package` that are in the image, those that other packages have as well included."""
        return self._ownership.files_of(package)

    def size_of_package(self, package: InstalledPackage) -> int:
        """Return the bytes that the files which `package` owns occupy in the image."""
        return self._ownership.size_of(package)

    def files_freed_by(
        self, packages: Collection[InstalledPackage], *, of: Collection[InstalledPackage] | None = None
    ) -> tuple[Node, ...]:
        """Return the files that are gone without `packages` of the distribution: nothing else has them.

        With `of`, some of `packages`, only the files of these are returned.
        """
        return self._ownership.freed_by(packages, of=of)

    def size_freed_by(self, packages: Collection[InstalledPackage]) -> int:
        """Return the bytes of the files that are gone without `packages` of the distribution."""
        return self._ownership.size_freed_by(packages)

    def owner(self, node: Node) -> InstalledPackage | None:
        """Return the one package that owns the file, if one does: of several, one of the distribution.

        All names of one content have one owner.
        """
        return self._ownership.owner(node)

    def unowned(self) -> tuple[Node, ...]:
        """Return the files that no package owns, in path order, each content once."""
        return self._ownership.unowned

    def required_by(self, package: InstalledPackage) -> tuple[str, ...] | None:
        """Return the names of the packages that cannot do without `package`, in order; None where none is recorded."""
        if package.type not in self._types_with_needs:
            return None
        return tuple(sorted({needing.name for needing in self.package_graph.needed_by(package)}))

    @cached_property
    def package_graph(self) -> PackageGraph[InstalledPackage]:
        """Which packages need which."""
        return PackageGraph(self.packages)

    def purpose_of(self, package: InstalledPackage) -> Purpose | None:
        """Return what `package` is for, if a running service hardly ever needs it."""
        return self._purposes.get(id(package))

    def is_for_builds(self, package: InstalledPackage) -> bool:
        """Tell whether only a build needs `package`, or it is a set of such packages."""
        return self.purpose_of(package) in PURPOSES_OF_BUILDS

    @cached_property
    def removals(self) -> Removals[InstalledPackage]:
        """What goes with packages of the distribution that are removed."""
        return Removals(self.package_graph, self.distribution_packages)

    @cached_property
    def distribution_packages(self) -> tuple[InstalledPackage, ...]:
        """The packages that the distribution is made of, and not those of languages."""
        return tuple(package for package in self.packages if package.type in DISTRIBUTION_TYPES)

    @cached_property
    def directories_by_name(self) -> Mapping[str, tuple[Node, ...]]:
        """Every directory of the image by the last component of its path."""
        found: dict[str, list[Node]] = {}
        for node in self.tree.nodes:
            if node.children is not None:
                found.setdefault(node.name, []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    @cached_property
    def files_by_extension(self) -> Mapping[str, tuple[Node, ...]]:
        """Every file that counts by what follows the last dot of its name, nothing where there is no dot."""
        found: dict[str, list[Node]] = {}
        for node in self.tree.files:
            found.setdefault(node.name.rpartition(".")[2] if "." in node.name else "", []).append(node)
        return {extension: tuple(nodes) for extension, nodes in found.items()}

    @cached_property
    def wasted(self) -> tuple[WastedCopy, ...]:
        """Every copy of content that ships without being of use."""
        return tuple(wasted_copies(self.tree))

    @cached_property
    def linker(self) -> Linker:
        """What the loaders of the image do, as it is configured and with the environment that it starts with."""
        configuration = next(iter(self.facts_of(LinkerConfiguration)), LinkerConfiguration())
        environment = dict(variable.partition("=")[::2] for variable in self.config.run.env or ())
        return Linker(self.tree, configuration, environment.get("LD_LIBRARY_PATH", ""))

    @cached_property
    def dive_score(self) -> DiveScore:
        """What dive's rules judge the image by."""
        return self._score or dive_score(self.tree)

    @cached_property
    def _types_with_needs(self) -> frozenset[str]:
        return frozenset(package.type for package in self.packages if package.needs)

    @cached_property
    def _purposes(self) -> dict[int, Purpose]:
        named = {id(package): purpose_of(package.name) for package in self.distribution_packages}
        for package in self.distribution_packages:
            if package.type == "apk" and is_virtual(package.name):
                holds_some = any(named[id(each)] in PURPOSES_OF_BUILDS for each in self.package_graph.needs(package))
                named[id(package)] = "build-set" if holds_some or "build" in package.name else None
        return {key: purpose for key, purpose in named.items() if purpose is not None}

    @cached_property
    def _ownership(self) -> FileOwnership[InstalledPackage]:
        return FileOwnership(self.tree, self.packages, distribution=self.distribution_packages)
