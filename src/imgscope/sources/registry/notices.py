"""What a registry tells in passing, in headers of its answers: warnings and how much may still be fetched."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

import httpx

from imgscope.text import format_count

_WARNING: Final = re.compile(r'299 - "((?:[^"\\]|\\.)*)"')
_ESCAPE: Final = re.compile(r"\\(.)")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_LONGEST_WARNING: Final = 4096
_MOST_WARNINGS: Final = 10
_LIMIT: Final = re.compile(r"([0-9]{1,12})(?:;w=([0-9]{1,9}))?")


class Notices:
    """Collects from answers, from any thread. `warnings` are sentences, each once; `rate_limit` is the latest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._warnings: dict[str, None] = {}
        self.rate_limit: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings so far (distribution-spec, "Warnings")."""
        with self._lock:
            return tuple(self._warnings)

    def note(self, headers: httpx.Headers, redact: Callable[[str], str]) -> None:
        """Take in the headers of an answer, free of secrets by `redact`."""
        with self._lock:
            for header in headers.get_list("warning"):
                if len(self._warnings) < _MOST_WARNINGS and (text := _warning(header)):
                    self._warnings[redact(text)] = None
            self.rate_limit = _rate_limit(headers) or self.rate_limit


def _warning(header: str) -> str | None:
    found = _WARNING.fullmatch(header.strip())
    if found is None or len(header.encode()) > _LONGEST_WARNING or _CONTROL.search(header):
        return None
    return _ESCAPE.sub(r"\1", found[1])


def _rate_limit(headers: httpx.Headers) -> str | None:
    remaining = _LIMIT.fullmatch(headers.get("ratelimit-remaining", ""))
    limit = _LIMIT.fullmatch(headers.get("ratelimit-limit", ""))
    if remaining is None or limit is None:
        return None
    window = f" per {_duration(int(limit[2]))}" if limit[2] else ""
    return f"{remaining[1]} of {limit[1]} pulls left{window}"


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    if not hours or rest:
        return format_count(seconds, "second")
    return "hour" if hours == 1 else format_count(hours, "hour")
