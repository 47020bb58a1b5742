"""What syft finds in the same image; it is installed from PyPI by `.ci/run`."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from imgscope.report import ImageReport
from tests.support.programs import require, run

Found = set[tuple[str, str, str]]
"""Kind, name and version of each package."""


def by_syft(layout: Path, kinds: Collection[str]) -> Found:
    """Return the packages of these `kinds` that syft finds; it calls all of them as imgscope does."""
    require("syft")
    found = json.loads(run("syft", "-q", f"oci-dir:{layout}", "-o", "json"))["artifacts"]
    return {(each["type"], each["name"], each["version"]) for each in found if each["type"] in kinds}


def listed(report: ImageReport, kinds: Collection[str]) -> Found:
    """Return the packages of the report, of these `kinds`."""
    return {(found.type, found.name, found.version) for found in report.packages if found.type in kinds}
