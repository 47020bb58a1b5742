"""Which package has which files of an image, and which files are gone without it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain
from typing import Generic, Protocol, TypeVar

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree


class Owning(Protocol):
    """What has to be known of a package; `facts.InstalledPackage` says what each of it means."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it owns, as its database writes them."""
        ...

    @property
    def files(self) -> tuple[Node, ...]:
        """The files that are its because of where they are."""
        ...


OwningPackage = TypeVar("OwningPackage", bound=Owning)


class FileOwnership(Generic[OwningPackage]):
    """The files of `packages` in `tree`. Those in `distribution`, some of them, have what languages' packages have too.

    Of several names for one content the one that counts for it stands for all of them.
    """

    def __init__(
        self, tree: FileTree, packages: Sequence[OwningPackage], *, distribution: Sequence[OwningPackage]
    ) -> None:
        self._tree = tree
        self._packages = packages
        self._distribution = distribution

    def files_of(self, package: OwningPackage) -> tuple[Node, ...]:
        """Return the files of `package` that are in the image, those that other packages have as well included."""
        return self._files[id(package)]

    def size_of(self, package: OwningPackage) -> int:
        """Return the bytes of the files of which `package` is the owner."""
        return self._sizes[id(package)]

    def owner(self, node: Node) -> OwningPackage | None:
        """Return the one package that owns the file, if one does: of several, one of the distribution."""
        return self._owners.get(id(node.content))

    @cached_property
    def unowned(self) -> tuple[Node, ...]:
        """The files that no package owns, in path order, each content once."""
        return tuple(node for node in self._tree.files if id(node.content) not in self._owners)

    def freed_by(
        self, packages: Collection[OwningPackage], *, of: Collection[OwningPackage] | None = None
    ) -> tuple[Node, ...]:
        """Return the files that are gone without `packages`, all of the distribution.

        No other package of it has them, nor have they any other name. With `of`, some of `packages`, only the files of
        these are returned.
        """
        removed = {id(package) for package in packages}
        alone = dict.fromkeys(
            node
            for package in (packages if of is None else of)
            for node in self.files_of(package)
            if self._sharing.get(id(node), removed) <= removed
        )
        staying = self._named_elsewhere(alone, packages)
        return tuple(node for node in alone if node not in staying)

    def size_freed_by(self, packages: Collection[OwningPackage]) -> int:
        """Return the bytes of `freed_by(packages)`, at a cost that allows to ask for every package of an image."""
        removed = {id(package) for package in packages}
        entangled = {
            node
            for package in packages
            for node in self._entangled[id(package)]
            if self._sharing.get(id(node), removed) <= removed
        }
        freed = entangled - self._named_elsewhere(entangled, packages)
        return sum(self._sole_sizes[key] for key in removed) + sum(node.size for node in freed)

    def _named_elsewhere(self, nodes: Iterable[Node], packages: Collection[OwningPackage]) -> set[Node]:
        """Return those of `nodes` that have a name which is not among those of `packages`."""
        linked = [node for node in nodes if id(node.content) in self._names_of_linked]
        if not linked:
            return set()
        names = set[int]().union(*(self._linked_names[id(package)] for package in packages))
        return {node for node in linked if not names.issuperset(self._names_of_linked[id(node.content)])}

    def has_other_names(self, node: Node, names: AbstractSet[int]) -> bool:
        """Tell whether the content of `node` has a name that is not among `names`, which are identities of nodes."""
        linked = self._names_of_linked.get(id(node.content))
        return linked is not None and not linked <= names

    @cached_property
    def counting(self) -> dict[int, Node]:
        """By the identity of each content, the name that counts for it."""
        return {id(node.content): node for node in self._tree.files}

    @cached_property
    def _files(self) -> dict[int, tuple[Node, ...]]:
        return {id(package): tuple(self._located(package)) for package in self._packages}

    @cached_property
    def _sizes(self) -> dict[int, int]:
        sizes = {id(package): 0 for package in self._packages}
        for node in self._tree.files:
            owner = self._owners.get(id(node.content))
            if owner is not None:
                sizes[id(owner)] += node.size
        return sizes

    @cached_property
    def _owners(self) -> dict[int, OwningPackage]:
        """Owners by the identity of the content, so that what two packages have is counted for one of them."""
        owners: dict[int, OwningPackage] = {}
        # The last to be written stays: those of the distribution, the first of them.
        for package in (*reversed(self._packages), *reversed(self._distribution)):
            owners.update(dict.fromkeys([id(node.content) for node in self.files_of(package)], package))
        return owners

    @cached_property
    def _sharing(self) -> dict[int, set[int]]:
        """The packages of the distribution that have a file, where those are several.

        What is a package of a language as well is installed and removed as part of them.
        """
        first: dict[int, int] = {}
        shared: dict[int, set[int]] = {}
        for package in self._distribution:
            new = dict.fromkeys(map(id, self.files_of(package)), id(package))
            for file in first.keys() & new.keys():
                shared.setdefault(file, {first[file]}).add(new.pop(file))
            first.update(new)
        return shared

    @cached_property
    def _names_of_linked(self) -> dict[int, set[int]]:
        """The identities of all names of each content that has several."""
        found: dict[int, set[int]] = {}
        for node in self._tree.nodes:
            if node.is_hard_link:
                found.setdefault(id(node.content), set()).add(id(node))
        for key, names in found.items():
            if key in self.counting:
                names.add(id(self.counting[key]))
        return found

    @cached_property
    def _entangled(self) -> dict[int, tuple[Node, ...]]:
        """By package, those of its files that other packages have as well, or that have other names."""
        return {
            id(package): tuple(
                node
                for node in self.files_of(package)
                if id(node) in self._sharing or id(node.content) in self._names_of_linked
            )
            for package in self._distribution
        }

    @cached_property
    def _sole_sizes(self) -> dict[int, int]:
        """By package, the bytes of its files that are gone whenever it is."""
        return {
            id(package): sum(node.size for node in self.files_of(package))
            - sum(node.size for node in self._entangled[id(package)])
            for package in self._distribution
        }

    @cached_property
    def _linked_names(self) -> dict[int, frozenset[int]]:
        """By package, the identities of those names of contents with several that it has."""
        several = frozenset[int]().union(*self._names_of_linked.values())
        return {
            id(package): frozenset(id(named) for named in self._named_by(package)) & several
            for package in self._distribution
        }

    def _located(self, package: OwningPackage) -> Iterable[Node]:
        counting = self.counting
        return {counting[key]: None for node in self._named_by(package) if (key := id(node.content)) in counting}

    def _named_by(self, package: OwningPackage) -> Iterable[Node]:
        return chain(self._tree.locate_all(package.paths), package.files)
