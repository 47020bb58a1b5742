"""Trees of small images for the tests of the file list, and what a list shows."""

from __future__ import annotations

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import layer_view
from imgscope.tui.model.files.file_list import FileList, everything
from imgscope.tui.model.files.image import ImageFiles
from imgscope.tui.model.files.layer import LayerFiles
from imgscope.tui.model.files.source import FileSource
from imgscope.tui.model.files.stacked import StackedFiles
from tests.support.images import Entry, hard_link, layer, symlink, whiteout
from tests.support.images import file as _file
from tests.support.memory import inspect


def sized(path: str, size: int, *, uid: int = 0) -> Entry:
    """A file of `size` bytes that no other has."""
    return _file(path, (path * (size // len(path) + 1))[:size], uid=uid)


def inspected() -> Inspection:
    """Two layers; the second adds, changes, re-owns and removes something."""
    below = layer(
        sized("etc/passwd", 900),
        sized("etc/owned", 30),
        sized("usr/bin/app", 5000),
        hard_link("usr/bin/app2", "usr/bin/app"),
        symlink("usr/bin/link", "app"),
        sized("usr/share/doc/README", 200),
        sized("usr/share/Big.bin", 2_000_000),
        sized("var/cache/old", 70_000),
    )
    above = layer(
        sized("etc/passwd", 950),
        sized("etc/owned", 30, uid=1000),
        sized("opt/new/file.py", 400),
        whiteout("var/cache"),
    )
    return inspect(below, above)


def image_files(inspection: Inspection | None = None) -> ImageFiles:
    """The whole image."""
    return ImageFiles((inspection or inspected()).image)


def layer_files(layer: int = 1) -> LayerFiles:
    """What a layer did."""
    inspection = inspected()
    return LayerFiles(inspection, layer, layer_view(inspection.image.tree, layer))


def stacked_files(layer: int = 1) -> StackedFiles:
    """The image as a layer left it."""
    inspection = inspected()
    return StackedFiles(inspection, layer, layer_view(inspection.image.tree, layer))


def all_rows(source: FileSource) -> list[str]:
    """The names of all rows of `source`, set in by depth, with everything open."""
    return shown(FileList(source, "name", is_open=everything))


def shown(files: FileList) -> list[str]:
    """The names of the rows of `files`, set in by depth."""
    return [f"{'  ' * files.depth(position)}{files.row(position).name}" for position in range(len(files))]
