"""Secrets in files: in those that are made to hold them, and in whatever begins like a private key.

What is kept of such a file is only where its secrets are and what they end with (`imgscope.secrets`). Files that a
later layer deleted count as well: they ship.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import FoundSecret
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes.base import Probe
from imgscope.secret_shapes import PRIVATE_KEY
from imgscope.secrets import find_secrets

_HEADER: Final = b"imgscope secrets 1\n"
_FIELDS: Final = 4
_CERTAINTIES: Final = ("high", "medium", "low")
_BEGINNINGS: Final = (
    b"-----BEGIN RSA PRIVATE KEY-----",
    b"-----BEGIN PRIVATE KEY-----",
    b"-----BEGIN ENCRYPTED PRIVATE KEY-----",
    b"-----BEGIN EC PRIVATE KEY-----",
    b"-----BEGIN DSA PRIVATE KEY-----",
    b"-----BEGIN OPENSSH PRIVATE KEY-----",
    b"-----BEGIN PGP PRIVATE KEY BLOCK-----",
    b"PuTTY-User-Key-File-",
)
_NAMES: Final = (
    ".env",
    ".env.*",
    "*.env",
    ".npmrc",
    ".yarnrc.yml",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".git-credentials",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    ".vault-token",
    ".terraformrc",
    "*.tfvars",
    "*.tfstate",
    ".bash_history",
    ".zsh_history",
    ".ash_history",
    ".python_history",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.pem",
    "*.key",
    "*.ppk",
    "application_default_credentials.json",
    "service-account*.json",
    "service_account*.json",
    "wp-config.php",
)
_PLACES: Final = (
    "**/.docker/config.json",
    "**/.aws/credentials",
    "**/.aws/config",
    "**/.kube/config",
    "**/.config/gh/hosts.yml",
    "**/.config/gcloud/*",
    "**/.azure/*.json",
    "**/.gem/credentials",
    "**/.cargo/credentials",
    "**/.cargo/credentials.toml",
    "**/.m2/settings.xml",
    "**/.composer/auth.json",
    "**/.gnupg/private-keys-v1.d/*",
    "etc/shadow",
)
# An S-expression, as GnuPG keeps keys: with lengths, without, or after a line that names its format.
_GPG_KEY: Final = re.compile(rb"\s{0,9}(?:Key:\s{0,9})?\((?:\d{1,2}:)?(?:protected-)?private-key")
_DOCKER_AUTH: Final = re.compile(r'"auth"\s{0,9}:\s{0,9}"(?P<value>[A-Za-z0-9+/=]{8,2000})"')
_PASSWORD_HASH: Final = re.compile(r"(?m)^[^:\n]{1,64}:(?P<value>\$[0-9a-z]{1,2}\$[^:\n]{20,200}):")


def reduce(content: bytes) -> bytes:
    """Return a line for each secret in `content`: what it is, in which line, how it ends, how certain that is."""
    if content.startswith(_HEADER):
        return content
    text = content.decode("utf-8", "replace")
    lines = [
        f"{secret.kind}\t{text.count(chr(10), 0, secret.start) + 1}\t{secret.shown}\t{secret.certainty}"
        for secret in find_secrets(text)
    ]
    for kind, pattern in (("registry login", _DOCKER_AUTH), ("password hash", _PASSWORD_HASH)):
        lines += [f"{kind}\t{text.count(chr(10), 0, match.start()) + 1}\t…\thigh" for match in pattern.finditer(text)]
    if content.startswith(b"PuTTY-User-Key-File-") or _GPG_KEY.match(content):
        lines.append(f"{PRIVATE_KEY}\t1\t…\thigh")
    return _HEADER + "\n".join(lines).encode()


def _find(tree: FileTree) -> Iterator[FoundSecret]:
    for layer, index in enumerate(tree.layers):
        for path, content in index.captured.items():
            if content.startswith(_HEADER):
                yield from _secrets_in(content, path, layer, is_visible=_is_visible(tree, path, layer))


def _is_visible(tree: FileTree, path: str, layer: int) -> bool:
    """Tell whether the image has what layer number `layer` has at `path`, which may lead through links."""
    node = tree.locate(path)
    return node is not None and node.content is not None and (node.content_layer, node.content.path) == (layer, path)


def _secrets_in(content: bytes, path: str, layer: int, *, is_visible: bool) -> Iterator[FoundSecret]:
    for line in content[len(_HEADER) :].decode("utf-8", "replace").split("\n"):
        fields = line.split("\t")
        if len(fields) == _FIELDS and fields[1].isdigit() and fields[3] in _CERTAINTIES:
            yield FoundSecret(
                path=path,
                layer=layer,
                kind=fields[0],
                line=int(fields[1][:9]),
                shown=fields[2],
                is_certain=fields[3] == "high",
                is_visible=is_visible,
            )


PROBE = Probe(
    name="secrets",
    wants=(
        *(Want(beginning=beginning, reduce=reduce) for beginning in _BEGINNINGS),
        *(Want(glob=f"**/{name}", reduce=reduce) for name in _NAMES),
        *(Want(glob=place, reduce=reduce) for place in _PLACES),
    ),
    find=_find,
)
