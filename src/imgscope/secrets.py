"""Finding secrets in text by their shape, and hiding them.

What has a shape of its own (an issuer's prefix and length, a PEM block) is certain; what only follows a telling name
is taken for a secret where it looks random, and in variables, which hold what is meant to be used, as soon as it is a
value at all. Values are never kept: a match says where one is, and its last four characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Certainty = Literal["high", "medium", "low"]

PRIVATE_KEY: Final = "private key"
URL_PASSWORD: Final = "password in a URL"
_TAIL: Final = 4
_SHORTEST_SHOWN: Final = 12
_MOST_MATCHES: Final = 100
_LONGEST_TEXT: Final = 1024 * 1024

# A kind of secret, what it cannot be without, and its shape. Every part is bounded or ends at a character that it
# excludes, as the text is an image's; looking for the fixed part first is many times as fast.
_SHAPES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{60,255}\b",
    ),
    ("GitLab token", ("gl",), r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,255}"),
    ("Slack token", ("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    (
        "Slack webhook",
        ("hooks.slack.com",),
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{20,30}",
    ),
    ("Stripe key", ("k_live_",), r"\b[rs]k_live_[A-Za-z0-9]{20,250}\b"),
    ("Google API key", ("AIza",), r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("PyPI token", ("pypi-",), r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,250}"),
    ("Docker Hub token", ("dckr_",), r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}"),
    ("SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    ("OpenAI key", ("T3BlbkFJ",), r"\bsk-[A-Za-z0-9_-]{20,200}T3BlbkFJ[A-Za-z0-9_-]{20,200}"),
    ("Anthropic key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_-]{40,200}"),
    ("HashiCorp Vault token", ("hvs.", "hvb."), r"\bhv[sb]\.[A-Za-z0-9_-]{24,200}"),
    ("DigitalOcean token", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("Hugging Face token", ("hf_",), r"\bhf_[A-Za-z]{34}\b"),
    ("Azure storage key", ("AccountKey=",), r"(?<=AccountKey=)[A-Za-z0-9+/]{86}=="),
    (
        PRIVATE_KEY,
        ("PRIVATE KEY",),
        r"-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----[^-]{40,20000}-----END [A-Z ]{1,40}-----",
    ),
    (URL_PASSWORD, ("://",), r"(?<=://)[^\s/:@'\"]{1,100}:[^\s/@'\"$<{]{3,200}(?=@[A-Za-z0-9.-])"),
)
_BY_SHAPE: Final = tuple((kind, fixed, re.compile(shape)) for kind, fixed, shape in _SHAPES)
_BY_NAME: Final = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|auth_?key|credentials?|_auth)"
    r"(?P<rest>\w{0,20})[\"']?\s{0,4}[=:]\s{0,4}(?P<quote>[\"']?)(?P<value>[^\s\"',;&<>{}()\\]{8,512})(?P=quote)",
    re.IGNORECASE | re.ASCII,
)
# A variable whose name ends like a password's holds one, in the environment and in the instructions of a build.
_VARIABLE: Final = re.compile(
    r"(?<![\w.-])(?P<name>[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|(?:API|ACCESS|PRIVATE|SECRET|AUTH)_?KEY"
    r"|CREDENTIALS?))=(?P<quote>[\"']?)(?P<value>[^\s\"'$<{(`%@][^\s\"']{3,511})(?P=quote)",
    re.ASCII,
)
_BEGINNING_OF_NAME: Final = re.compile(r"[\w.-]{0,40}$", re.ASCII)
_LONGEST_BEGINNING: Final = 40
_NETRC: Final = re.compile(
    r"\bmachine\s{1,9}\S{1,200}\s{1,9}login\s{1,9}\S{1,200}\s{1,9}password\s{1,9}(?P<value>\S{3,200})"
)
# Names that begin like those of secrets and are none.
_HARMLESS_REST: Final = re.compile(
    r".*_?(?:file|path|dir|name|id|url|uri|ttl|type|length|header|version|prefix|policy)s?", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(
    r"[*x.]+|.*(?:example|change_?me|placeholder|your[_-]|dummy|redacted|sample|\$\{?|%\().*"
    r"|(?:true|false|none|null|undefined|password|secret|default|test(?:ing)?|required|optional|string|bearer|basic)\d*",
    re.IGNORECASE,
)
# What a variable says of a password that is not one: where it is, or by its name whether there is one.
_NO_VALUE: Final = re.compile(
    r"(?:/|\./|[a-z]{2,20}:/).*|.*\.(?:json|txt|pem|key|crt|p12|jks|ya?ml|env|conf|ini)",
    re.IGNORECASE,
)
_ASKS_FOR_ONE: Final = re.compile(r"(?:.*_)?(?:ALLOW|RANDOM|EMPTY|REQUIRE|USE|ENABLE|DISABLE|NO)_.*")
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

    `in_variables`: `text` sets variables, as an environment and the instructions of a build do, so that what one with
    the name of a password is set to need not look random.
    """
    text = text[:_LONGEST_TEXT]
    named = [*_by_name(text), *(_by_variable(text) if in_variables else ())]
    found = sorted([*_by_shape(text), *_by_netrc(text), *named], key=lambda secret: secret.start)
    kept: list[Secret] = []
    for secret in found:
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
        if len(kept) == _MOST_MATCHES:
            break
    return kept


def redact(text: str, *, in_variables: bool = False) -> str:
    """Return `text` with each secret in it that `find_secrets` finds replaced by `[redacted …last]`."""
    pieces: list[str] = []
    position = 0
    for secret in find_secrets(text, in_variables=in_variables):
        pieces += (text[position : secret.start], f"[redacted {secret.shown}]")
        position = secret.end
    return "".join([*pieces, text[position:]]) if pieces else text


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
        name, value = match["name"], match["value"]
        if not (_PLACEHOLDER.fullmatch(value) or _NO_VALUE.fullmatch(value) or _ASKS_FOR_ONE.fullmatch(name)):
            yield _named(f"value of {name}", match.start("value"), value, certainty="medium")


def _named(kind: str, start: int, value: str, *, certainty: Certainty) -> Secret:
    return Secret(kind=kind, start=start, end=start + len(value), shown=_shown(value), certainty=certainty)


def _shown(value: str) -> str:
    # Of a short one, four characters would be too much of it.
    return f"…{value[-_TAIL:]}" if len(value) >= _SHORTEST_SHOWN else "…"


def _looks_random(value: str) -> bool:
    """Tell whether `value` is neither words nor a path nor code: several kinds of characters, and little repeated."""
    if value.startswith(("/", "./", "http:", "https:", "sha256:", "$")) or "::" in value:
        return False
    kinds = sum(any(test(character) for character in value) for test in (str.islower, str.isupper, str.isdigit))
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return (kinds >= 2 and any(map(str.isdigit, value)) and entropy >= _LEAST_ENTROPY) or (
        any(not character.isalnum() for character in value.strip("-_.")) and kinds >= 2 and entropy >= _LEAST_ENTROPY
    )
