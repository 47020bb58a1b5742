"""Decoding JSON that may be hostile."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import DocumentError, LimitError
from imgscope.oci.digest import Digest
from imgscope.oci.document import LARGEST_DOCUMENT, decode, parse_json

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """A document of this test."""

    digest: Digest
    size: int = 0
    things: tuple[Thing, ...] = ()


@given(json_values)
def test_good_json_is_what_json_loads_makes_of_it(value: Any) -> None:
    assert parse_json(json.dumps(value).encode(), what="document") == value


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_one_clear_error(body: bytes) -> None:
    complaint: str | None = None
    try:
        parse_json(body, what="document")
    except DocumentError as error:
        complaint = error.message
    assert complaint is None or complaint.startswith("the document ")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "is not JSON: Expecting value at line 1, column 1"),
        (b'{"a": 1,\n "b" 2}', "is not JSON: Expecting ':' delimiter at line 2, column 6"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        (b'[{"b": {"a": 1, "c": 0, "a": 1}}]', "the key 'a' stands twice in one object"),
        (b'{"a": 1, "\\u0061": 2}', "the key 'a' stands twice in one object"),
        (b"NaN", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b"1e999", "1e999 is beyond every number"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'{"\\uDFFF": 1}', "half of a surrogate pair"),
        (b'"\xff"', "is not UTF-8 at byte 1"),
        (b'"\xed\xa0\x80"', "is not UTF-8 at byte 1"),
        ('"a"'.encode("utf-16"), "is not UTF-8 at byte 0"),
        (b'\xef\xbb\xbf"a"', "is not JSON: Unexpected UTF-8 BOM"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a":' * 100_000, "is nested too deeply"),
        (b"1" * 5000, "is not JSON that can be relied on"),
        (b"{} {}", "is not JSON: Extra data"),
        (b'"a\nb"', "is not JSON: Invalid control character"),
    ],
)
def test_C63_what_two_readers_could_understand_differently_is_refused(body: bytes, complaint: str) -> None:
    with pytest.raises(DocumentError) as failed:
        parse_json(body, what="manifest")
    assert failed.value.message.startswith("the manifest ")
    assert complaint in failed.value.message


def test_a_surrogate_pair_that_is_whole_is_text() -> None:
    assert parse_json(b'"\\ud83d\\ude00"', what="document") == "\N{GRINNING FACE}"


def test_C64_a_document_beyond_the_limit_is_not_parsed() -> None:
    with pytest.raises(LimitError, match="has 4,194,305 bytes: at most 4,194,304 are read"):
        parse_json(b" " * (LARGEST_DOCUMENT + 1), what="document")
    assert parse_json(b" " * (LARGEST_DOCUMENT - 1) + b"1", what="document") == 1


def test_C63_finding_the_repeated_key_of_a_huge_object_takes_no_time() -> None:
    body = b"{" + b",".join(b'"%d":0' % number for number in range(300_000)) + b',"299999":0}'
    started = time.process_time()
    with pytest.raises(DocumentError, match="the key '299999' stands twice"):
        parse_json(body, what="document")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "Object missing required field `digest`"),
        (b'{"digest": "x"}', "'x' is not a digest: expected sha256: and 64 lowercase hex digits - at `$.digest`"),
        (b'{"digest": 1}', "expected a digest, such as sha256: and 64 lowercase hex digits - at `$.digest`"),
        (b'{"digest": null}', "at `$.digest`"),
        (b'{"digest": "x:a", "size": "1"}', "Expected `int`, got `str` - at `$.size`"),
        (b'{"digest": "x:a", "size": 1.5}', "Expected `int`, got `float` - at `$.size`"),
        (b'{"digest": "x:a", "things": [{"digest": "x:a"}, {}]}', "`digest` - at `$.things[1]`"),
    ],
)
def test_a_malformed_document_says_where_and_what_was_expected(body: bytes, complaint: str) -> None:
    with pytest.raises(DocumentError) as failed:
        decode(body, Thing, what="thing")
    assert failed.value.message.startswith("the thing is malformed: ")
    assert complaint in failed.value.message


def test_a_document_becomes_typed_data() -> None:
    thing = decode(b'{"digest": "x:a", "unknown": 1, "things": [{"digest": "y:b", "size": 2}]}', Thing, what="thing")
    assert thing == Thing(digest=Digest("x:a"), things=(Thing(digest=Digest("y:b"), size=2),))
    assert isinstance(thing.digest, Digest)


_FIRST_CONVERSIONS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec

from imgscope.oci.document import convert

sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(8) as pool:
    for _ in range(100):
        inner = msgspec.defstruct("Inner", [("name", str), ("sizes", tuple[int, ...])])
        outer = msgspec.defstruct("Outer", [("first", inner), ("others", dict[str, inner])])
        value = {"first": {"name": "a", "sizes": [1]}, "others": {"b": {"name": "b", "sizes": []}}}
        ready = Barrier(8)

        def first(_):
            ready.wait()
            return convert(value, outer, what="document").others["b"].name

        assert list(pool.map(first, range(8))) == ["b"] * 8
"""


def test_threads_that_are_the_first_to_decode_a_kind_of_document_do_not_crash() -> None:
    done = subprocess.run([sys.executable, "-c", _FIRST_CONVERSIONS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
