"""`--image-list FILE`: images by name, one a line."""

from __future__ import annotations

import sys
from pathlib import Path

from imgscope.errors import UsageError


def read_image_list(name: str) -> list[str]:
    """Return the images in the file called `name`, `-` for stdin. Blank lines and what follows a `#` are left out.

    A `#` begins a comment at the start of a line or after a space. Raises `UsageError`.
    """
    shown = "stdin" if name == "-" else repr(name)
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"the image list {shown} cannot be read: {error.strerror}", hint="name another") from None
    except UnicodeDecodeError:
        raise UsageError(f"the image list {shown} is not UTF-8", hint="write one image a line") from None
    images = [image for line in text.splitlines() if (image := f" {line}".partition(" #")[0].strip())]
    if not images:
        raise UsageError(f"the image list {shown} names no image", hint="write one image a line")
    return images
