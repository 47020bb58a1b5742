"""Finding secrets in text by their shape, and hiding them.

What has a shape of its own (an issuer's prefix and length, a PEM block) is certain; what only follows a telling name
is taken for a secret where it looks random, and in variables, which hold what is meant to be used, as soon as it is a
value at all. Values are never kept: a match says where one is, and its last four characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Final, Literal

from imgscope.secret_shapes import PRIVATE_KEY, SHAPES, URL_PASSWORD

Certainty = Literal["high", "medium", "low"]

_TAIL: Final = 4
_SHORTEST_SHOWN: Final = 12
_MOST_MATCHES: Final = 100
_LONGEST_TEXT: Final = 1024 * 1024
_LONGEST_SECRET: Final = 32 * 1024
_CERTAINTIES: Final = ("high", "medium", "low")

_BY_SHAPE: Final = tuple((kind, fixed, re.compile(shape)) for kind, fixed, shape in SHAPES)
_BY_NAME: Final = re.compile(
    r"(?:password|passwd|passphrase|_pass\b|pwd|secret|token|api_?key|access_?key|private_?key|auth_?key|credentials?"
    r"|_auth)(?P<rest>\w{0,20})[\"']?\s{0,4}[=:]\s{0,4}(?P<quote>[\"']?)(?P<value>[^\s\"',;&<>{}()\\]{8,})(?P=quote)",
    re.IGNORECASE | re.ASCII,
)
# A variable whose name ends like a password's holds one, in the environment and in the instructions of a build.
_TELLING: Final = (
    r"(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|SECRET|TOKEN|(?:API|ACCESS|PRIVATE|SECRET|AUTH)_?KEY|CREDENTIALS?)"
)
_TELLING_NAME: Final = re.compile(rf"[\w.-]{{0,100}}{_TELLING}", re.IGNORECASE | re.ASCII)
_VARIABLE: Final = re.compile(
    rf"(?<![\w.-])(?P<name>[A-Z0-9_]{{0,60}}{_TELLING})="
    r"(?:\"(?P<double>(?:[^\"\\]++|\\.)+)\"|'(?P<single>[^']++)'|\\\"(?P<escaped>[^\"\\]++)\\\""
    r"|(?P<bare>[^\s\"'$<{(`%@][^\s\"']*+))",
    re.ASCII | re.DOTALL,
)
# History does not quote what ENV and LABEL set, nor what a RUN was given: `|2 A=a b B=c /bin/sh -c …`.
_SETTING: Final = re.compile(r"(?:[^\n]{0,200}?#\(nop\)\s{1,9})?(?:ENV|LABEL|ARG)\s{1,9}")
_GIVEN: Final = re.compile(r"(?:RUN\s{1,9})?\|\d{1,4}\s{1,9}")
_SHELL: Final = re.compile(r"\s[\w.:\\/+-]{0,100}(?:sh|shell|cmd)(?:\.exe)?\s{1,9}[-/]", re.ASCII)
_ENTRY: Final = re.compile(r"(?<!\S)(?P<name>[A-Za-z_][\w.-]{0,200})=", re.ASCII)
# `ENV NAME value`, as kaniko keeps it.
_ONLY_ENTRY: Final = re.compile(r"(?<=(?:ENV|BEL)\s)\s*(?P<name>[\w.-]{1,200})\s{1,9}(?=\S)", re.ASCII)
_BUILDKIT: Final = "# buildkit"
_BEGINNING_OF_NAME: Final = re.compile(r"[\w.-]{0,40}$", re.ASCII)
_LONGEST_BEGINNING: Final = 40
_NETRC: Final = re.compile(
    r"\bmachine\s{1,9}\S{1,200}\s{1,9}login\s{1,9}\S{1,200}\s{1,9}password\s{1,9}(?P<value>\S{3,})"
)
# Names that begin like those of secrets and are none.
_HARMLESS_REST: Final = re.compile(
    r".*_?(?:file|path|dir|name|id|url|uri|ttl|type|length|header|version|prefix|policy)s?", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(
    r"[*x.]+|.*(?:example|change_?me|placeholder|your[_-]|dummy|redacted|sample|%\().*"
    r"|(?:true|false|none|null|undefined|password|secret|default|test(?:ing)?|required|optional|string|bearer|basic)\d*",
    re.IGNORECASE,
)
# What a variable says of a password that is not one: where it is, or by its name whether there is one.
_NO_VALUE: Final = re.compile(
    r"(?:/|\./|[a-z]{2,20}:/).*|.*\.(?:json|txt|pem|key|crt|p12|jks|ya?ml|env|conf|ini)",
    re.IGNORECASE,
)
_ASKS_FOR_ONE: Final = re.compile(r"(?:.*_)?(?:ALLOW|RANDOM|EMPTY|REQUIRE|USE|ENABLE|DISABLE|NO)_.*", re.IGNORECASE)
# What a shell or a builder puts something else for, and what stands for that in a value that nothing reads before use.
_REPLACED: Final = re.compile(r"[<{(`%@].*|.*\$.*", re.DOTALL)
_STANDS_FOR_ONE: Final = re.compile(r"\$[A-Z_][A-Z0-9_]*|.*\$[{(].*|<.*>|\{\{.*\}\}|%.*|@[./].*", re.DOTALL)
_LEAST_LENGTH: Final = 4
_LEAST_ENTROPY: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that stands at `start` to `end` of a text, of which only the last characters are `shown`."""

    kind: str
    start: int
    end: int
    shown: str
    certainty: Certainty


