"""What registries say went wrong, read from whatever they send."""

from __future__ import annotations

import json

import pytest

from imgscope.sources.registry.answers import Reported


def test_all_codes_and_the_first_message_are_read() -> None:
    errors = [{"code": "DENIED"}, {"code": "UNKNOWN", "message": "no way"}, {"message": "another"}]
    found = Reported.parse(json.dumps({"errors": errors}).encode())
    assert found == Reported(codes=frozenset(("DENIED", "UNKNOWN")), message="no way")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[",
        b"[" * 100_000,
        b"7",
        b"{}",
        b'{"errors":7}',
        b'{"errors":true}',
        b'{"errors":"DENIED"}',
        b'{"errors":{"code":"DENIED"}}',
        b'{"errors":[7,null,{"code":7,"message":[]}]}',
    ],
)
def test_what_is_no_registrys_error_is_none(body: bytes) -> None:
    assert Reported.parse(body) == Reported()
