"""A token server as the distribution token-auth specification has it, whose tokens a real registry believes.

    with TokenServer(directory) as server, docker_registry(directory, tokens=server) as host: …

Everybody may pull what is under `public/`, and who logs in as `USER` with `PASSWORD` or has the `IDENTITY` may do all.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import trustme
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509 import load_pem_x509_certificate

from tests.support.docker_registry import PASSWORD, USER
from tests.support.registry_auth import basic

IDENTITY: Final = "an-identity-token-0123456789"
SERVICE: Final = "registry of the tests"
_ISSUER: Final = "token server of the tests"
_NUMBER_SIZE: Final = 32
_EXPIRED: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a token: how, for which scopes, and in whose name (`basic`, `identity` or `nobody`)."""

    method: str
    scopes: tuple[str, ...]
    name: str


class TokenServer:
    """Answers on loopback inside a `with` block. `asked` are the requests so far.

    The next `stale` tokens have run out long ago when they are given.
    """

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA()
        signer = authority.issue_cert("tokens.example.com")
        directory.mkdir(parents=True, exist_ok=True)
        self.certificates = directory / "token-authority.pem"
        authority.cert_pem.write_to_path(str(self.certificates))
        key = serialization.load_pem_private_key(signer.private_key_pem.bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._certificate = load_pem_x509_certificate(signer.cert_chain_pems[0].bytes())
        self.asked: list[Asked] = []
        self.stale = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tokens = self

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def configuration(self) -> str:
        """The section of docker-registry's configuration that makes it believe these tokens."""
        section = {
            "realm": f"http://localhost:{self._server.server_address[1]}/token",
            "service": SERVICE,
            "issuer": _ISSUER,
            "rootcertbundle": str(self.certificates),
        }
        return f"auth: {{token: {json.dumps(section)}}}\n"

    def answer(self, method: str, parameters: dict[str, list[str]], authorization: str | None) -> dict[str, Any] | None:
        """Return what to answer a request for a token, or None to refuse it."""
        scopes = tuple(scope for asked in parameters.get("scope", []) for scope in asked.split())
        name = "nobody"
        if parameters.get("grant_type") == ["refresh_token"]:
            name = "identity" if parameters.get("refresh_token") == [IDENTITY] else "stranger"
        elif authorization is not None:
            name = "basic" if authorization == basic(USER, PASSWORD) else "stranger"
        self.asked.append(Asked(method=method, scopes=scopes, name=name))
        if name == "stranger" or parameters.get("service") != [SERVICE]:
            return None
        token = self._token(name, [granted for scope in scopes if (granted := _granted(scope, name))])
        return {"access_token" if method == "POST" else "token": token, "expires_in": 300}

    def _token(self, name: str, access: list[dict[str, Any]]) -> str:
        """Return a signed JWT (token-auth specification, "JSON Web Token")."""
        now = int(time.time()) - (_EXPIRED if self.stale else 0)
        self.stale = max(0, self.stale - 1)
        certificate = self._certificate.public_bytes(serialization.Encoding.DER)
        header = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(certificate).decode()]}
        claims = {
            "iss": _ISSUER, "sub": name, "aud": SERVICE, "iat": now, "nbf": now - 10, "exp": now + 300, "jti": "1",
            "access": access,
        }  # fmt: skip
        signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
        numbers = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_encoded(b''.join(number.to_bytes(_NUMBER_SIZE) for number in numbers))}"


def _granted(scope: str, name: str) -> dict[str, Any] | None:
    kind, repository, actions = scope.split(":", 2)
    if name == "nobody" and not repository.startswith("public/"):
        return None
    allowed = ["pull"] if name == "nobody" else ["pull", "push"]
    return {"type": kind, "name": repository, "actions": [each for each in actions.split(",") if each in allowed]}


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class _Server(ThreadingHTTPServer):
    tokens: TokenServer
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        parameters = parse_qs(urlsplit(self.path).query) | parse_qs(body)
        answer = self.server.tokens.answer(self.command, parameters, self.headers.get("authorization"))
        content = json.dumps(answer or {"details": "incorrect username or password"}).encode()
        self.send_response(200 if answer else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of tests clean."""