def find_secrets(text: str, *, in_variables: bool = False) -> list[Secret]:
    """Return the secrets in the first MiB of `text`, in order, none overlapping another; at most 100.

    `in_variables`: `text` sets variables, as the instructions of a build do, so that what one with the name of a
    password is set to need not look random.
    """
    return _in_text(text[:_LONGEST_TEXT], in_variables=in_variables)[:_MOST_MATCHES]


def find_in_variable(variable: str) -> list[Secret]:
    """Return the secrets in `variable`, as `find_secrets` does: one variable or label, `NAME=value` and not quoted.

    All of the value of one with the name of a password is a secret, whatever is in it.
    """
    return _in_variable(variable[:_LONGEST_TEXT])[:_MOST_MATCHES]


def redact(text: str, *, in_variables: bool = False) -> str:
    """Return `text` with each secret in it replaced by `[redacted …last]`, and so what is beyond the first MiB.

    `in_variables` is that of `find_secrets`.
    """
    return _without(text, _in_text(text[:_LONGEST_TEXT], in_variables=in_variables))


def redact_variable(variable: str) -> str:
    """Return `variable`, which is that of `find_in_variable`, with the secrets replaced as `redact` does."""
    return _without(variable, _in_variable(variable[:_LONGEST_TEXT]))


def _without(text: str, secrets: Iterable[Secret]) -> str:
    # A secret that the limit cuts in two may not have been found.
    end = len(text) if len(text) <= _LONGEST_TEXT else _LONGEST_TEXT - _LONGEST_SECRET
    pieces: list[str] = []
    position = 0
    for secret in secrets:
        if secret.start < end:
            pieces += (text[position : secret.start], f"[redacted {secret.shown}]")
            position = secret.end
    return "".join((*pieces, text[position:end], "[redacted …]" if end < len(text) else ""))


def _in_text(text: str, *, in_variables: bool) -> list[Secret]:
    found = [*_by_shape(text), *_by_netrc(text), *_by_name(text)]
    return _merged([*found, *_by_variable(text), *_by_setting(text)] if in_variables else found)


def _in_variable(variable: str) -> list[Secret]:
    name, _, value = variable.partition("=")
    return _merged([*_in_text(variable, in_variables=True), *_by_value(name, value, len(name) + 1)])


def _merged(found: Iterable[Secret]) -> list[Secret]:
    """Return `found` in order, and of those that overlap the surest, with the extent of all of them."""
    merged: list[Secret] = []
    for secret in sorted(found, key=lambda each: (each.start, -each.end)):
        if not merged or secret.start >= merged[-1].end:
            merged.append(secret)
            continue
        before = merged[-1]
        surest = min(before, secret, key=lambda each: _CERTAINTIES.index(each.certainty))
        merged[-1] = replace(surest, start=before.start, end=max(before.end, secret.end))
    return merged


