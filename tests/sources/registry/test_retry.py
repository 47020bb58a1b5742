"""How long to wait before another try."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imgscope.sources.registry.retry import LONGEST_WAIT, backoff, retry_after

_NOW = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Wed, 01 May 2024 12:00:05 GMT", 5.0),
        ("Wed, 01 May 2024 11:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Wed, 01 May 20240000000000000000000000 12:00:05 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_C16_retry_after_is_seconds_or_a_date_to_come(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, _NOW) == seconds


def test_C16_waits_grow_vary_and_stay_bounded() -> None:
    assert 0.25 <= backoff(1) <= 0.5
    assert 1.0 <= backoff(3) <= 2.0
    assert all(backoff(40) <= LONGEST_WAIT for _ in range(20))
    assert len({backoff(3) for _ in range(20)}) > 1
