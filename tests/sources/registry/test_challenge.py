"""Reading WWW-Authenticate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.sources.registry.challenge import Challenge, parse_challenges

_BEARER = Challenge(scheme="bearer", parameters={"realm": "https://a.example/token", "service": "a"})
_BASIC = Challenge(scheme="basic", parameters={"realm": "Registry"})
_NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
_CHALLENGES = st.builds(
    lambda scheme, parameters: Challenge(scheme=scheme, parameters=parameters),
    _NAMES,
    st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=3),
)


@pytest.mark.parametrize(
    "headers",
    [
        ['Bearer realm="https://a.example/token",service="a"', 'Basic realm="Registry"'],
        ['Bearer realm="https://a.example/token", service="a", Basic realm="Registry"'],
        ['BEARER Realm = "https://a.example/token" ,SERVICE=a,, basic REALM="Registry"'],
        [', Bearer realm="https://a.example/token",service="a"', 'bAsIc realm="Reg\\istry"'],
    ],
    ids=["two headers", "one header", "odd case and space", "escapes and empty elements"],
)
def test_C7_challenges_are_read_however_they_are_written(headers: list[str]) -> None:
    assert parse_challenges(headers) == [_BEARER, _BASIC]


def test_C7_a_comma_inside_quotes_parts_nothing() -> None:
    [challenge] = parse_challenges(['Bearer scope="repository:a:pull,push",realm="x"'])
    assert challenge.parameters == {"scope": "repository:a:pull,push", "realm": "x"}


def test_a_challenge_without_parameters_and_one_with_a_token_are_read() -> None:
    parsed = parse_challenges(['Negotiate, NTLM TlRMTVNTUAAB==, Basic realm="x"'])
    assert [challenge.scheme for challenge in parsed] == ["negotiate", "ntlm", "basic"]


@given(st.lists(_CHALLENGES, max_size=4))
def test_what_is_written_is_read_back(challenges: list[Challenge]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(
        f"{each.scheme} " + ", ".join(f"{name}={quoted(value)}" for name, value in each.parameters.items())
        for each in challenges
    )
    assert parse_challenges([header]) == challenges


@given(st.text(max_size=200))
def test_no_header_is_too_strange_to_be_read(header: str) -> None:
    assert all(each.scheme for each in parse_challenges([header]))
