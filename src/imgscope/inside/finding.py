"""Finding a path in an image, with an error that helps where it is not there."""

from __future__ import annotations

import difflib
from typing import Final

from imgscope.errors import ImgscopeError, LayerError, UsageError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree

_MOST_NAMED: Final = 3
_LONGEST_NAME: Final = 255


def check_layer(number: int, count: int) -> None:
    """Raise `UsageError` unless an image of `count` layers has a layer `number`."""
    if not 0 <= number < count:
        there = f"there are layers 0 to {count - 1}" if count else "the image has none"
        raise UsageError(f"there is no layer {number}", hint=there)


def find(tree: FileTree, path: str) -> Node:
    """Return what `path` leads to when all links are followed inside the image.

    Raises `UsageError` where nothing is there, and `LayerError` where that cannot be told because not all of the
    image could be read.
    """
    node = tree.resolve(path)
    if node is None:
        raise missing(tree, path)
    return node


def find_named(tree: FileTree, path: str) -> Node:
    """Return the node that `path` names: links above it are followed, it is not if it is a link itself.

    Raises what `find` does.
    """
    node = tree.locate(without_dots(tree, path))
    if node is None:
        raise missing(tree, path)
    return node


def without_dots(tree: FileTree, path: str) -> str:
    """Return `path` in a form whose last component is a name, and not `.` or `..`."""
    if path.rstrip("/").rpartition("/")[2] not in (".", ".."):
        return path.strip("/")
    node = tree.resolve(path)
    return node.path if node is not None else path.strip("/")


def missing(tree: FileTree, path: str) -> ImgscopeError:
    """Return the error that says that `path` is not in the image, with the names that come closest to it."""
    shown = f"/{path.strip('/')}"
    if tree.error is not None or any(layer.error for layer in tree.layers):
        return LayerError(
            f"{shown} was not found, and not all of the image could be read", hint="it may be in what is missing"
        )
    named = tree.locate(path.strip("/"))
    if named is not None and named.is_symlink:
        return UsageError(
            f"{shown} is a symbolic link to {named.link_name}, which leads nowhere in the image",
            hint="imgscope why shows where the link comes from",
        )
    by = _removed_by(tree, path)
    if by is not None:
        return UsageError(
            f"there is no {shown} in the image any more: layer {by} removed it",
            hint=f"imgscope why IMAGE {shown} tells which layers ship it; "
            f"with --layer {by - 1}, cat shows a file as it was",
        )
    near = near_paths(tree, path)
    advice = f"did you mean {', '.join(f'/{each}' for each in near)}?" if near else "imgscope ls lists what there is"
    return UsageError(f"there is no {shown} in the image", hint=advice)


def _removed_by(tree: FileTree, path: str) -> int | None:
    """Return the last layer that removed what `path` names, or what was in it, if one did."""
    name = path.strip("/")
    removed = (each for each in tree.replacements if each.after is None)
    return max((each.layer for each in removed if f"{each.path}/".startswith(f"{name}/")), default=None)


def near_paths(tree: FileTree, path: str) -> list[str]:
    """Return up to three paths like `path`: names like it where it should be, then files called so elsewhere."""
    above, rest = _as_far_as_there(tree, path)
    wanted = rest[0][:_LONGEST_NAME] if rest else ""
    near = [
        "/".join(filter(None, (above.path, name)))
        for name in difflib.get_close_matches(wanted, list(above.children or ()), n=_MOST_NAMED)
    ]
    name = path.rstrip("/").rpartition("/")[2]
    if len(near) < _MOST_NAMED and name:
        near += [node.path for node in tree.nodes if node.name == name and node.path not in near][:_MOST_NAMED]
    return near[:_MOST_NAMED]


def _as_far_as_there(tree: FileTree, path: str) -> tuple[Node, list[str]]:
    """Return the deepest directory on the way of `path`, and the components that are left from there."""
    node, rest = tree.root, [name for name in path.split("/") if name not in ("", ".")]
    while rest:
        following = tree.resolve(rest[0], base=node)
        if following is None or not following.is_directory:
            break
        node, rest = following, rest[1:]
    return node, rest
