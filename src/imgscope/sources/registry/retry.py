"""When a request is worth another try, and how long to wait before it (conformance C16; RFC 9110, "Retry-After")."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

ATTEMPTS: Final = 4
"""How often one request is sent at most."""

RETRIED_STATUSES: Final = frozenset({408, 429, 499, 500, 502, 503, 504, 522})

LONGEST_WAIT: Final = 30.0
"""Seconds. A registry that asks for more is not waited for."""

_FIRST_DELAY: Final = 0.5


def backoff(failures: int) -> float:
    """Return the seconds to wait after `failures` failures in a row, different each time so that clients spread out."""
    return min(_FIRST_DELAY * 2.0 ** (failures - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)  # noqa: S311


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for; None for none, and for what is past or malformed."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12]) or None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None
