"""Distribution and C library as far as the lowest layers tell, for those who look while the rest is still read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.filesystem.stack import stack
from imgscope.layer.index import LayerIndex
from imgscope.probes import probes
from imgscope.report import Distro, Libc

_PROBES: Final = ("os-release", "libc")


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyFacts:
    """What the layers say that were read so far; None where they say nothing. Later layers may say otherwise."""

    distro: Distro | None = None
    libc: Libc | None = None


def early_facts(layers: Sequence[LayerIndex]) -> EarlyFacts:
    """Return what `layers`, the lowest of an image, tell of it: nothing, whatever goes wrong."""
    distro: Distro | None = None
    libc: Libc | None = None
    try:
        tree = stack(layers)
        for probe in probes():
            for fact in probe.find(tree) if probe.name in _PROBES else ():
                distro = fact if isinstance(fact, Distro) and distro is None else distro
                libc = fact if isinstance(fact, Libc) and libc is None else libc
    except Exception:  # noqa: BLE001 - the inspection itself will tell what is wrong
        return EarlyFacts()
    return EarlyFacts(distro=distro, libc=libc)
