"""Looking for secrets, and hiding them."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from imgscope.probes.secrets import reduce
from imgscope.secrets import find_in_variable, find_secrets, redact, redact_variable


def target(data: bytes) -> None:
    """Secrets follow each other in the text, none that is long is shown whole, and time is linear."""
    for text in pumped(data.decode("utf-8", "replace")):
        end = 0
        for secret in find_secrets(text):
            assert end <= secret.start < secret.end <= len(text)
            end = secret.end
            assert text[secret.start : secret.end] not in secret.shown
        redact(text, in_variables=True)
        redact_variable(text)
        end = 0
        for secret in find_in_variable(text):
            assert end <= secret.start < secret.end <= len(text)
            end = secret.end
        kept = reduce(text.encode())
        assert reduce(kept) == kept


def seeds() -> Mapping[str, bytes]:
    """Made-up ones of known shapes."""
    texts = {
        "github": "token: ghp_0123456789abcdefghijABCDEFGHIJ012345\n",
        "aws": "aws_access_key_id = AKIAIOSFODNN7EXAMPLX\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzKEY0\n",
        "key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcd\n-----END RSA PRIVATE KEY-----\n",
        "netrc": "machine example.com login user password s3cretPassw0rd\n",
        "url": "DATABASE_URL=postgres://user:hunter2hunter2@db.example.com/app\n",
        "password": 'password="xK9$mP2!qR7z"\napi_key: aB3dE6gH9jK2mN5p\n',
        "docker": '{"auths":{"a":{"auth":"dXNlcjpwYXNzd29yZA=="}}}',
        "shadow": "root:$6$rounds=5000$usesomesillystring$D4IrlXatmP7rx3P3InaxBeoomnAihCKRVQUR:19000:0:99999:7:::\n",
        "ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
        "gpg": "Key: (private-key (rsa (n #00#)))\n",
        "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\n",
    }
    return {name: text.encode() for name, text in texts.items()}
