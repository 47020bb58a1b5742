"""One directory, put into an image by every builder at hand, is read alike from all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope import analyze
from imgscope.filesystem.node import Node
from tests.support.docker_registry import docker_registry
from tests.support.image_files import write_oci_layout
from tests.support.images import image, layer
from tests.support.programs import require, require_root, run

pytestmark = pytest.mark.integration

_LONG = "a-name-of-many-letters/" * 12
Row = tuple[str, int, int, int, int, str, bytes | None]
"""Path, mode, uid, mtime, size, link target or content's first name, fingerprint."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with what archives have to bend their headers for."""
    root = tmp_path_factory.mktemp("tree") / "app"
    deep = root / _LONG
    deep.mkdir(parents=True)
    (deep / "file").write_text("deep")
    (root / "größe.txt").write_text("not ASCII")
    (root / "large").write_bytes(os.urandom(300_000))
    (root / "program").write_text("#!/bin/sh\n")
    (root / "program").chmod(0o4755)
    (root / "link").symlink_to("large")
    (root / "hard").hardlink_to(root / "large")
    os.utime(root / "program", (1_000_000_000, 1_000_000_000))
    return root


@pytest.fixture(scope="module")
def built(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """References to images that hold the directory at /app, by who made them."""
    require("umoci", "skopeo", "buildah", "docker-registry")
    require_root()
    directory = tmp_path_factory.mktemp("built")
    by_umoci = _with_umoci(tree, directory)
    with docker_registry(directory / "registry") as host:
        by_buildah = _with_buildah(tree, directory, host)
        by_zstd = f"{host}/zstd:1"
        run("skopeo", "copy", "--dest-tls-verify=false", "--dest-compress-format=zstd", by_umoci, f"docker://{by_zstd}")
        archive = f"docker-archive:{directory / 'archive.tar'}"
        run("skopeo", "copy", "--src-tls-verify=false", f"docker://{by_buildah}", f"{archive}:app:1")
        yield {
            "umoci": by_umoci,
            "buildah": by_buildah,
            "skopeo, recompressed with zstd": by_zstd,
            "skopeo, as a docker-archive": archive,
        }


def _with_umoci(tree: Path, directory: Path) -> str:
    layout = directory / "umoci"
    write_oci_layout(layout, {"app": image([layer()])})
    run("umoci", "insert", "--image", f"{layout}:app", tree, "/app")
    return f"oci:{layout}:app"


def _with_buildah(tree: Path, directory: Path, host: str) -> str:
    storage = directory / "storage"
    buildah = ("buildah", "--root", storage / "root", "--runroot", storage / "run", "--storage-driver", "vfs")
    container = run(*buildah, "from", "scratch").strip()
    run(*buildah, "copy", container, tree, "/app")
    run(*buildah, "commit", container, "built")
    run(*buildah, "push", "--tls-verify=false", "localhost/built", f"docker://{host}/buildah:1")
    return f"{host}/buildah:1"


def _rows(reference: str) -> list[Row]:
    tree = analyze.inspect(reference).image.tree
    return [_row(node) for node in tree.nodes if node.path.startswith("app/") and not node.is_directory]


def _row(node: Node) -> Row:
    assert node.entry is not None
    assert node.content is not None
    target = node.entry.link_name if node.is_symlink else ""
    # Which of two names of one file is the link depends on the order in which a builder meets them.
    return (node.path, node.entry.mode, node.entry.uid, node.entry.mtime, node.size, target, node.content.fingerprint)


def _true_names(tree: Path) -> set[str]:
    return {f"app/{path.relative_to(tree)}" for path in tree.rglob("*") if path.is_symlink() or not path.is_dir()}


@pytest.mark.parametrize(
    "builder", ["umoci", "buildah", "skopeo, recompressed with zstd", "skopeo, as a docker-archive"]
)
def test_C39_every_builder_s_archive_is_read_alike(built: dict[str, str], tree: Path, builder: str) -> None:
    rows = _rows(built[builder])

    assert {row[0] for row in rows} == _true_names(tree)
    assert rows == _rows(built["umoci"])
