"""What Debian built in Go, beside what its build wrote where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from imgscope.facts import InstalledPackage
from imgscope.probes.go_modules import PROBE
from tests.support.images import file, layer
from tests.support.memory import tree_of
from tests.support.programs import require

pytestmark = pytest.mark.integration

PROGRAMS = {
    "skopeo": "github.com/containers/skopeo/cmd/skopeo",
    "buildah": "github.com/containers/buildah/cmd/buildah",
    "umoci": "github.com/opencontainers/umoci/cmd/umoci",
    "docker-registry": "github.com/docker/distribution/cmd/registry",
}


def test_programs_that_debian_built_in_go_are_owned_by_what_they_were_built_from() -> None:
    require(*PROGRAMS)
    found = {name: Path(shutil.which(name) or "").resolve().read_bytes() for name in PROGRAMS}
    # Nobody asks how well 150 MB of programs compress, which takes a while.
    tree = tree_of(layer(*(file(f"usr/bin/{name}", content) for name, content in found.items()), compression="none"))
    packages = [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]
    assert {node.path: package.name for package in packages for node in package.files} == {
        f"usr/bin/{name}": module for name, module in PROGRAMS.items()
    }
    (standard_library,) = (package for package in packages if package.name == "stdlib")
    assert all(b"go" + standard_library.version.encode() in content for content in found.values())
