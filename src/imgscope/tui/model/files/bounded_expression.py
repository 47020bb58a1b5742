"""Regular expressions that somebody types, held against paths that whoever made the image thought of."""

from __future__ import annotations

import math
import re
import warnings
from typing import Final

from imgscope.errors import UsageError

_SECONDS: Final = 0.05
_MOST_REPEATS: Final = 10_000
_COUNTS: Final = re.compile(r"\{(\d*),?(\d*)\}")
_SHOWN: Final = 40


class TooSlow(UsageError):
    """A regular expression takes longer on a path than all of them may."""


class BoundedExpression:
    """A regular expression that gives up on a text after 50 ms, and leaves other threads alone meanwhile.

    Backtracking can take forever: `(a+)+$` doubles its time with each `a` before something else, and in re of the
    standard library no other thread, so no key either, has a turn until it ends. What may be written is what re
    understands. Raises `UsageError`, which says what it does not, and for counts that take too much memory.
    """

    def __init__(self, source: str, *, ignores_case: bool) -> None:
        import regex

        self._source = source
        flags = regex.IGNORECASE if ignores_case else 0
        try:
            with warnings.catch_warnings():
                # What will mean something else one day is nothing to tell somebody who is typing.
                warnings.simplefilter("ignore")
                re.compile(source)
                self._refuse_large_counts()
                self._expression = regex.compile(source, flags)
        except (re.error, regex.error, RecursionError, OverflowError) as error:
            raise UsageError(f"/{source}/ is no regular expression: {error}") from None

    def _refuse_large_counts(self) -> None:
        # Each is written out when it is compiled, and those within others as often as these say.
        counts = [max(map(int, filter(None, found)), default=1) for found in _COUNTS.findall(self._source)]
        if math.prod(max(count, 1) for count in counts) > _MOST_REPEATS:
            raise UsageError(
                f"/{self._source}/ repeats more than {_MOST_REPEATS:,} times", hint="+ and * repeat as often as can be"
            )

    def search(self, text: str) -> bool:
        """Tell whether it is found in `text`. Raises `TooSlow`."""
        try:
            return self._expression.search(text, timeout=_SECONDS, concurrent=True) is not None
        except TimeoutError:
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            raise TooSlow(
                f"/{self._source}/ takes too long on a path: {shown}",
                hint="write a repeat within a repeat as one: a+ finds what (a+)+ does",
            ) from None
