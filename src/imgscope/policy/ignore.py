"""`.imgscopeignore`: findings that are not to be judged, for as long as it says.

One rule a line, `#` begins a comment, and two words may follow the rule: `exp:YYYY-MM-DD`, the last day on which
the line holds, and `path:GLOB`, without which the rule is ignored wherever it fires.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from imgscope.errors import UsageError
from imgscope.policy.glob import PathGlob
from imgscope.policy.rule_names import check_rule
from imgscope.report import Finding

IGNORE_FILE: Final = ".imgscopeignore"
_COMMENT: Final = re.compile(r"(^|\s)#.*")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORM: Final = "a line is: RULE [exp:YYYY-MM-DD] [path:GLOB]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One line. `place` says where it stands; `paths` matches what it is about, None standing for everything."""

    rule_id: str
    place: str
    expires: date | None = None
    paths: PathGlob | None = None

    @property
    def reason(self) -> str:
        """Why a finding is ignored."""
        return f"{self.place}, until {self.expires}" if self.expires else self.place


def read_ignore_file(path: Path, *, today: date) -> tuple[tuple[Ignore, ...], tuple[str, ...]]:
    """Return the lines that hold `today`, and a note on each that no longer does. Raises `UsageError`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{str(path)!r} cannot be read: {reason}") from None
    ignores = [_parse(words, f"{path}:{number}") for number, words in _statements(lines)]
    expired = [ignore for ignore in ignores if ignore.expires is not None and ignore.expires < today]
    notes = [
        f"{each.place}: {each.rule_id} is no longer ignored, since it was until {each.expires}" for each in expired
    ]
    return tuple(ignore for ignore in ignores if ignore not in expired), tuple(notes)


def ignoring(finding: Finding, ignores: Iterable[Ignore]) -> Ignore | None:
    """Return the first line that ignores `finding`, if one does.

    A finding on several paths is ignored only where lines on its rule match all of them.
    """
    lines = [ignore for ignore in ignores if ignore.rule_id == finding.rule_id]
    for ignore in lines:
        if ignore.paths is None:
            return ignore
    globs = [(ignore, ignore.paths) for ignore in lines if ignore.paths is not None]
    matching = [next((ignore for ignore, glob in globs if glob.match(path)), None) for path in finding.paths]
    return matching[0] if matching and None not in matching else None


def _statements(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, start=1):
        words = _COMMENT.sub("", line).split()
        if words:
            yield number, words


def _parse(words: list[str], place: str) -> Ignore:
    rule_id, *conditions = words
    expires: date | None = None
    paths: PathGlob | None = None
    for condition in conditions:
        kind, _, value = condition.partition(":")
        if kind == "exp" and expires is None:
            expires = _date(value, place)
        elif kind == "path" and value and paths is None:
            paths = PathGlob(value)
        else:
            raise UsageError(f"{place}: {condition!r} cannot be understood", hint=_FORM)
    return Ignore(rule_id=check_rule(rule_id, place), place=place, expires=expires, paths=paths)


def _date(text: str, place: str) -> date:
    try:
        # Python reads other forms of ISO 8601 as well, which nobody else here would.
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise UsageError(f"{place}: {text!r} is no date", hint="write exp:YYYY-MM-DD, the last day it holds") from None
