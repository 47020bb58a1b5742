"""Values as Go's `fmt` prints them, which is how the classic builder recorded them, back to Dockerfile syntax."""

from __future__ import annotations

import json
import re
from typing import Final

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_LIST: Final = re.compile(r"^&?\{?(\[.*\])\}?$", re.DOTALL)
_HEALTHCHECK: Final = re.compile(
    r"^&?\{\[(?P<test>.*?)\]\s*(?P<durations>(?:\"[^\"]*\"\s*)*)(?P<retries>'.*'|\d+)?\s*\}$", re.DOTALL
)
_HEALTHCHECK_OPTIONS: Final = ("interval", "timeout", "start-period", "start-interval")
_RUNE_ESCAPES: Final = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def json_list(text: str) -> str:
    """`["nginx" "-g"]`, `&{["nginx"]}` or `[/bin/bash -c]` → `["nginx", "-g"]`; other text is returned as it is."""
    listed = _LIST.match(text)
    if not listed:
        return text
    inner = listed.group(1)
    try:
        words = json.loads(inner)
    except ValueError:
        words = _words(inner)
    return json.dumps(words, ensure_ascii=False)


def word_list(text: str) -> str:
    """`[/data /logs]` → `/data /logs`; other text, and a JSON list, is returned as it is."""
    listed = _LIST.match(text)
    return text if not listed or '"' in text else listed.group(1)[1:-1].strip()


def port_list(text: str) -> str:
    """`map[443/tcp:{} 80/tcp:{}]` → `443/tcp 80/tcp`."""
    text = text.removeprefix("map")
    return word_list(text.replace(":{}", "")) if text.startswith("[") else text


def healthcheck(text: str) -> str:
    """`&{["CMD-SHELL" "curl -f /"] "30s" "3s" "0s" '\\x03'}` → `--interval=30s --timeout=3s --retries=3 CMD curl -f /`."""
    printed = _HEALTHCHECK.match(text)
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
    quoted = _QUOTED.findall(listed)
    if not quoted:
        return listed[1:-1].split()
    return [_unquote(word) for word in quoted]


def _unquote(word: str) -> str:
    try:
        unquoted: str = json.loads(word, strict=False)
    except ValueError:
        return word[1:-1]
    return unquoted


def _rune(printed: str) -> int:
    inner = printed.strip("'")
    if printed.isdigit():
        return int(printed)
    if inner.startswith("\\x") or inner.startswith("\\u"):
        digits = inner[2:]
        return int(digits, 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", digits) else 0
    if inner.startswith("\\"):
        return _RUNE_ESCAPES.get(inner[1:2], ord(inner[1:2] or "\0"))
    return ord(inner[0]) if inner else 0
