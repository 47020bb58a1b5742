"""Where an image is looked for, given a user's configuration files."""

from __future__ import annotations

import json

import pytest

from imgscope.errors import SourceError, UsageError
from imgscope.oci.reference import Reference
from imgscope.sources.registry.configuration.places import Configuration, Place
from tests.sources.registry.configuration.machine import Machine

_DIGEST = f"sha256:{'a' * 64}"


def places(machine: Machine, name: str, *insecure: str) -> tuple[Place, ...]:
    return Configuration.load(machine.environ).places(Reference.parse(name), insecure)


def names(machine: Machine, name: str) -> list[str]:
    return [str(place.reference) for place in places(machine, name)]


def test_without_configuration_an_image_is_where_its_name_says(machine: Machine) -> None:
    (place,) = places(machine, "ghcr.io/team/app:1")
    assert str(place.reference) == "ghcr.io/team/app:1"
    assert (place.is_mirror, place.origin, place.endpoint.schemes) == (False, None, ("https",))


def test_C23_the_example_of_the_manual(machine: Machine) -> None:
    machine.write_system(
        "containers/registries.conf",
        """
        unqualified-search-registries = ["example.com"]
        [[registry]]
        prefix = "example.com/foo"
        location = "internal-registry-for-example.com/bar"
        [[registry.mirror]]
        location = "example-mirror-0.local/mirror-for-foo"
        [[registry.mirror]]
        location = "example-mirror-1.local/mirrors/foo"
        insecure = true
        [[registry]]
        location = "registry.com"
        [[registry.mirror]]
        location = "mirror.registry.com"
        """,
    )
    assert names(machine, "example.com/foo/image:latest") == [
        "example-mirror-0.local/mirror-for-foo/image:latest",
        "example-mirror-1.local/mirrors/foo/image:latest",
        "internal-registry-for-example.com/bar/image:latest",
    ]
    assert names(machine, "registry.com/image:latest") == [
        "mirror.registry.com/image:latest",
        "registry.com/image:latest",
    ]
    assert [place.endpoint.is_insecure for place in places(machine, "example.com/foo/image")] == [False, True, False]


def test_C23_the_longest_prefix_wins(machine: Machine) -> None:
    machine.write_system(
        "containers/registries.conf",
        "".join(
            f'[[registry]]\nprefix = "{prefix}"\nlocation = "{location}"\n'
            for prefix, location in (
                ("*.example.com", "wild.example"),
                ("a.example.com", "a.example"),
                ("a.example.com/team", "team.example/x"),
                ("a.example.com/team/app:1", "app.example/one:1"),
            )
        ),
    )
    assert names(machine, "b.example.com/app") == ["wild.example/app:latest"]
    assert names(machine, "a.example.com/app") == ["a.example/app:latest"]
    assert names(machine, "a.example.com/team/app") == ["team.example/x/app:latest"]
    assert names(machine, "a.example.com/team/app:1") == ["app.example/one:1"]


@pytest.mark.parametrize(
    ("setting", "by_tag", "by_digest"),
    [("all", True, True), ("digest-only", False, True), ("tag-only", True, False)],
)
def test_C23_a_mirror_is_asked_only_for_what_it_is_for(
    machine: Machine, setting: str, by_tag: bool, by_digest: bool
) -> None:
    machine.write_system(
        "containers/registries.conf",
        f"""
        [[registry]]
        location = "a.example"
        [[registry.mirror]]
        location = "m.example"
        pull-from-mirror = "{setting}"
        """,
    )
    assert [place.is_mirror for place in places(machine, "a.example/app:1")] == ([True] if by_tag else []) + [False]
    by_digest_places = places(machine, f"a.example/app@{_DIGEST}")
    assert [place.is_mirror for place in by_digest_places] == ([True] if by_digest else []) + [False]


def test_C23_mirrors_of_docker_are_for_docker_hub_only(machine: Machine) -> None:
    machine.write_user("docker/daemon.json", json.dumps({"registry-mirrors": ["http://m.example:5000/cache"]}))
    mirror, itself = places(machine, "nginx")
    assert str(mirror.reference) == "m.example:5000/library/nginx:latest"
    assert (mirror.endpoint.schemes, mirror.endpoint.path) == (("http",), "/cache")
    assert itself.endpoint.host == "registry-1.docker.io"
    assert names(machine, "ghcr.io/team/app") == ["ghcr.io/team/app:latest"]


def test_C23_mirrors_of_docker_come_after_those_of_podman(machine: Machine) -> None:
    machine.write_user("docker/daemon.json", json.dumps({"registry-mirrors": ["https://d.example"]}))
    machine.write_user(
        "containers/registries.conf",
        '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "p.example/hub"\n',
    )
    assert names(machine, "nginx") == [
        "p.example/hub/library/nginx:latest",
        "d.example/library/nginx:latest",
        "docker.io/library/nginx:latest",
    ]


def test_C23_docker_hub_moved_elsewhere_has_no_mirrors_of_docker(machine: Machine) -> None:
    machine.write_user("docker/daemon.json", json.dumps({"registry-mirrors": ["https://d.example"]}))
    machine.write_user("containers/registries.conf", '[[registry]]\nprefix = "docker.io"\nlocation = "p.example/hub"\n')
    assert names(machine, "nginx") == ["p.example/hub/library/nginx:latest"]


def test_C23_a_blocked_registry_is_refused_with_the_file_that_says_so(machine: Machine) -> None:
    path = machine.write_system(
        "containers/registries.conf", '[[registry]]\nlocation = "a.example/secret"\nblocked = true\n'
    )
    with pytest.raises(SourceError) as raised:
        places(machine, "a.example/secret/app:1")
    assert raised.value.message == f"a.example/secret/app:1 may not be pulled: {path} blocks a.example/secret"
    assert raised.value.exit_code == 3
    assert names(machine, "a.example/other/app:1") == ["a.example/other/app:1"]


def test_C23_a_location_that_makes_no_name_is_told(machine: Machine) -> None:
    path = machine.write_system(
        "containers/registries.conf", '[[registry]]\nprefix = "a.example/app"\nlocation = "b.example"\n'
    )
    with pytest.raises(UsageError, match=r"says that a\.example/app:1 is at b\.example:1, which is no") as raised:
        places(machine, "a.example/app:1")
    assert str(path) in raised.value.message


def test_C24_registries_are_insecure_by_option_and_by_either_file(machine: Machine) -> None:
    machine.write_user("docker/daemon.json", json.dumps({"insecure-registries": ["d.example:5000"]}))
    machine.write_user("containers/registries.conf", '[[registry]]\nlocation = "p.example"\ninsecure = true\n')
    for name in ("d.example:5000/app", "p.example/app", "O.example/app"):
        (place,) = places(machine, name, "o.example")
        assert place.endpoint.schemes == ("https", "http"), name
        assert place.endpoint.is_insecure
    (place,) = places(machine, "d.example/app", "o.example")
    assert not place.endpoint.is_insecure
