"""Secrets are found by shape and by name, shown by their ends, and never found in what only looks like one."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.secrets import find_in_variable, find_secrets, redact, redact_variable

# Split, so that nobody takes this file for one that holds secrets.
AWS = "AKIA" + "QYLPMN5HFIQR7XYA"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
SLACK = "xoxb-" + "123456789012-abcdefABCDEF"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA\n" * 4 + "-----END RSA PRIVATE KEY-----"
ENCRYPTED = KEY.replace("-----\nMII", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,7F0A\n\nMII", 1)
PGP = "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\nComment: me - at work\n\n" + "xcFGBGY1\n" * 8
PGP += "=aB3d\n-----END PGP PRIVATE KEY BLOCK-----"


@pytest.mark.parametrize(
    ("text", "kind", "shown", "certainty"),
    [
        (f"AWS_ACCESS_KEY_ID={AWS}", "AWS access key", "…7XYA", "high"),
        (f"Authorization: token {GITHUB}", "GitHub token", "…q7R8", "high"),
        (SLACK, "Slack token", "…CDEF", "high"),
        (KEY, "private key", "…", "high"),
        (ENCRYPTED, "private key", "…", "high"),
        (ENCRYPTED.replace("\n", "\r\n"), "private key", "…", "high"),
        (ENCRYPTED.replace("\n", "\\n"), "private key", "…", "high"),
        (PGP, "private key", "…", "high"),
        ("https://user:k8Jq27sLx9Qe@example.com/x", "password in a URL", "…x9Qe", "medium"),
        ("machine example.com login me password sekret", "password", "…", "high"),
        ("DB_PASSWORD=S3cr3t!Value99", "value of DB_PASSWORD", "…ue99", "medium"),
        ("  apiKey: 'abcdef0123456789ABCDEF',", "value of apiKey", "…CDEF", "medium"),
        ('"client_secret": "k8Jq-27sLx9Qe"', "value of client_secret", "…x9Qe", "medium"),
    ],
)
def test_a_secret_is_told_by_what_it_is_and_how_it_ends(text: str, kind: str, shown: str, certainty: str) -> None:
    (secret,) = find_secrets(text)
    assert (secret.kind, secret.shown, secret.certainty) == (kind, shown, certainty)
    assert text[secret.start : secret.end].endswith(shown.strip("…"))


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD_FILE=/run/secrets/password",
        "SECRET_KEY_BASE=${SECRET_KEY_BASE}",
        "API_TOKEN=changeme",
        "API_TOKEN=your-token-here",
        "token: AAAAAAAAAAAA",
        "password=required",
        "secretName: my-secret-name",
        "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
        "PYTHON_SHA256=d8dc3d5d7e4b9a0c",
        "access_token_url=https://example.com/token1",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me@example.com",
        "https://example.com:8080/a@b",
        "",
    ],
)
def test_what_only_looks_like_a_secret_is_none(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("POSTGRES_PASSWORD=postgres", ["value of POSTGRES_PASSWORD"]),
        ("JWT_SECRET='topsecretvalue'", ["value of JWT_SECRET"]),
        ("ENV A_PASSWORD=hunter B_TOKEN=tokens", ["value of A_PASSWORD", "value of B_TOKEN"]),
        (f"GITHUB_TOKEN={GITHUB}", ["GitHub token"]),
        ("MYSQL_PWD=sesame REDIS_PASS=sesame", ["value of MYSQL_PWD", "value of REDIS_PASS"]),
        ("A_TOKEN=$X;B_TOKEN=sesame", ["value of B_TOKEN"]),
        ("export DB_PASSPHRASE='$2y$10$a b' && run", ["value of DB_PASSPHRASE"]),
        ('export DB_PASSPHRASE="correct \\" horse" X=1', ["value of DB_PASSPHRASE"]),
        ("OLDPWD=/srv PWD=workspace", []),
        ('DB_PASSWORD="$PASSWORD and more"', []),
        ("MYSQL_ALLOW_EMPTY_PASSWORD=certainly", []),
        ("WAREHOUSE_PASSWORD=truelove", ["value of WAREHOUSE_PASSWORD"]),
        ("MAX_TOKENS=40960", []),
        ("DB_PASSWORD=changeme", []),
        ("DB_PASSWORD=$PASSWORD", []),
        ("DB_PASSWORD=`pwgen 20`", []),
        ("DB_PASSWORD='%s-and-more'", []),
        ("GOOGLE_APPLICATION_CREDENTIALS=keys/account.json", []),
        ("DB_PASSWORD=file:///run/secrets/db", []),
        ("USE_TOKEN=false", []),
        ("DB_PASSWORD=", []),
        ("PASSWORD_LENGTH=12345", []),
    ],
)
def test_a_variable_named_like_a_password_is_set_to_one(text: str, kinds: list[str]) -> None:
    assert [secret.kind for secret in find_secrets(text, in_variables=True)] == kinds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ENV A=b DB_PASSPHRASE=correct horse battery staple C=d e", "ENV A=b DB_PASSPHRASE=[redacted …aple] C=d e"),
        ("ENV DB_PASSPHRASE correct horse battery", "ENV DB_PASSPHRASE [redacted …tery]"),
        ("/bin/sh -c #(nop)  ENV A_TOKEN=correct horse", "/bin/sh -c #(nop)  ENV A_TOKEN=[redacted …orse]"),
        ("LABEL a=b db.token=correct horse", "LABEL a=b db.token=[redacted …orse]"),
        (
            "RUN |2 A=b A_SECRET=correct horse staple /bin/bash -o pipefail -c make X=1 # buildkit",
            "RUN |2 A=b A_SECRET=[redacted …aple] /bin/bash -o pipefail -c make X=1 # buildkit",
        ),
        ("RUN |1 A_SECRET=a horse cmd /S /C dir # buildkit", "RUN |1 A_SECRET=[redacted …] cmd /S /C dir # buildkit"),
        ('RUN sh -c "A_SECRET=\\"a horse\\" make"', 'RUN sh -c "A_SECRET=\\"[redacted …]\\" make"'),
        ("RUN A_SECRET='correct horse battery' make", "RUN A_SECRET='[redacted …tery]' make"),
        ("ARG A_TOKEN B=some thing", "ARG A_TOKEN B=some thing"),
    ],
)
def test_C69_the_values_of_variables_in_history_are_hidden_up_to_their_ends(text: str, shown: str) -> None:
    assert redact(text, in_variables=True) == shown


@pytest.mark.parametrize(
    ("variable", "shown"),
    [
        ("DB_PASSPHRASE=correct horse battery staple", "DB_PASSPHRASE=[redacted …aple]"),
        ("API_TOKEN=$2y$10$abcdefghijk", "API_TOKEN=[redacted …hijk]"),
        ('DB_PASSWORD=don\'t "tell" A=b', "DB_PASSWORD=[redacted … A=b]"),
        ("db.password=sesame", "db.password=[redacted …]"),
        (f"A_TOKEN=Bearer {GITHUB} and more", "A_TOKEN=[redacted …q7R8]"),
        ("A_TOKEN=" + "long " * 1000, "A_TOKEN=[redacted …ong ]"),
        (f"A=b {GITHUB}", "A=b [redacted …q7R8]"),
        ("A_TOKEN=$TOKEN", "A_TOKEN=$TOKEN"),
        ("A_TOKEN=prefix-${TOKEN}", "A_TOKEN=prefix-${TOKEN}"),
        ("A_TOKEN=<your token>", "A_TOKEN=<your token>"),
        ("A_TOKEN=@/run/secrets/token", "A_TOKEN=@/run/secrets/token"),
        ("A_TOKEN_FILE=some thing", "A_TOKEN_FILE=some thing"),
        ("A_TOKEN", "A_TOKEN"),
    ],
)
def test_C69_all_of_a_variable_named_like_a_password_is_hidden(variable: str, shown: str) -> None:
    assert redact_variable(variable) == shown
    assert bool(find_in_variable(variable)) == (variable != shown)


def test_of_secrets_in_one_another_the_surest_is_told() -> None:
    (found,) = find_in_variable(f"A_TOKEN=Bearer {GITHUB}")
    assert (found.kind, found.certainty, found.start) == ("GitHub token", "high", len("A_TOKEN="))


def test_C69_very_many_secrets_are_hidden_and_what_is_too_long_to_look_at_as_well() -> None:
    many = "".join(f" A{number}_TOKEN=hunter{number:05}" for number in range(150))
    assert "hunter" not in redact(many, in_variables=True)
    assert redact("word " * 250_000 + GITHUB).endswith(" word word wor[redacted …]")
    across = redact("x" * (1024 * 1024 - 20) + f" {GITHUB}")
    assert GITHUB[:10] not in across
    assert redact_variable("A_TOKEN=" + "long " * 250_000) == "A_TOKEN=[redacted … lon][redacted …]"


def test_elsewhere_what_follows_the_name_of_a_password_has_to_look_random() -> None:
    assert find_secrets("POSTGRES_PASSWORD=postgres") == []


def test_redacting_leaves_everything_but_the_secrets() -> None:
    assert redact(f"a {GITHUB} b https://user:k8Jq27sLx9Qe@example.com/ c") == (
        "a [redacted …q7R8] b https://[redacted …x9Qe]@example.com/ c"
    )
    assert redact("nothing secret here") == "nothing secret here"


@given(st.text(max_size=80), st.sampled_from([AWS, GITHUB, SLACK]))
def test_C69_a_redacted_text_no_longer_holds_the_secret(around: str, secret: str) -> None:
    assert secret not in redact(f"{around} {secret} {around}")


@given(st.text(max_size=200))
def test_secrets_do_not_overlap_and_lie_within_the_text(text: str) -> None:
    found = find_secrets(text)
    assert all(0 <= secret.start < secret.end <= len(text) for secret in found)
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "password=" * 100_000,
        KEY[:30] + "A" * 1_000_000,
        "://a:" * 200_000,
        "token" * 200_000,
        "_" * 1_000_000,
        " TOKEN=aaaaaaaa" * 66_000,
        "A_TOKEN=\"A_TOKEN='" * 50_000,
        'A_TOKEN="' + "\\a" * 500_000,
        "ENV " + "A_TOKEN=a b " * 80_000,
        "ENV " + "A= " * 300_000,
        "ENV " + " " * 1_000_000,
        "RUN |9 " + "A=b " * 250_000,
        (f"{KEY[:31]}\n" + "a: " + KEY[:31] + "\na: b " * 6 + "\n" + "A" * 900) * 800,
        (f"{KEY[:31]}\na: " * 100 + "A" * 20_000) * 40,
    ],
    ids=[
        "letters",
        "names",
        "a key without an end",
        "addresses",
        "one long name",
        "underscores",
        "variables",
        "quotes",
        "a quote without an end",
        "settings",
        "empty ones",
        "spaces",
        "arguments",
        "headers",
        "keys in headers",
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    started = time.process_time()
    find_secrets(text, in_variables=True)
    assert time.process_time() - started < 5


def test_of_very_many_secrets_the_first_hundred_are_told() -> None:
    assert len(find_secrets(f"{GITHUB} " * 500)) == 100
