"""Where the content of files comes from: a function that is given to the terminal UI, which knows no source."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.sources.base import ImageHead


class OpenContent(Protocol):
    """Reads files of an image that was inspected: `imgscope.inside.reopened.ReopenedImage.open_file`."""

    def __call__(
        self,
        head: ImageHead,
        tree: FileTree,
        node: Node,
        *,
        received: Callable[[int], None],
        cancelled: threading.Event,
    ) -> AbstractContextManager[Iterator[bytes | memoryview]]:
        """Give the content of the file `node` of `tree`, which is of some layers of the image, piece by piece.

        Raises `ImgscopeError`, on entry or while iterating; `Cancelled` soon after `cancelled` is set.
        """
        ...
