"""What a user sees when a real registry has no such image, is not there, or wants a login."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Ended, imgscope
from tests.support.docker_registry import PASSWORD, USER, docker_registry
from tests.support.programs import require, run
from tests.support.real_images import MuslImage

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def guarded(musl: MuslImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reference of an image on a registry that wants a login."""
    require("skopeo")
    with docker_registry(tmp_path_factory.mktemp("guarded"), with_login=True) as host:
        reference = f"{host}/private/hello:1"
        run(
            "skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", f"--dest-creds={USER}:{PASSWORD}",
            f"docker://{musl.reference}", f"docker://{reference}",
        )  # fmt: skip
        yield reference


def test_a_tag_that_is_not_there_is_one_sentence(musl: MuslImage) -> None:
    ended = imgscope("audit", f"{musl.reference}-wrong", "-o", "json")
    _assert_refused(ended, naming="1-wrong")


def test_a_host_that_does_not_answer_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"localhost:{server.getsockname()[1]}"
    _assert_refused(imgscope("audit", f"{host}/app:1", "-o", "json"), naming=host)


def test_a_missing_login_is_one_sentence(guarded: str) -> None:
    _assert_refused(imgscope("audit", guarded, "-o", "json"), naming=guarded.partition("/")[0])


def test_a_wrong_password_is_one_sentence_that_does_not_repeat_it(guarded: str, tmp_path: Path) -> None:
    ended = imgscope("audit", guarded, "-o", "json", env=_login(guarded, "open sesame", tmp_path))
    _assert_refused(ended, naming=guarded.partition("/")[0])
    assert "sesame" not in ended.stderr


def test_the_right_password_lets_in(guarded: str, tmp_path: Path) -> None:
    ended = imgscope("audit", guarded, "-o", "json", env=_login(guarded, PASSWORD, tmp_path))
    assert ended.exit_code == 0, ended.stderr
    assert ended.document["libc"]["family"] == "musl"


def _login(reference: str, password: str, directory: Path) -> dict[str, str]:
    """Write what `docker login` would, and return the environment that points to it."""
    encoded = base64.b64encode(f"{USER}:{password}".encode()).decode()
    auths = {reference.partition("/")[0]: {"auth": encoded}}
    (directory / "config.json").write_text(json.dumps({"auths": auths}))
    return {"DOCKER_CONFIG": str(directory)}


def _assert_refused(ended: Ended, *, naming: str) -> None:
    assert ended.exit_code == 3, (ended.stdout, ended.stderr)
    assert "Traceback" not in ended.stderr
    assert len(ended.errors) == 1, ended.stderr
    assert naming in ended.errors[0]
    assert ended.stdout == ""
