"""CycloneDX 1.6, a software bill of materials: the image, its distribution and its packages.

The library that knows the format is an extra, because few need it. Source: cyclonedx.org/docs/1.6/json.
"""

from __future__ import annotations

import importlib.util

from imgscope.errors import UsageError
from imgscope.render.base import Render

if importlib.util.find_spec("cyclonedx") is None:
    raise UsageError(
        "the format cyclonedx needs the package cyclonedx-python-lib, which is not installed",
        hint="install it with: pip install cyclonedx-python-lib",
    )

from imgscope.render._bill_of_materials import render

RENDER = Render(render=render)
