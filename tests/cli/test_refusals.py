"""Everything that may be wrong with an image where it is kept: one clear sentence each, exit code 3, no traceback."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import Ended, Run, debian
from tests.support.image_files import blob_path, write_oci_layout
from tests.support.images import image, index, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer
from tests.support.registry_faults import Fault, flipped, of_kind, truncated

BUILT = debian()


def check(ended: Ended, *words: str, partial: bool = False) -> None:
    assert ended.code == 3
    assert "Traceback" not in ended.err
    sentences = [line for line in ended.last_words if not line.startswith("  hint: ")]
    assert len(sentences) == 1, ended.err
    for word in words:
        assert word in sentences[0]
    assert (ended.out != "") is partial


@pytest.mark.parametrize("auth", [Basic(username="me", password="secret"), Bearer(username="me", password="secret")])
def test_a_refused_login(run: Run, auth: Basic | Bearer) -> None:
    registry = Registry(auth=auth)
    registry.add(BUILT, "team/app", "1")
    with registry.serve() as host:
        ended = run("audit", f"{host}/team/app:1", "--insecure-registry", host, "-o", "json")
    check(ended, host)
    assert "  hint: " in ended.err


def test_a_wrong_tag(run: Run) -> None:
    registry = Registry()
    registry.add(BUILT, "team/app", "1")
    with registry.serve() as host:
        check(run("audit", f"{host}/team/app:2", "--insecure-registry", host, "-o", "json"), "no tag 2", "team/app")


def test_a_dead_host(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
    check(run("audit", f"{host}/team/app:1", "--insecure-registry", host, "-o", "json"), host)


def test_a_host_that_speaks_something_else(run: Run) -> None:
    registry = Registry()
    registry.misbehave(Fault(applies=of_kind("manifests", "other"), change=lambda _, reply: reply))
    registry.add_manifest(b"<html>welcome</html>", "text/html", "team/app", "1")
    with registry.serve() as host:
        check(run("audit", f"{host}/team/app:1", "--insecure-registry", host, "-o", "json"), host, "web page")


@pytest.mark.parametrize("fault", [lambda: flipped(at=40), lambda: truncated(to=60)])
def test_a_damaged_blob_from_a_registry(run: Run, fault: Callable[[], Fault]) -> None:
    built = image([layer(raw=b"x" * 4000, compression="none")], listed_platform=False)
    registry = Registry()
    registry.add(built, "team/app", "1")
    registry.misbehave(fault())
    with registry.serve() as host:
        ended = run("audit", f"{host}/team/app:1", "--insecure-registry", host, "-o", "json")
    assert ended.code == 3
    assert "Traceback" not in ended.err
    assert "sha256:" in ended.last_words[0] or "bytes" in ended.last_words[0]


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[str, Callable[[bytes], bytes] | None], Path]:
    """Writes the image as a layout and changes one of its files; None removes it."""

    def damage(name: str, change: Callable[[bytes], bytes] | None) -> Path:
        path = write_oci_layout(tmp_path / "layout", {"latest": BUILT})
        if change is None:
            (path / name).unlink()
        else:
            (path / name).write_bytes(change((path / name).read_bytes()))
        return path

    return damage


Damage = Callable[[str, Callable[[bytes], bytes] | None], Path]


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("change", "words"),
    [(flip, "does not match its digest"), (cut, "bytes"), (None, "could not be fetched"), (lambda _: b"", "bytes")],
    ids=["flipped byte", "truncated", "missing", "empty"],
)
def test_a_damaged_layer_leaves_a_report_on_the_others(
    run: Run, damaged: Damage, change: Callable[[bytes], bytes] | None, words: str
) -> None:
    digest = BUILT.layers[1].digest
    ended = run("audit", damaged(blob_path(digest), change), "-o", "json")
    check(ended, digest, words, partial=True)
    assert ended.document["distro"]["id"] == "debian"


@pytest.mark.parametrize("change", [flip, cut, None, lambda _: b"{}"], ids=["flipped", "truncated", "missing", "other"])
@pytest.mark.parametrize("name", ["manifest", "configuration"])
def test_a_damaged_document_leaves_nothing_to_report(
    run: Run, damaged: Damage, name: str, change: Callable[[bytes], bytes] | None
) -> None:
    digest = BUILT.manifest_digest if name == "manifest" else BUILT.config_digest
    check(run("audit", damaged(blob_path(digest), change), "-o", "json"))


@pytest.mark.parametrize("change", [lambda _: b"[]", lambda _: b"{", lambda _: b"\xff", cut])
def test_a_damaged_index_leaves_nothing_to_report(run: Run, damaged: Damage, change: Callable[[bytes], bytes]) -> None:
    check(run("audit", damaged("index.json", change), "-o", "json"))


def test_an_artifact_that_is_no_image_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    kind = "application/vnd.cncf.helm.config.v1+json"
    config = {"mediaType": kind, "digest": BUILT.config_digest, "size": len(BUILT.config)}
    chart = image([], manifest_fields={"config": config}, listed_platform=False)
    path = write_oci_layout(tmp_path / "layout", {"latest": chart})
    check(run("audit", path, "-o", "json"), "no container image", "helm")


def test_a_platform_the_image_does_not_have_is_told_with_those_it_has(run: Run, tmp_path: Path) -> None:

    path = write_oci_layout(tmp_path / "layout", {"latest": index(image([]), image([], platform="linux/arm64"))})
    check(run("audit", path, "--platform", "linux/s390x", "-o", "json"), "linux/amd64, linux/arm64")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everywhere")
@pytest.mark.parametrize("written", ["{}", "oci:{}"])
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_layout_that_may_not_be_read_is_told_in_a_sentence(run: Run, layout: Path, written: str, mode: int) -> None:
    layout.chmod(mode)
    try:
        check(run(written.format(layout)), str(layout), "cannot be read: permission denied")
    finally:
        layout.chmod(0o755)