def _by_shape(text: str) -> Iterator[Secret]:
    for kind, fixed, shape in _BY_SHAPE:
        if any(part in text for part in fixed):
            for match in shape.finditer(text):
                yield Secret(
                    kind=kind,
                    start=match.start(),
                    end=match.end(),
                    shown="…" if kind == PRIVATE_KEY else _shown(match.group()),
                    certainty="medium" if kind == URL_PASSWORD else "high",
                )


def _by_netrc(text: str) -> Iterator[Secret]:
    for match in _NETRC.finditer(text):
        yield _named("password", match.start("value"), match["value"], certainty="high")


def _by_name(text: str) -> Iterator[Secret]:
    for match in _BY_NAME.finditer(text):
        value = match["value"]
        if _HARMLESS_REST.fullmatch(match["rest"]) or _PLACEHOLDER.fullmatch(value) or not _looks_random(value):
            continue
        beginning = _BEGINNING_OF_NAME.search(text, max(match.start() - _LONGEST_BEGINNING, 0), match.start())
        name = (beginning.group() if beginning else "") + text[match.start() : match.end("rest")]
        yield _named(f"value of {name}", match.start("value"), value, certainty="medium")


def _by_variable(text: str) -> Iterator[Secret]:
    for match in _VARIABLE.finditer(text):
        quoting = match.lastgroup or "bare"
        name, value = match["name"], match[quoting]
        # In single quotes everything is what it is.
        may_stand = _STANDS_FOR_ONE if quoting == "single" else _REPLACED
        if _is_set(name, value) and not may_stand.fullmatch(value):
            yield _named(f"value of {name}", match.start(quoting), value, certainty="medium")


def _by_setting(text: str) -> Iterator[Secret]:
    """Yield the whole values of variables that a step of history sets: each ends where the next begins."""
    end = len(text.removesuffix(_BUILDKIT).rstrip())
    beginning = _SETTING.match(text)
    if beginning is None:
        beginning = _GIVEN.match(text)
        if beginning is None:
            return
        shell = _SHELL.search(text, beginning.end() - 1, end)
        end = shell.start() if shell else end
    elif only := _ONLY_ENTRY.match(text, beginning.end(), end):
        yield from _by_value(only["name"], text[only.end() : end], only.end())
        return
    for entry, following in pairwise(chain(_ENTRY.finditer(text, beginning.end(), end), (None,))):
        if entry is not None:
            value = text[entry.end() : following.start() if following else end].rstrip()
            yield from _by_value(entry["name"], value, entry.end())


def _by_value(name: str, value: str, start: int) -> Iterator[Secret]:
    """Yield all of `value`, which begins at `start`, if `name` says that it is a secret."""
    bare = value.strip("\"'")
    if _TELLING_NAME.fullmatch(name) and _is_set(name, bare) and not _STANDS_FOR_ONE.fullmatch(bare):
        yield _named(f"value of {name}", start, value, certainty="medium")


def _is_set(name: str, value: str) -> bool:
    """Tell whether `value` of the variable `name` may be a password: not where one is, nor whether there is one."""
    if len(value) < _LEAST_LENGTH or _PLACEHOLDER.fullmatch(value):
        return False
    return not (_NO_VALUE.fullmatch(value) or _ASKS_FOR_ONE.fullmatch(name))


def _named(kind: str, start: int, value: str, *, certainty: Certainty) -> Secret:
    return Secret(kind=kind, start=start, end=start + len(value), shown=_shown(value), certainty=certainty)


def _shown(value: str) -> str:
    # Of a short one, four characters would be too much of it.
    return f"…{value[-_TAIL:]}" if len(value) >= _SHORTEST_SHOWN else "…"


def _looks_random(value: str) -> bool:
    """Tell whether `value` is neither words nor a path nor code: several kinds of characters, and little repeated."""
    if value.startswith(("/", "./", "http:", "https:", "sha256:")) or "::" in value or "$" in value:
        return False
    kinds = sum(any(test(character) for character in value) for test in (str.islower, str.isupper, str.isdigit))
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return (kinds >= 2 and any(map(str.isdigit, value)) and entropy >= _LEAST_ENTROPY) or (
        any(not character.isalnum() for character in value.strip("-_.")) and kinds >= 2 and entropy >= _LEAST_ENTROPY
    )
