"""For how long an engine is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import httpx

from imgscope.limits import Limits
from imgscope.sources._pace import Pace

_QUICK_RATE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to `connect`, until an `answer` begins and until an `image` does; once it has begun, `pace` counts.

    Docker writes the whole archive of an image to its own disk before it sends the first byte of it.
    """

    connect: float
    answer: float
    image: float
    pace: Pace

    @classmethod
    def within(cls, limits: Limits) -> Self:
        """Return the patience that the user has."""
        pace = Pace(rate=limits.slowest_rate, patience=limits.slowness_timeout)
        return cls(
            connect=limits.connect_timeout, answer=limits.silence_timeout, image=limits.engine_patience, pace=pace
        )

    @classmethod
    def brief(cls, seconds: float) -> Self:
        """Return that of somebody who asks an engine on this machine in passing."""
        return cls(connect=seconds, answer=seconds, image=seconds, pace=Pace(rate=_QUICK_RATE, patience=seconds))

    def timeout(self, *, for_image: bool) -> httpx.Timeout:
        """Return the same as httpx has it."""
        first = self.image if for_image else self.answer
        return httpx.Timeout(self.connect, read=first, write=self.answer)
