"""Real siblings: one application on Debian, on a slimmed Debian and on musl, compared and moved as a user does it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.test_linking import compiled, install, wheel
from tests.support.chroot import Chroot
from tests.support.command import imgscope
from tests.support.docker_registry import blobs_fetched, docker_registry
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, BuiltLayer, file, image, layer, step
from tests.support.programs import require, run
from tests.support.real_images import DebianImage, MuslImage

pytestmark = pytest.mark.integration

_HOST: Final = """\
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **paths) {
    for (int position = 1; position < count; position++)
        puts(dlopen(paths[position], RTLD_LAZY) ? "loaded" : dlerror());
    return 0;
}
"""
_APP: Final = "int main(void) { return 0; }\n"
_MAIN: Final = "usr/local/bin/app"
_PYTHON: Final = "usr/local/bin/python3.11"
_GONE: Final = ("usr/bin/perl*", "usr/bin/apt*", "usr/lib/*/libtinfo.so.6*", "usr/share/doc/*")
_TAGS: Final = ("3.11", "3.11-slim", "3.11-alpine")
_CONFIG: Final = {"Cmd": ["python3.11"], "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "PYTHON_VERSION=3.11.9"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """The roots of the bases by tag, the application installed in each, and where all are served.

    `module` is the path of the wheel's module. `directory` is what the registry keeps its data in.
    """

    host: str
    directory: Path
    roots: dict[str, Chroot]
    layers: dict[str, BuiltLayer]
    app: BuiltLayer
    module: str

    @property
    def bases(self) -> list[str]:
        return [f"{self.host}/python:{tag}" for tag in _TAGS]


@pytest.fixture(scope="module")
def siblings(debian: DebianImage, musl: MuslImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siblings]:
    """Three bases and an application on the first, built and served."""
    require("skopeo")
    directory = tmp_path_factory.mktemp("siblings")
    roots = _roots(debian, musl, directory)
    # As they are before the application is installed in them.
    layers = {tag: layer(raw=root.archive(), compression="zstd") for tag, root in roots.items()}
    libraries = next(roots["3.11"].directory.glob("usr/lib/*/libtinfo.so.6"))
    program = compiled(directory, "app", _APP, "-Wl,--no-as-needed", str(libraries))
    fetched = wheel(directory, "manylinux_2_17")
    module = ""
    for root in roots.values():
        root.add(_MAIN, program)
        module = install(root, fetched, (root.directory / _PYTHON).read_bytes())
    added = _added(roots["3.11"], directory)
    with docker_registry(directory / "registry") as host:
        found = Siblings(
            host=host, directory=directory / "registry", roots=roots, layers=layers, app=added, module=module
        )
        _push(found, directory)
        yield found
    shutil.rmtree(directory)


def _roots(debian: DebianImage, musl: MuslImage, directory: Path) -> dict[str, Chroot]:
    roots = {
        "3.11": Chroot.unpack(debian.root, directory / "fat"),
        "3.11-slim": Chroot.unpack(debian.root, directory / "slim"),
        "3.11-alpine": Chroot.unpack(musl.root, directory / "musl"),
    }
    for pattern in _GONE:
        for path in roots["3.11-slim"].directory.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for tag, root in roots.items():
        compiler = "musl-gcc" if tag.endswith("alpine") else "gcc"
        root.add(_PYTHON, compiled(directory, f"python-{tag}", _HOST, compiler=compiler))
    return roots


def _added(root: Chroot, directory: Path) -> BuiltLayer:
    """The layer that has what was added to the root for the application."""
    archive = directory / "added.tar"
    run("tar", "-C", root.directory, "-cf", archive, _MAIN, "usr/local/lib/python3.11")
    return layer(
        raw=archive.read_bytes(),
        compression="zstd",
        created_by="RUN /bin/sh -c apt-get update && pip install cffi # buildkit",
    )


def _push(siblings: Siblings, directory: Path) -> None:
    start = {"Entrypoint": [f"/{_MAIN}"], "Healthcheck": {"Test": ["CMD", "perl", "-e", "1"]}}
    config = {**_CONFIG, **start}
    base = siblings.layers["3.11"]
    images: dict[str, BuiltImage] = {
        **{f"python:{tag}": _image([each], _CONFIG) for tag, each in siblings.layers.items()},
        "python:3.12": _image([layer(file("etc/other", "x"))], _CONFIG),
        "app:1": _image([base, step("ENTRYPOINT app"), siblings.app], config),
        "app:2": _image([base, step("ENTRYPOINT app"), siblings.app, layer(file("etc/app", "x"))], config),
    }
    for position, (name, built) in enumerate(images.items()):
        layout = write_oci_layout(directory / f"layout-{position}", {"it": built})
        run(
            "skopeo",
            "copy",
            "--quiet",
            "--dest-tls-verify=false",
            f"oci:{layout}:it",
            f"docker://{siblings.host}/{name}",
        )
        shutil.rmtree(layout)


def _image(steps: Any, config: dict[str, Any]) -> BuiltImage:
    return image(steps, config=config, listed_platform=False)


def compared(*arguments: str) -> Any:
    """Run the comparison and return its JSON."""
    ended = imgscope("compare", *arguments, "-o", "json", "--quiet")
    assert ended.exit_code == 0, ended.stderr
    return ended.document


def test_every_figure_equals_what_the_report_on_each_image_says(siblings: Siblings) -> None:
    document = compared(*siblings.bases)
    reports = [imgscope("audit", base, "-o", "json", "--quiet").document for base in siblings.bases]
    first = reports[0]["image"]
    for compared_image, report in zip(document["images"], reports, strict=True):
        contents, said = compared_image["contents"], report["image"]
        assert (compared_image["digest"], compared_image["compressedSize"]) == (said["digest"], said["compressedSize"])
        assert (contents["unpackedSize"], contents["fileCount"]) == (said["unpackedSize"], said["fileCount"])
        assert (contents["distro"], contents["libc"]) == (report["distro"], report["libc"])
        assert contents["packageCount"] == len(report["packages"])
        assert contents["leftoverBytes"] == report["leftovers"]["bytes"]
        assert contents["wastedBytes"] == report["waste"]["wastedBytes"]
        assert sum(contents["findings"].values()) == len(report["findings"])
        assert len(compared_image["layers"]) == said["layerCount"]
        if compared_image is not document["images"][0]:
            assert contents["unpackedDifference"]["bytes"] == said["unpackedSize"] - first["unpackedSize"]
            assert compared_image["compressedDifference"]["bytes"] == said["compressedSize"] - first["compressedSize"]
    assert [image["contents"]["packageManagers"] for image in document["images"]][:2] == [["apt", "dpkg"], ["dpkg"]]
    assert [image["contents"]["libc"]["family"] for image in document["images"]] == ["glibc", "glibc", "musl"]


def test_variants_are_compared_without_fetching_a_layer(siblings: Siblings) -> None:
    before = blobs_fetched(siblings.directory, "python")
    document = compared(f"{siblings.host}/python:3.11", "--variants", "--no-cache")
    fetched = blobs_fetched(siblings.directory, "python") - before
    assert {image["reference"].rpartition(":")[2] for image in document["images"]} == set(_TAGS)
    sizes = [image["compressedSize"] for image in document["images"]]
    assert sizes == sorted(sizes)
    assert not fetched.keys() & {each.digest for each in siblings.layers.values()}
    assert len(fetched) == len(_TAGS)


def test_two_images_that_share_all_but_one_layer_fetch_each_blob_once(siblings: Siblings) -> None:
    before = blobs_fetched(siblings.directory, "app")
    document = compared(f"{siblings.host}/app:1", f"{siblings.host}/app:2", "--no-cache")
    fetched = blobs_fetched(siblings.directory, "app") - before
    assert document["images"][1]["sharedWithBaseline"]["count"] == 2
    assert set(fetched.values()) == {1}
    assert fetched.keys() >= {siblings.layers["3.11"].digest, siblings.app.digest}


def test_a_move_names_what_would_break_and_the_loaders_of_the_other_roots_confirm_it(siblings: Siblings) -> None:
    document = compared(*siblings.bases, "--for", f"{siblings.host}/app:1")
    current, on_slim, on_musl = document["moves"]["candidates"]
    assert (current["isCurrent"], current["breaks"]) == (True, [])
    sizes = [image["compressedSize"] for image in document["images"]]
    assert [each["savedCompressedBytes"] for each in (on_slim, on_musl)] == [sizes[0] - sizes[1], sizes[0] - sizes[2]]

    roots = siblings.roots
    assert roots["3.11"].run(f"/{_MAIN}") == ""
    assert "cannot open shared object file" not in roots["3.11"].run(f"/{_PYTHON}", f"/{siblings.module}")

    broken = _by_path(on_slim)
    assert "libtinfo.so.6" in broken[_MAIN]
    assert siblings.module not in broken
    assert "libtinfo.so.6: cannot open shared object file" in roots["3.11-slim"].run(f"/{_MAIN}")
    assert "cannot open shared object file" not in roots["3.11-slim"].run(f"/{_PYTHON}", f"/{siblings.module}")

    broken = _by_path(on_musl)
    assert f"/{_MAIN}" in broken[_MAIN]
    assert "built for glibc" in broken[_MAIN], broken[_MAIN]
    assert "cffi 2.1.1 is built for glibc (a manylinux wheel)" in broken[siblings.module]
    assert "No such file or directory" in roots["3.11-alpine"].run(f"/{_MAIN}")
    assert "Error loading shared library" in roots["3.11-alpine"].run(f"/{_PYTHON}", f"/{siblings.module}")


def test_a_move_tells_which_commands_and_steps_lack_their_programs(siblings: Siblings) -> None:
    document = compared(*siblings.bases, "--for", f"{siblings.host}/app:1")
    on_slim, on_musl = document["moves"]["candidates"][1:]
    for candidate, tag in ((on_slim, "3.11-slim"), (on_musl, "3.11-alpine")):
        said = [each["message"] for each in candidate["breaks"]]
        assert "the health check always fails: perl, which it calls, is not in the image" in said
        assert "apt-get is not in the base: RUN apt-get update && pip install cffi would fail" in said
        assert "No such file or directory" in siblings.roots[tag].run("perl", "-e", "1")


def _by_path(move: Any) -> dict[str, str]:
    """What is said of each path, of a program that a command starts by what keeps it from that if nothing else does."""
    breaks = sorted(move["breaks"], key=lambda each: each["kind"] != "command")
    return {path: each["message"] for each in breaks for path in each["paths"]}
