"""Random layers, stacked, beside a file system that is nothing but a dictionary of paths."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from imgscope.filesystem.stack import stack
from imgscope.filesystem.waste import layer_changes, wasted_copies
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from tests.filesystem.layers import directory, file, layer, opaque, symlink, total_size, whiteout

Model = dict[str, LayerEntry | None]
"""Path to entry; None for a directory that no layer lists."""


def above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def remove(model: Model, path: str, *, itself: bool = True) -> None:
    for other in list(model):
        if other.startswith(f"{path}/" if path else "") or (itself and other == path):
            del model[other]


def is_directory(entry: LayerEntry | None) -> bool:
    return entry is None or entry.type is EntryType.DIRECTORY


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A layer as it was drawn: what it hides, and what it has."""

    hidden: list[str]
    emptied: list[str]
    entries: list[LayerEntry]

    def apply(self, model: Model) -> None:
        for path in self.emptied:
            remove(model, path, itself=False)
        for path in self.hidden:
            remove(model, path)
        for entry in self.entries:
            for parent in above(entry.path):
                if parent not in model or not is_directory(model[parent]):
                    model[parent] = None
            if not (entry.type is EntryType.DIRECTORY and is_directory(model.get(entry.path))):
                remove(model, entry.path)
            model[entry.path] = entry

    def index(self, position: int) -> LayerIndex:
        markers = [whiteout(path) for path in self.hidden] + [opaque(path) for path in self.emptied]
        middle = position % (len(self.entries) + 1)
        return layer(*self.entries[:middle], *markers, *self.entries[middle:])


paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
entries = st.one_of(
    st.builds(file, paths, st.binary(max_size=4)),
    st.builds(directory, paths),
    # Not led anywhere: links to directories have tests of their own.
    st.builds(symlink, paths.map(lambda path: f"link-{path.replace('/', '-')}"), st.just("nowhere")),
)
drawn_layers = st.lists(
    st.builds(
        Drawn,
        hidden=st.lists(paths, max_size=2),
        emptied=st.lists(paths, max_size=1),
        entries=st.lists(entries, max_size=6),
    ),
    max_size=5,
)


@given(drawn_layers, st.integers(0, 10))
def test_the_stacked_tree_is_what_a_dictionary_of_paths_would_hold(drawn: list[Drawn], position: int) -> None:
    model: Model = {}
    for each in drawn:
        each.apply(model)
    tree = stack([each.index(position) for each in drawn])
    assert {node.path: node.entry for node in tree.nodes if node.parent is not None} == model


@given(drawn_layers)
def test_what_is_there_and_what_is_gone_add_up_to_what_all_layers_ship(drawn: list[Drawn]) -> None:
    layers = [each.index(0) for each in drawn]
    tree = stack(layers)
    gone = sum(copy.size for copy in wasted_copies(tree) if copy.cause != "duplicateContent")
    shipped = sum(each.unpacked_size for each in layers)
    assert tree.size_of(tree.root) + gone == shipped
    assert total_size(node.content for node in tree.files if node.content) == tree.size_of(tree.root)


@given(drawn_layers)
def test_files_added_less_files_removed_are_the_files_that_are_there(drawn: list[Drawn]) -> None:
    tree = stack([replace(each, entries=without_conflicts(each.entries)).index(0) for each in drawn])
    changes = layer_changes(tree)
    assert sum(each.added_files - each.removed_files for each in changes) == len(tree.files)
    for change, index in zip(changes, tree.layers, strict=True):
        assert change.added_bytes + change.modified_bytes == index.unpacked_size


def without_conflicts(entries: list[LayerEntry]) -> list[LayerEntry]:
    """What a layer lists twice, or below its own files, is a matter of its own."""
    once = {entry.path: entry for entry in entries}
    files = {entry.path for entry in once.values() if not is_directory(entry)}
    return [entry for entry in once.values() if files.isdisjoint(above(entry.path))]
