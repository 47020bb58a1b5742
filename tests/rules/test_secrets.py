"""Secrets in files and in the configuration, those that a later layer deleted included."""

from __future__ import annotations

import msgspec
import pytest

from imgscope.report import Finding, ImageReport, Severity
from tests.rules.examples import dpkg
from tests.support.images import Entry, file, layer, step, symlink, whiteout
from tests.support.memory import inspect
from tests.test_secrets import GITHUB, KEY

NPMRC = f"//registry.example.com/:_authToken={GITHUB}\n"


def secrets_of(report: ImageReport) -> list[Finding]:
    return [found for found in report.findings if found.rule_id.startswith("secret-in-")]


def test_a_token_in_a_file_is_told_with_its_line_and_its_end_only() -> None:
    report = inspect(layer(file("root/.npmrc", "a=1\n" + NPMRC), created_by="COPY .npmrc /root/ # buildkit")).report
    (found,) = secrets_of(report)
    assert found.message == "/root/.npmrc holds a GitHub token (line 2, …q7R8)"
    assert (found.severity, found.confidence, found.layer) == (Severity.HIGH, "high", 0)
    assert GITHUB not in str(msgspec.to_builtins(report))


def test_a_file_that_a_later_layer_deleted_still_ships() -> None:
    (found,) = secrets_of(inspect(layer(file("root/.npmrc", NPMRC)), layer(whiteout("root/.npmrc"))).report)
    assert found.message.endswith("; a later layer hides the file, and it still ships")
    assert found.layer == 0


def test_a_file_below_a_linked_directory_is_visible_as_long_as_the_link_leads_there() -> None:
    base, linked = layer(symlink("app", "srv/app"), file("srv/app/x", "x")), layer(file("app/server.key", KEY))
    (found,) = secrets_of(inspect(base, linked).report)
    assert found.message == "/app/server.key holds a private key (line 1)"
    (found,) = secrets_of(inspect(base, linked, layer(whiteout("srv/app/server.key"))).report)
    assert found.message.endswith("; a later layer hides the file, and it still ships")


def test_a_key_below_a_linked_directory_that_a_package_has_is_told_last() -> None:
    owned = dpkg("nginx", paths=["srv/app/server.key"])
    report = inspect(
        layer(symlink("app", "srv/app"), file("srv/app/x", "x"), *owned), layer(file("app/server.key", KEY))
    )
    assert [found.severity for found in secrets_of(report.report)] == [Severity.INFO]


@pytest.mark.parametrize("path", ["srv/anything", "etc/ssh/ssh_host_rsa_key", "app/server.key"])
def test_a_private_key_is_found_by_how_it_begins(path: str) -> None:
    (found,) = secrets_of(inspect(layer(file(path, KEY))).report)
    assert found.message == f"/{path} holds a private key (line 1)"
    assert found.severity is Severity.HIGH


def test_a_key_after_its_certificate_is_found_in_files_named_like_keys() -> None:
    bundle = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" + KEY
    (found,) = secrets_of(inspect(layer(file("etc/nginx/site.pem", bundle))).report)
    assert found.message == "/etc/nginx/site.pem holds a private key (line 4)"


@pytest.mark.parametrize(
    "entries",
    [
        (*dpkg("libpython3-testsuite", paths=["usr/share/keys/a.key"]), file("usr/share/keys/a.key", KEY)),
        (file("usr/lib/python3/test/keycert.pem", KEY),),
        (file("app/node_modules/x/fixtures/a.key", KEY),),
    ],
    ids=["of a package", "of a test suite", "a fixture"],
)
def test_a_key_that_was_meant_to_be_public_is_told_last(entries: tuple[Entry, ...]) -> None:
    (found,) = secrets_of(inspect(layer(*entries)).report)
    assert (found.severity, found.confidence) == (Severity.INFO, "low")


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("root/.docker/config.json", '{"auths": {"example.com": {"auth": "dXNlcjpwYXNzd29yZA=="}}}', "registry login"),
        ("etc/shadow", "root:$6$salt$hashhashhashhashhashhash:19000:0:99999:7:::\n", "password hash"),
        ("home/me/.gnupg/private-keys-v1.d/A.key", b"(11:private-key(3:rsa(1:n\x00", "private key"),
        ("app/.env", "STRIPE_SECRET=k8Jq-27sLx9Qe\n", "value of STRIPE_SECRET"),
    ],
)
def test_files_made_for_secrets_are_read_in_their_own_way(path: str, content: str | bytes, kind: str) -> None:
    (found,) = secrets_of(inspect(layer(file(path, content))).report)
    assert f"holds a {kind} (line 1" in found.message


