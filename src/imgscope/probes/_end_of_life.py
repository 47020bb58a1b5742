"""When security support of a distribution's release ends, by the dates in end_of_life.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec

_DATES: Final = "end_of_life.toml"
_CENTOS_STREAM: Final = "CentOS Stream"


def end_of_life(identity: str, version: str | None, name: str = "") -> str | None:
    """Return the last day of support, as `YYYY-MM-DD`, of the release that os-release calls by these; None if unknown.

    A version is looked up as it stands and then without its last components.
    """
    releases = _releases().get("centos-stream" if name.startswith(_CENTOS_STREAM) else identity, {})
    while version:
        if version in releases:
            return releases[version]
        version = version.rpartition(".")[0]
    return None


@lru_cache(maxsize=1)
def _releases() -> dict[str, dict[str, str]]:
    document = tomllib.loads(files("imgscope.probes").joinpath(_DATES).read_text("utf-8"))
    dates = msgspec.to_builtins(document["releases"])
    return msgspec.convert(dates, dict[str, dict[str, str]])
