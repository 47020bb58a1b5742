"""Content digests."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import DocumentError
from imgscope.oci.digest import Digest

SHA256, SHA512 = "sha256:" + "a1" * 32, "sha512:" + "b2" * 64


@pytest.mark.parametrize(
    ("text", "algorithm", "short"),
    [(SHA256, "sha256", "a1" * 6), (SHA512, "sha512", "b2" * 6), ("blake3:abc_-=X", "blake3", "abc_-=X")],
)
def test_C2_a_digest_is_its_algorithm_and_its_encoded_part(text: str, algorithm: str, short: str) -> None:
    digest = Digest(text)
    assert (digest, digest.algorithm, digest.short) == (text, algorithm, short)
    assert f"{digest.algorithm}:{digest.encoded}" == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256",
        "sha256:",
        ":abc",
        "a1" * 32,
        SHA256.upper(),
        "sha256:" + "A1" * 32,
        "sha256:" + "a1" * 31,
        "sha256:" + "a1" * 33,
        "sha256:" + "g1" * 32,
        "sha512:" + "a1" * 32,
        SHA256 + "\n",
        " " + SHA256,
        SHA256 + "@" + SHA256,
        "sha256:../../../../etc/passwd",
        "../../x:abc",
        "x/y:abc",
        "x:a/b",
        "x:a.b",
        "x:%2e%2e",
        "x:\0",
        "+x:abc",
        "x+:abc",
        "x:" + "a" * 254,
    ],
)
def test_C2_C58_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="is not a digest"):
        Digest(text)


def test_a_refusal_does_not_repeat_a_text_of_any_length() -> None:
    with pytest.raises(DocumentError) as failed:
        Digest("x" * 1_000_000)
    assert len(failed.value.message) < 200


@given(st.text(max_size=80))
def test_C58_no_digest_can_leave_a_directory_or_end_a_url_segment(text: str) -> None:
    try:
        digest = Digest(text)
    except DocumentError:
        return
    assert not set(digest) & set("/\\?#%@& \n\0")
    assert ".." not in digest


@pytest.mark.parametrize(("algorithm", "content"), [("sha256", b"one"), ("sha512", b"two")])
def test_a_hasher_tells_whether_content_matches(algorithm: str, content: bytes) -> None:
    digest = Digest(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")
    good, bad = digest.hasher(), digest.hasher()
    assert good is not None
    assert bad is not None
    good.update(content)
    bad.update(content + b"!")
    assert (digest.matches(good), digest.matches(bad)) == (True, False)


def test_C2_an_unknown_algorithm_cannot_be_verified() -> None:
    assert Digest("blake3:abc").hasher() is None


@given(st.binary(max_size=200))
def test_the_digest_of_content_is_its_sha256(content: bytes) -> None:
    assert Digest.of(content) == f"sha256:{hashlib.sha256(content).hexdigest()}"
