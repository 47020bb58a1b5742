"""Files of credentials, as docker login and podman login write them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final
from unittest.mock import patch

from imgscope.oci.reference import Reference
from imgscope.sources.registry import credentials
from imgscope.sources.registry.credential_helper import NotStored
from imgscope.sources.registry.credentials import find_credential
from tests.support.images import to_json

_IMAGES: Final = tuple(map(Reference.parse, ("app", "registry.example.com/a/b", "localhost:5000/app")))
_TELLING: Final = 12


def target(data: bytes) -> None:
    """Whatever is in such a file, something is found or not, and no secret is told. No helper is run."""
    environ = {"DOCKER_AUTH_CONFIG": data.decode("utf-8", "replace").replace("\0", ""), "HOME": "/nonexistent"}
    with patch.object(credentials, "ask_helper", _nothing_stored):
        for reference in _IMAGES:
            found = find_credential(reference, environ)
            secret = found.credential.secret if found.credential else ""
            if len(secret) >= _TELLING and secret not in environ["DOCKER_AUTH_CONFIG"].replace(secret, "", 1):
                assert secret not in f"{found!r}{found.problems}"


def _nothing_stored(*_: str) -> None:
    raise NotStored


def seeds() -> Mapping[str, bytes]:
    """All that may be in them."""
    login = base64.b64encode(b"user:a long secret password").decode()
    auths = {
        "https://index.docker.io/v1/": {"auth": login},
        "registry.example.com/a": {"auth": login, "identitytoken": "identity token of somebody"},
        "localhost:5000": {"username": "user", "password": "another secret password"},
        "https://registry.example.com/v2/": {"registrytoken": "a token that is used as it is"},
        "empty.example.com": {},
    }
    return {
        "auths": to_json({"auths": auths}),
        "helpers": to_json({"credHelpers": {"registry.example.com": "pass"}, "credsStore": "secretservice"}),
        "token": to_json({"auths": {"docker.io": {"auth": base64.b64encode(b"<token>:secret\0\0").decode()}}}),
        "marker": to_json({"auths": {"localhost:5000": None}, "HttpHeaders": {"User-Agent": "x"}}),
    }
