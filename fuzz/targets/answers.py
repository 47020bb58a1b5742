"""What registries, token servers and container engines answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from imgscope.errors import ImgscopeError
from imgscope.sources.daemon.inspected import parse_history, parse_inspected
from imgscope.sources.registry.answers import Reported
from imgscope.sources.registry.token_server import parse_token
from tests.support.images import to_json

_TELLING: Final = 30


def target(data: bytes) -> None:
    """An error is quoted or is none, a token lasts for some time, and an engine is understood or refused."""
    assert len(Reported.parse(data).quoted) < 1000
    for read in (_token, _inspected, lambda body: parse_history(body, title="Docker")):
        _attempt(read, data)


def _attempt(read: Callable[[bytes], object], data: bytes) -> None:
    try:
        read(data)
    except ImgscopeError as error:
        assert error.message


def _token(data: bytes) -> None:
    token = parse_token(data, "auth.example.com")
    assert token.lifetime >= 60
    assert len(token.text) < _TELLING or token.text not in repr(token)


def _inspected(data: bytes) -> None:
    inspected = parse_inspected(data, title="Docker")
    assert inspected.platform == inspected.platform.normalized()
    assert all(each.algorithm for each in inspected.diff_ids)


def seeds() -> Mapping[str, bytes]:
    """One of each."""
    digest = "sha256:" + "0" * 64
    inspected = {
        "Id": digest,
        "RepoDigests": [f"app@{digest}"],
        "Architecture": "amd64",
        "Os": "linux",
        "Created": "2023-11-14T22:13:20Z",
        "Config": {"Cmd": ["sh"]},
        "RootFS": {"Type": "layers", "Layers": [digest]},
    }
    step = {"Id": digest, "Created": 1700000000, "CreatedBy": "RUN make", "Size": 10, "Tags": None, "Comment": ""}
    return {
        "error": to_json({"errors": [{"code": "NAME_UNKNOWN", "message": "repository not known", "detail": {}}]}),
        "token": to_json({"token": "abc.def", "expires_in": 300, "issued_at": "2023-11-14T22:13:20Z"}),
        "access-token": to_json({"access_token": "abc", "expires_in": 0.5}),
        "inspected": to_json(inspected),
        "history": to_json([step, {**step, "Size": 0}]),
    }
