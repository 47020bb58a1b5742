"""Values as Go's `fmt` prints them, which is how the classic builder recorded them, back to Dockerfile syntax."""

from __future__ import annotations

import json
import re
from typing import Final

# Possessive quantifiers: whatever the text, each expression reads it once. An open quote lasts to the end.
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.?)*+)(?:"|\Z)', re.DOTALL)
_LIST: Final = re.compile(r"&?\{?(\[.*\])\}?", re.DOTALL)
_HEALTHCHECK: Final = re.compile(
    r"""&?\{\[ (?P<test> (?: "(?:[^"\\]|\\.)*+" \s*+ )*+ )\] \s*+
        (?P<durations> (?: "[^"]*+" \s*+ )*+ )
        (?P<retries> '(?:\\.[^']{0,8}|[^'])' | [0-9]{1,9} )? \s*+ \}""",
    re.DOTALL | re.VERBOSE,
)
_HEALTHCHECK_OPTIONS: Final = ("interval", "timeout", "start-period", "start-interval")
_RUNE_ESCAPES: Final = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def json_list(text: str) -> str:
    """`["nginx" "-g"]`, `&{["nginx"]}` or `[/bin/bash -c]` → `["nginx", "-g"]`; other text is returned as it is."""
    listed = _LIST.fullmatch(text)
    return json.dumps(_list(listed.group(1)), ensure_ascii=False) if listed else text


def _list(listed: str) -> list[str]:
    try:
        words = json.loads(listed)
    except (ValueError, RecursionError):
        return _words(listed)
    return words if all(isinstance(word, str) for word in words) else _words(listed)


def word_list(text: str) -> str:
    """`[/data /logs]` → `/data /logs`; other text, and a JSON list, is returned as it is."""
    listed = _LIST.fullmatch(text)
    return text if not listed or '"' in text else listed.group(1)[1:-1].strip()


def port_list(text: str) -> str:
    """`map[443/tcp:{} 80/tcp:{}]` → `443/tcp 80/tcp`."""
    text = text.removeprefix("map")
    return word_list(text.replace(":{}", "")) if text.startswith("[") else text


def healthcheck(text: str) -> str:
    """`&{["CMD-SHELL" "curl /"] "30s" "3s" "0s" '\\x03'}` → `--interval=30s --timeout=3s --retries=3 CMD curl /`."""
    printed = _HEALTHCHECK.fullmatch(text)
    if not printed:
        return text
    test = _words(f"[{printed['test']}]")
    durations = _words(f"[{printed['durations']}]")
    options = [
        f"--{name}={duration}"
        for name, duration in zip(_HEALTHCHECK_OPTIONS, durations, strict=False)
        if duration != "0s"
    ]
    retries = _rune(printed["retries"] or "0")
    options += [f"--retries={retries}"] if retries else []
    return " ".join([*options, _test_command(test)])


def _test_command(test: list[str]) -> str:
    if not test:
        return ""
    if test[0] == "CMD-SHELL":
        return " ".join(["CMD", *test[1:]])
    if test[0] == "CMD":
        return f"CMD {json.dumps(test[1:], ensure_ascii=False)}"
    return test[0]


def _words(listed: str) -> list[str]:
    if '"' not in listed:
        return listed[1:-1].split()
    return [_unquote(word) for word in _QUOTED.findall(listed)]


def _unquote(word: str) -> str:
    if "\\" not in word:
        return word
    try:
        unquoted: str = json.loads(f'"{word}"', strict=False)
    except ValueError:
        return word
    return unquoted


def _rune(printed: str) -> int:
    """Return the number that Go printed as a character: `'\\x03'` is 3 and `'\\n'` is 10."""
    if not printed.startswith("'"):
        return int(printed)
    inner = printed[1:-1]
    if inner.startswith(("\\x", "\\u", "\\U")):
        digits = inner[2:]
        return int(digits, 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", digits) else 0
    if inner.startswith("\\") and len(inner) > 1:
        return _RUNE_ESCAPES.get(inner[1], ord(inner[1]))
    return ord(inner)
