"""One thing that was found out about a registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imgscope.errors import ImgscopeError

Status = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: a sentence, and for a failure what to do about it. May quote hostile text."""

    status: Status
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A finding with the name of its check. Without a step that `is_needed` and failed, images can be pulled."""

    name: str
    finding: Finding
    is_needed: bool = True

    @property
    def is_in_the_way(self) -> bool:
        """Whether nothing can be pulled because of this."""
        return self.is_needed and self.finding.status == "failed"


def ok(message: str, hint: str | None = None) -> Finding:
    """All is well; `hint` says what could be better."""
    return Finding(status="ok", message=message, hint=hint)


def failed(message: str, hint: str | None) -> Finding:
    """It does not work."""
    return Finding(status="failed", message=message, hint=hint)


def skipped(message: str) -> Finding:
    """Nothing was found out, or nothing is there to find out."""
    return Finding(status="skipped", message=message)


def told(error: ImgscopeError) -> Finding:
    """It does not work, as an inspection would say."""
    return failed(error.message, error.hint)
