"""Advice on packages that only a build needs: in the words of whoever wrote the Dockerfile."""

from __future__ import annotations

import pytest

from tests.support.images import BuiltLayer, Entry, file, layer
from tests.support.memory import inspect
from tests.support.rpm_headers import header, sqlite_of

FIRST_STAGE = "build in a first stage and COPY --from it"
RUN = "RUN /bin/sh -c install # buildkit"
NEEDS = {"build-essential": "gcc, libc6-dev", "gcc": "gcc-12 (>= 12), cpp", "gcc-12": "binutils", "npm": "libssl-dev"}


def fixes(*layers: BuiltLayer) -> list[str | None]:
    return [finding.fix for finding in inspect(*layers).report.findings]


def dpkg(*names: str, automatic: str | None = None) -> tuple[Entry, ...]:
    """Debian's database, in which packages need what `NEEDS` says, and what apt has installed by itself."""
    status = file(
        "var/lib/dpkg/status",
        "".join(
            f"Package: {name}\nStatus: install ok installed\nVersion: 1\nDepends: {NEEDS.get(name, '')}\n\n"
            for name in names
        ),
    )
    if automatic is None:
        return (status,)
    states = "".join(f"Package: {name}\nAuto-Installed: 1\n\n" for name in automatic.split())
    return status, file("var/lib/apt/extended_states", states)


def apk(installed: str, world: str) -> tuple[Entry, ...]:
    return file("lib/apk/db/installed", installed), file("etc/apk/world", world)


def test_the_package_that_was_asked_for_is_named_and_not_what_it_brought() -> None:
    entries = dpkg("build-essential", "gcc", "gcc-12", "binutils", automatic="gcc gcc-12 binutils")
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix == (
        f"{FIRST_STAGE}, or in one RUN: apt-get update && apt-get install -y build-essential && … "
        "&& apt-get purge -y --auto-remove build-essential && rm -rf /var/lib/apt/lists/*"
    )


def test_without_a_record_it_is_what_no_other_build_package_needs() -> None:
    (fix,) = fixes(layer(*dpkg("gcc", "gcc-12", "binutils"), created_by=RUN))
    assert fix is not None
    assert "apt-get install -y gcc && … && apt-get purge -y --auto-remove gcc &&" in fix


def test_what_came_along_with_something_that_may_be_needed_is_not_purged_with_it() -> None:
    (fix,) = fixes(layer(*dpkg("npm", "libssl-dev", automatic="libssl-dev"), created_by=RUN))
    assert fix == f"{FIRST_STAGE}: they came along with npm"


def test_what_was_there_before_did_not_bring_it() -> None:
    below = layer(*dpkg("npm", automatic=""), created_by=RUN)
    (fix,) = fixes(below, layer(*dpkg("npm", "libssl-dev", automatic="libssl-dev"), created_by=RUN))
    assert fix == FIRST_STAGE


def test_where_no_command_installed_them_a_smaller_base_image_helps() -> None:
    (fix,) = fixes(layer(*dpkg("gcc"), created_by="ADD root.tar / # buildkit"))
    assert fix == f"{FIRST_STAGE}, on a base image that has no build tools, such as the -slim variant"


def test_many_names_are_cut_short() -> None:
    (fix,) = fixes(layer(*dpkg("clang", "lld", "nasm", "rustc", "tcc", automatic=""), created_by=RUN))
    assert fix is not None
    assert "apt-get install -y clang lld nasm rustc … &&" in fix


def test_alpine_has_a_command_of_its_own() -> None:
    entries = apk("P:gcc\nV:1\nD:binutils so:libc.so\n\nP:binutils\nV:1\n", "gcc=1\n")
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix == f"{FIRST_STAGE}, or in one RUN: apk add --no-cache --virtual .build gcc && … && apk del .build"


