"""Distributions from the time before os-release, and images that are none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.probes import no_distribution, release_files
from imgscope.report import Distro
from tests.support.images import Entry, directory, file, hard_link, symlink
from tests.support.memory import tree_of

OPENWRT = "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.7'\nDISTRIB_DESCRIPTION='OpenWrt 19.07.7 r11306-c4a6851c72'\n"
UBUNTU = 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\nDISTRIB_DESCRIPTION="Ubuntu 10.04.4 LTS"\n'


def distro_of(tree: FileTree) -> Distro | None:
    """What the probe makes of the image."""
    found = [*release_files.PROBE.find(tree), *no_distribution.PROBE.find(tree)]
    return next((fact for fact in found if isinstance(fact, Distro)), None)


@pytest.mark.parametrize(
    ("path", "content", "identity", "version", "codename", "end_of_life"),
    [
        ("etc/alpine-release", "3.19.1\n", "alpine", "3.19.1", None, "2025-11-01"),
        ("etc/alpine-release", "2.7.9\n", "alpine", "2.7.9", None, "2015-11-01"),
        ("etc/openwrt_release", OPENWRT, "openwrt", "19.07.7", None, "2022-04-30"),
        ("etc/lsb-release", UBUNTU, "ubuntu", "10.04", "lucid", None),
        ("etc/centos-release", "CentOS release 6.10 (Final)\n", "centos", "6.10", "Final", "2020-11-30"),
        (
            "etc/redhat-release",
            "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n",
            "rhel",
            "6.10",
            "Santiago",
            "2020-11-30",
        ),
        ("etc/fedora-release", "Fedora release 20 (Heisenbug)\n", "fedora", "20", "Heisenbug", None),
        ("etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03", None, "2023-12-31"),
        ("etc/photon-release", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n", "photon", "4.0", None, None),
        ("etc/mariner-release", "CBL-Mariner 2.0.20231130\n", "mariner", "2.0.20231130", None, "2025-07-31"),
        ("etc/gentoo-release", "Gentoo Base System release 2.15\n", "gentoo", "2.15", None, None),
        ("etc/slackware-version", "Slackware 15.0\n", "slackware", "15.0", None, None),
        ("etc/SuSE-release", "openSUSE 13.1 (x86_64)\nVERSION = 13.1\n", "opensuse", "13.1", None, None),
        ("etc/debian_version", "12.5\n", "debian", "12.5", None, "2028-06-30"),
        ("etc/debian_version", "trixie/sid\n", "debian", None, "trixie", None),
        ("etc/arch-release", "", "arch", None, None, None),
    ],
)
def test_C51_an_older_file_tells_the_distribution(
    path: str, content: str, identity: str, version: str | None, codename: str | None, end_of_life: str | None
) -> None:
    distro = distro_of(tree_of((file(path, content),)))
    assert distro is not None
    assert (distro.id, distro.version_id, distro.codename, distro.end_of_life) == (
        identity,
        version,
        codename,
        end_of_life,
    )
    assert distro.evidence == f"/{path}"


def test_a_file_that_only_this_distribution_has_is_surer_than_one_that_descendants_have_as_well() -> None:
    sure = distro_of(tree_of((file("etc/alpine-release", "3.19.1"), file("etc/debian_version", "12.5"))))
    unsure = distro_of(tree_of((file("etc/debian_version", "12.5"),)))
    assert sure is not None
    assert unsure is not None
    assert (sure.id, sure.confidence, unsure.confidence) == ("alpine", "medium", "low")


def test_the_file_may_be_a_link_to_usr_lib() -> None:
    tree = tree_of(
        (
            file("usr/lib/fedora-release", "Fedora release 20 (Heisenbug)"),
            symlink("etc/fedora-release", "../usr/lib/fedora-release"),
        )
    )
    distro = distro_of(tree)
    assert distro is not None
    assert distro.pretty_name == "Fedora release 20 (Heisenbug)"


def test_where_there_is_an_os_release_older_files_are_not_asked() -> None:
    assert not list(
        release_files.PROBE.find(tree_of((file("etc/os-release", "ID=x"), file("etc/debian_version", "12"))))
    )


@given(st.binary(max_size=200))
def test_whatever_the_files_hold_there_is_no_crash(content: bytes) -> None:
    for path in ("etc/alpine-release", "etc/lsb-release", "etc/redhat-release", "etc/debian_version"):
        distro = distro_of(tree_of((file(path, content), file("bin/sh"))))
        assert distro is None or distro.evidence == f"/{path}"


@pytest.mark.parametrize(
    ("entries", "identity"),
    [
        ((file("bin/busybox", "x"), hard_link("bin/sh", "bin/busybox")), "busybox"),
        ((file("bin/[", "x"), hard_link("bin/sh", "bin/["), hard_link("bin/ls", "bin/[")), "busybox"),
        ((file("nix/store/abc-bash/bin/bash", "x"),), "nix"),
        ((file("app", "x"),), "scratch"),
        ((file("bin/sh", "x"), file("bin/ls", "y")), None),
        ((file("app", "x"), directory("var/lib/dpkg")), None),
        ((), None),
    ],
    ids=["busybox", "busybox under other names", "nix", "scratch", "a shell", "a package database", "nothing"],
)
def test_an_image_without_a_distribution_is_told_for_what_it_is(
    entries: tuple[Entry, ...], identity: str | None
) -> None:
    distro = distro_of(tree_of(entries))
    assert (distro.id if distro else None) == identity


@pytest.mark.parametrize(
    "release",
    [
        file("etc/os-release", 'NAME="My Linux"\nVERSION_ID=3\n'),
        file("usr/lib/os-release", "ID=mine"),
        file("etc/alpine-release", "3.19.1\n"),
        file("etc/debian_version", "12.5\n"),
    ],
)
@pytest.mark.parametrize("others", [(file("bin/busybox", "x"),), (file("app", "x"),)], ids=["busybox", "no shell"])
def test_an_image_that_names_its_distribution_however_unsurely_is_not_said_to_have_none(
    release: Entry, others: tuple[Entry, ...]
) -> None:
    assert list(no_distribution.PROBE.find(tree_of((release, *others)))) == []


def test_a_release_file_that_names_nothing_does_not_hide_what_the_image_is() -> None:
    (scratch,) = no_distribution.PROBE.find(tree_of((file("etc/os-release"), file("app", "x"))))
    assert isinstance(scratch, Distro)
    assert scratch.id == "scratch"
    assert scratch.evidence == "no name in /etc/os-release, no package database and no shell"


def test_a_release_file_that_could_not_be_kept_may_name_a_distribution() -> None:
    tree = tree_of((file("etc/elsewhere", "ID=mine"), hard_link("etc/os-release", "etc/elsewhere"), file("app", "x")))
    tree.layers[0].captured.clear()
    assert list(no_distribution.PROBE.find(tree)) == []


def test_of_an_image_that_was_not_read_to_its_end_nothing_is_said_to_be_missing() -> None:
    layers = [msgspec.structs.replace(layer, error="ends early") for layer in tree_of((file("app", "x"),)).layers]
    assert distro_of(stack(layers)) is None


def test_every_date_in_the_file_can_be_read() -> None:
    """A date that is no date, or a release that is no text, is a mistake in the file."""
    from imgscope.probes._end_of_life import _releases

    dates = [date for releases in _releases().values() for date in releases.values()]
    assert len(dates) > 100
    assert all(len(date) == len("2026-01-31") for date in dates)
    assert Path(release_files.__file__).with_name("end_of_life.toml").is_file()


def test_centos_stream_is_told_from_centos_by_its_name() -> None:
    from imgscope.probes._end_of_life import end_of_life

    assert end_of_life("centos", "8", "CentOS Linux 8") == "2021-12-31"
    assert end_of_life("centos", "8", "CentOS Stream 8") == "2024-05-31"
    assert end_of_life("nobody", "1") is None
    assert end_of_life("debian", None) is None
