"""Facts about an image: one file a fact. Each exports `PROBE`."""

from __future__ import annotations

from imgscope import discovery
from imgscope.probes.base import Probe

__all__ = ["probes"]


def probes() -> list[Probe]:
    """Return all probes in order of name; two of one name are a `ValueError`."""
    found: dict[str, Probe] = {}
    for module, probe in discovery.exported(__name__, "PROBE", Probe):
        if probe.name in found:
            raise ValueError(f"{module.__name__} is a second probe named {probe.name!r}")
        found[probe.name] = probe
    return list(found.values())
