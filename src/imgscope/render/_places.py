"""Where what reads source code shows findings: at an instruction of the Dockerfile, or at a path of the image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from imgscope.dockerfile.match import MatchedDockerfile, match_layers
from imgscope.dockerfile.parse import Dockerfile, SourceInstruction
from imgscope.report import Finding, ImageReport

SET_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "runs-as-root": ("USER",),
    "no-healthcheck": ("HEALTHCHECK",),
    "healthcheck-cannot-run": ("HEALTHCHECK",),
    "start-command-cannot-run": ("ENTRYPOINT", "CMD"),
    "start-command-in-shell": ("ENTRYPOINT", "CMD"),
}
"""The instructions that set what these rules judge, which no layer has."""
_VARIABLES: Final = ("ENV", "ARG", "LABEL")
_VARIABLE: Final = re.compile(r"[A-Za-z_][\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A relative or absolute URI, and lines in it counted from 1."""

    uri: str
    line: int
    last_line: int


class Places:
    """Knows where each finding of one report belongs; `dockerfile` is what the image was built from, if known."""

    def __init__(self, report: ImageReport, dockerfile: Dockerfile | None) -> None:
        self._reference = report.image.reference
        self._matched = match_layers(dockerfile, report.layers) if dockerfile is not None else None

    @property
    def in_dockerfile(self) -> bool:
        """Whether places are lines of a Dockerfile, rather than paths of the image."""
        return self._matched is not None

    def place(self, finding: Finding) -> Place:
        """Return the one place to show `finding` at."""
        if self._matched is None:
            return Place(uri=path_uri(finding.paths[0] if finding.paths else self._reference), line=1, last_line=1)
        return _line_of(_instruction(finding, self._matched), self._matched)

    def place_of_image(self) -> Place:
        """Return where to show what is said of the image as a whole: at the FROM that it begins with, or its name."""
        if self._matched is None:
            return Place(uri=path_uri(self._reference), line=1, last_line=1)
        return _line_of(self._matched.base, self._matched)


def path_uri(path: str) -> str:
    """Return a path of the image as a relative URI reference, its bytes percent-encoded (RFC 3986, section 4.2)."""
    return quote(path.lstrip("/").encode("utf-8", "surrogateescape"), safe="/") or "."


def _line_of(instruction: SourceInstruction, dockerfile: MatchedDockerfile) -> Place:
    return Place(uri=_file_uri(dockerfile.path), line=instruction.line, last_line=instruction.last_line)


def _file_uri(path: str) -> str:
    """Return the path of a file relative to the working directory where that is above it, as repositories want it."""
    file = Path(path)
    absolute = Path.cwd() / file
    relative = absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else file
    return path_uri(relative.as_posix()) if not relative.is_absolute() else f"file:///{path_uri(relative.as_posix())}"


def _instruction(finding: Finding, dockerfile: MatchedDockerfile) -> SourceInstruction:
    """Return what brought about `finding`; for layers that are not of this Dockerfile, the FROM that brought them."""
    found = None
    if finding.layer is not None:
        found = dockerfile.by_layer.get(finding.layer)
    else:
        # What begins with the name of an instruction is about that one: CMD stands below the ENTRYPOINT that counts.
        begins_with = dockerfile.last((finding.message.partition(" ")[0],))
        if finding.rule_id in SET_BY:
            found = begins_with or dockerfile.last(SET_BY[finding.rule_id])
        else:
            named = set(_VARIABLE.findall(finding.message))
            setting = (each for each in reversed(dockerfile.instructions) if _sets_one_of(each, named))
            found = next(setting, begins_with)
    return found or dockerfile.base


def _sets_one_of(instruction: SourceInstruction, names: set[str]) -> bool:
    if instruction.keyword not in _VARIABLES:
        return False
    assigned = (word.partition("=")[0].strip("\"'") for word in instruction.text.split())
    return any(name in names for name in assigned if len(name) > 2)