@pytest.mark.parametrize(
    ("os_release", "command"),
    [
        ("ID=fedora", "dnf install -y gcc && … && dnf remove -y gcc && dnf clean all"),
        ('ID=rocky\nID_LIKE="rhel centos fedora"', "dnf install -y gcc && … && dnf remove -y gcc && dnf clean all"),
        (
            'ID=opensuse-leap\nID_LIKE="suse opensuse"',
            "zypper -n install gcc && … && zypper -n remove --clean-deps gcc && zypper clean -a",
        ),
        ("ID=photon", "tdnf install -y gcc && … && tdnf autoremove -y gcc && tdnf clean all"),
    ],
)
def test_distributions_with_rpm_have_the_commands_of_their_package_managers(os_release: str, command: str) -> None:
    packages = [header({1000: "gcc", 1001: "13", 1049: ["cpp"]}), header({1000: "cpp", 1001: "13"})]
    entries = file("var/lib/rpm/rpmdb.sqlite", sqlite_of(packages)), file("etc/os-release", os_release)
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix == f"{FIRST_STAGE}, or in one RUN: {command}"


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("microdnf", "microdnf install -y gcc && … && microdnf remove -y gcc && microdnf clean all"),
        ("tdnf", "tdnf install -y gcc && … && tdnf autoremove -y gcc && tdnf clean all"),
        ("yum", "yum install -y gcc && … && yum autoremove -y gcc && yum clean all"),
    ],
)
def test_the_package_manager_that_the_image_has_is_told(manager: str, command: str) -> None:
    entries = (
        file("var/lib/rpm/rpmdb.sqlite", sqlite_of([header({1000: "gcc", 1001: "13"})])),
        file("etc/os-release", "ID=fedora"),
        *(file(path, "x", mode=0o755) for path in ("bin/sh", f"usr/bin/{manager}")),
    )
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix == f"{FIRST_STAGE}, or in one RUN: {command}"


def test_names_that_packages_do_not_have_are_not_put_into_a_command() -> None:
    packages = "P:gcc\nV:1\nD:x-dev;id\n\nP:x-dev;id\nV:1\n"
    assert fixes(layer(*apk(packages, "x-dev;id=1\n"), created_by=RUN)) == [FIRST_STAGE]
    virtual = apk("P:.deps$(id)\nV:1\nD:gcc\n\nP:gcc\nV:1\nD:binutils\n\nP:binutils\nV:1\n", ".deps$(id)=1\n")
    assert fixes(layer(*virtual, created_by=RUN)) == [FIRST_STAGE]


def test_arch_and_OpenWrt_have_commands_of_their_own() -> None:
    arch = file("var/lib/pacman/local/gcc-1/desc", "%NAME%\ngcc\n\n%VERSION%\n1\n")
    openwrt = file("usr/lib/opkg/status", "Package: gcc\nVersion: 1\nStatus: install user installed\n")
    cleanup = "&& rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*"
    commands = [fixes(layer(each, created_by=RUN))[0] for each in (arch, openwrt)]
    assert commands == [
        f"{FIRST_STAGE}, or in one RUN: pacman -Sy --noconfirm gcc && … && pacman -Rns --noconfirm gcc {cleanup}",
        f"{FIRST_STAGE}, or in one RUN: opkg update && opkg install gcc && … && opkg remove --autoremove gcc",
    ]


def test_a_virtual_package_of_alpine_is_removed_where_it_was_made() -> None:
    entries = apk("P:.deps\nV:1\nD:gcc\n\nP:gcc\nV:1\nD:binutils\n\nP:binutils\nV:1\n", ".deps=1\n")
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix == f"{FIRST_STAGE}, or end the RUN that builds with: && apk del .deps"


def test_what_a_suggestion_would_keep_needs_an_option_of_apt() -> None:
    """Apt itself suggests dpkg-dev, which recommends compilers."""
    packages = {"apt": "Suggests: tool", "tool": "Recommends: gcc", "build-essential": "Depends: tool", "gcc": ""}
    status = "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\n{more}\n\n" for name, more in packages.items()
    )
    states = file(
        "var/lib/apt/extended_states", "Package: tool\nAuto-Installed: 1\n\nPackage: gcc\nAuto-Installed: 1\n"
    )
    (fix,) = fixes(layer(file("var/lib/dpkg/status", status), states, created_by=RUN))
    assert fix is not None
    assert "--auto-remove -o APT::AutoRemove::SuggestsImportant=false build-essential" in fix


def test_a_need_is_met_by_what_provides_it() -> None:
    entries = apk("P:build-base\nV:1\nD:cmd:cc\n\nP:gcc\nV:1\np:cmd:cc=12\n", "build-base\n")
    (fix,) = fixes(layer(*entries, created_by=RUN))
    assert fix is not None
    assert "--virtual .build build-base &&" in fix


def test_a_package_of_a_language_that_has_the_name_of_a_compiler_is_none() -> None:
    entries = (
        file("node_modules/yasm/package.json", '{"name": "yasm", "version": "1"}'),
        file("usr/lib/python3/site-packages/clang-1.dist-info/METADATA", "Name: clang\nVersion: 1\n"),
        file("node_modules/app-dev/package.json", '{"name": "app-dev", "version": "1", "dependencies": {"gcc": "1"}}'),
    )
    assert fixes(layer(*entries)) == []
    assert fixes(layer(*dpkg("gcc"), *entries, created_by=RUN)) == fixes(layer(*dpkg("gcc"), created_by=RUN))
