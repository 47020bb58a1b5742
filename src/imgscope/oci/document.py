"""Decoding a JSON document once, at the edge, into frozen types; errors say where in it and what was expected."""

from __future__ import annotations

import json
import math
import re
import threading
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from imgscope.errors import DocumentError, LimitError
from imgscope.oci.digest import Digest

LARGEST_DOCUMENT: Final = 4 * 1024 * 1024
"""Bytes of a document for which no other limit is set; larger ones are refused before they are parsed."""

Document = TypeVar("Document")

# Only documents that escape a surrogate can hold a lone one; all others skip the second look.
_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")

# The first conversion to a type sets it up, and msgspec crashes where another thread comes in between.
_converting: Final = threading.Lock()


def parse_json(body: bytes, *, what: str, limit: int | None = LARGEST_DOCUMENT) -> Any:
    """Return the JSON value in `body`, held to RFC 7493 (I-JSON).

    `limit` is None where who read the bytes has bounded them. Raises `LimitError` for more than `limit` bytes, and
    `DocumentError` for anything that two readers could understand differently: duplicate keys, NaN, lone surrogates,
    depth and numbers beyond reason.
    """
    if limit is not None and len(body) > limit:
        raise LimitError(f"the {what} has {len(body):,} bytes: at most {limit:,} are read")
    try:
        value = json.loads(
            # Given bytes, json.loads would also take UTF-16 and encoded surrogates.
            body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise DocumentError(f"the {what} is nested too deeply to be read") from None
    except UnicodeEncodeError:
        raise DocumentError(f"the {what} holds half of a surrogate pair, which is no text") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"the {what} is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"the {what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except ValueError as error:
        raise DocumentError(f"the {what} is not JSON that can be relied on: {error}") from None
    return value


def convert(value: Any, kind: type[Document], *, what: str) -> Document:
    """Return the parsed JSON `value` as a `kind`; raises `DocumentError` with the place in the document."""
    try:
        return typed(value, kind)
    except msgspec.ValidationError as error:
        raise DocumentError(f"the {what} is malformed: {error}") from None


def typed(value: Any, kind: type[Document]) -> Document:
    """Return `value`, made of lists, dicts and scalars, as a `kind`, in any thread; raises msgspec's error."""
    with _converting:
        return msgspec.convert(value, kind, dec_hook=_decode_custom)


def decode(body: bytes, kind: type[Document], *, what: str, limit: int | None = LARGEST_DOCUMENT) -> Document:
    """Return the document in `body` as a `kind`; see `parse_json` and `convert` for what is refused."""
    return convert(parse_json(body, what=what, limit=limit), kind, what=what)


def _decode_custom(kind: type, value: Any) -> Any:
    if kind is Digest:
        if not isinstance(value, str):
            raise ValueError("expected a digest, such as sha256: and 64 lowercase hex digits")
        try:
            return Digest(value)
        except DocumentError as error:
            # msgspec adds the place in the document to a ValueError.
            raise ValueError(error.message) from None
    raise NotImplementedError(kind)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"the key {name[:80]!r} stands twice in one object")
        members[name] = value
    return members


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:80]} is beyond every number that can be told apart")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
