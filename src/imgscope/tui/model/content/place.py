"""Which file a path means, and which layer has its content."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.inside.state import mode_text
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.text import format_size
from imgscope.tui.model.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """What is at a path: `node` of `tree`, which is of all layers or of the lower ones.

    `file` is the regular file that it is or leads to; where it leads to none, `nothing` says why. `in_image` is that
    file in the whole image, if it is still there.
    """

    tree: FileTree
    node: Node
    file: Node | None
    nothing: str
    in_image: Node | None
    package: str | None

    @property
    def content(self) -> LayerEntry | None:
        """The entry that has the content of the file."""
        return self.file.content if self.file is not None else None


def find_file(image: InspectedImage, path: str, layer: int | None) -> FilePlace | None:
    """Return what is at `path` as layer number `layer` left it, or as it was before that layer removed it.

    With None, as the whole image has it. Returns None where there is nothing.
    """
    for tree in _trees(image.tree, layer):
        node = tree.locate(path)
        if node is not None:
            return _place(image, tree, node)
    return None


def place_lines(place: FilePlace) -> list[Line]:
    """Return what stands above the content: path, and type, owner, size, origin and package."""
    node, content = place.node, place.content
    told = [mode_text(node.entry), f"{node.entry.uid}:{node.entry.gid}"] if node.entry is not None else []
    told += [format_size(content.size)] if content is not None else []
    told.append(f"layer {node.layer}")
    told += [f"package {place.package}"] if place.package else []
    target = f" → /{place.file.path}" if place.file is not None and place.file is not node else ""
    return [Line(f"/{node.path}{target}", "strong"), Line(" · ".join(told))]


def _trees(tree: FileTree, layer: int | None) -> list[FileTree]:
    if layer is None:
        return [tree]
    up_to = tree if layer == len(tree.layers) - 1 else stack(tree.layers[: layer + 1])
    return [up_to, stack(tree.layers[:layer])]


def _place(image: InspectedImage, tree: FileTree, node: Node) -> FilePlace:
    found = tree.resolve(node.path) if node.is_symlink else node
    file = found if found is not None and found.is_file else None
    in_image = image.tree.locate(file.path) if file is not None else None
    at_path = image.tree.locate(node.path)
    owner = image.owner(at_path) if at_path is not None else None
    return FilePlace(
        tree=tree,
        node=node,
        file=file,
        nothing="" if file is not None else _nothing(node, found),
        in_image=in_image if in_image is not None and file is not None and in_image.content is file.content else None,
        package=f"{owner.name} {owner.version}" if owner is not None else None,
    )


def _nothing(node: Node, found: Node | None) -> str:
    """Return why there is no content to show."""
    if found is None:
        return f"this link leads to {node.link_name}, which is not there"
    if found.is_directory:
        return "this is a directory" if found is node else f"this link leads to the directory /{found.path}"
    kind = found.content.type if found.content is not None else EntryType.HARD_LINK
    if kind is EntryType.HARD_LINK:
        return "this is a hard link to a file that is not there"
    return f"this is a {kind.value.replace('-', ' ')}, which has no content"
