"""What registries tell in passing."""

from __future__ import annotations

import httpx
import pytest

from imgscope.sources.registry.notices import Notices


def noted(*headers: tuple[str, str]) -> Notices:
    notices = Notices()
    notices.note(
        httpx.Headers([(name.encode(), value.encode()) for name, value in headers]),
        lambda text: text.replace("secret", "[redacted]"),
    )
    return notices


@pytest.mark.parametrize(
    ("header", "warning"),
    [
        ('299 - "moved to \\"new\\" and \\\\"', 'moved to "new" and \\'),
        ('299 - "the secret is out"', "the [redacted] is out"),
        ('299 - "a\x9bb"', None),
        ('299 - "a\tb"', None),
        (f'299 - "{"x" * 4096}"', None),
        ('199 - "other"', None),
        ("299 - unquoted", None),
        ('299 - "two", 299 - "at once"', None),
    ],
)
def test_C21_a_warning_is_taken_only_in_its_form(header: str, warning: str | None) -> None:
    assert noted(("warning", header)).warnings == ((warning,) if warning else ())


def test_C21_warnings_are_kept_once_and_few() -> None:
    assert noted(*[("warning", '299 - "same"')] * 3).warnings == ("same",)
    assert len(noted(*[("warning", f'299 - "{number}"') for number in range(50)]).warnings) == 10


@pytest.mark.parametrize(
    ("limit", "remaining", "said"),
    [
        ("100;w=21600", "98;w=21600", "98 of 100 pulls left per 6 hours"),
        ("100;w=3600", "1;w=3600", "1 of 100 pulls left per hour"),
        ("100;w=90", "98;w=90", "98 of 100 pulls left per 90 seconds"),
        ("100", "0", "0 of 100 pulls left"),
        ("100;w=21600", "", None),
        ("many", "98", None),
    ],
)
def test_C22_a_rate_limit_is_put_in_words(limit: str, remaining: str, said: str | None) -> None:
    assert noted(("ratelimit-limit", limit), ("ratelimit-remaining", remaining)).rate_limit == said
