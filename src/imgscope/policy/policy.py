"""What is asked of an image."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.policy.dive import DiveLimits
from imgscope.policy.ignore import Ignore
from imgscope.policy.keys import Growth
from imgscope.report import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits under the names of their keys (docs/policy.md); None asks for nothing. Sizes in bytes.

    `min_efficiency` is from 0 to 1, `max_wasted_percent` from 0 to 100. `dive` is what a `.dive-ci` asks for,
    and `ignores` what is not to be judged. A `baseline` is an image, or the path of a report.
    """

    max_unpacked_size: int | None = None
    max_compressed_size: int | None = None
    max_layers: int | None = None
    max_wasted: int | None = None
    max_wasted_percent: float | None = None
    min_efficiency: float | None = None
    allowed_libc: tuple[str, ...] | None = None
    allowed_distros: tuple[str, ...] | None = None
    fail_on: Severity | None = None
    fail_on_new: Severity | None = None
    baseline: str | None = None
    max_growth: Growth | None = None
    dive: DiveLimits | None = None
    ignores: tuple[Ignore, ...] = ()