def test_a_file_that_pretends_to_have_been_looked_at_does_no_harm() -> None:
    content = "imgscope secrets 1\nprivate key\tx\t…\thigh\n\x1b[31m\t1\t…\thigh\n\t\t\t\nkey\t1\t\x07\tnever"
    for found in secrets_of(inspect(layer(file("app/.env", content))).report):
        assert "\x1b" not in found.message


def test_a_secret_in_the_environment_is_told_once_though_history_has_it_too() -> None:
    report = inspect(
        layer(file("app", "x"), created_by=f"RUN |1 TOKEN={GITHUB} /bin/sh -c build # buildkit"),
        step(f"ENV GH={GITHUB}"),
        config={"Env": [f"GH={GITHUB}"]},
    ).report
    (found,) = secrets_of(report)
    assert found.message == "ENV GH holds a secret: GitHub token, …q7R8"


def test_a_variable_named_like_a_password_holds_one_however_simple_it_is() -> None:
    report = inspect(
        layer(file("app", "x"), created_by="RUN |1 NPM_TOKEN=letmein1 /bin/sh -c npm install # buildkit"),
        config={"Env": ["DB_PASSWORD=hunter2hunter2", "ALLOW_EMPTY_PASSWORD=yesyes", "PASSWORD_FILE=/run/secrets/db"]},
    ).report
    assert {(found.message, found.severity) for found in secrets_of(report)} == {
        ("ENV holds a secret: value of DB_PASSWORD, …ter2", Severity.MEDIUM),
        ("the build history holds a secret: value of NPM_TOKEN", Severity.MEDIUM),
    }
    assert report.image.config.env[0] == "DB_PASSWORD=[redacted …ter2]"
    assert report.layers[0].created_by == "RUN |1 NPM_TOKEN=[redacted …] /bin/sh -c npm install # buildkit"


def test_C69_a_passphrase_of_several_words_is_nowhere_in_the_report() -> None:
    report = inspect(
        layer(file("app", "x"), created_by='RUN /bin/sh -c export DB_PASSPHRASE="correct horse battery" # buildkit'),
        step("ENV DB_PASSPHRASE=correct horse battery"),
        config={"Env": ["DB_PASSPHRASE=correct horse battery"], "Labels": {"db.password": "correct horse battery"}},
    ).report
    assert {found.message for found in secrets_of(report)} == {
        "ENV holds a secret: value of DB_PASSPHRASE, …tery",
        "LABEL holds a secret: value of db.password, …tery",
    }
    assert "horse" not in str(msgspec.to_builtins(report))


def test_a_name_that_is_itself_the_secret_is_not_told() -> None:
    (found,) = secrets_of(inspect(layer(file("app", "x")), config={"Env": [f"{GITHUB}=x"]}).report)
    assert found.message == "ENV holds a secret: GitHub token, …q7R8"


def test_C69_a_label_that_only_its_name_gives_away_is_redacted() -> None:
    report = inspect(layer(file("app", "x")), config={"Labels": {"db.password": "k8Jq27sLx9Qe"}}).report
    assert report.image.config.labels == {"db.password": "[redacted …x9Qe]"}
    assert [found.message for found in secrets_of(report)] == [
        "LABEL holds a secret: value of db.password, …x9Qe",
    ]


def test_C69_no_secret_of_the_configuration_or_history_is_in_the_report() -> None:
    report = inspect(
        layer(file("app", "x"), created_by=f"RUN |1 TOKEN={GITHUB} /bin/sh -c build # buildkit"),
        config={
            "Env": [f"GH={GITHUB}"],
            "Labels": {"token": GITHUB},
            "Cmd": ["run", GITHUB],
            "Healthcheck": {"Test": ["CMD", GITHUB]},
        },
    ).report
    assert GITHUB not in str(msgspec.to_builtins(report))
    assert report.image.config.env == ("GH=[redacted …q7R8]",)
    assert report.layers[0].created_by == "RUN |1 TOKEN=[redacted …q7R8] /bin/sh -c build # buildkit"
