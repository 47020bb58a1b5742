"""Which package manager an image has, and how it is told to do things: advice names no program that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.rules._commands import can_run


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageManager:
    """A package manager by its `program`, for packages of the type `kind`; `{0}` in its commands stands for names.

    `install` leaves nothing behind but what was asked for; `build` removes that again in the end. Both work in base
    images, which ship no package lists. `undocumented` says how to install without documentation.
    """

    program: str
    kind: str
    install: str
    build: str
    undocumented: str | None = None


_DPKG_EXCLUDES: Final = (
    "start from a -slim base image, or first of all: "
    "RUN printf 'path-exclude=/usr/share/%s/*\\n' doc man info locale > /etc/dpkg/dpkg.cfg.d/slim "
    "&& echo 'path-include=/usr/share/doc/*/copyright' >> /etc/dpkg/dpkg.cfg.d/slim"
)
# In the order in which they are taken: where dnf is, yum is a name of it.
_MANAGERS: Final = (
    PackageManager(
        program="apt-get",
        kind="deb",
        install="apt-get update && apt-get install -y --no-install-recommends {0} && rm -rf /var/lib/apt/lists/*",
        build="apt-get update && apt-get install -y {0} && … && apt-get purge -y --auto-remove {0} "
        "&& rm -rf /var/lib/apt/lists/*",
        undocumented=_DPKG_EXCLUDES,
    ),
    PackageManager(
        program="apk",
        kind="apk",
        install="apk add --no-cache {0}",
        build="apk add --no-cache --virtual .build {0} && … && apk del .build",
        undocumented="do not install -doc packages",
    ),
    PackageManager(
        program="dnf",
        kind="rpm",
        install="dnf install -y {0} && dnf clean all",
        build="dnf install -y {0} && … && dnf remove -y {0} && dnf clean all",
        undocumented="install with: dnf install --setopt=tsflags=nodocs --setopt=install_weak_deps=False",
    ),
    PackageManager(
        program="microdnf",
        kind="rpm",
        install="microdnf install -y {0} && microdnf clean all",
        build="microdnf install -y {0} && … && microdnf remove -y {0} && microdnf clean all",
        undocumented="install with: microdnf install --nodocs --setopt=install_weak_deps=0",
    ),
    PackageManager(
        program="tdnf",
        kind="rpm",
        install="tdnf install -y {0} && tdnf clean all",
        build="tdnf install -y {0} && … && tdnf autoremove -y {0} && tdnf clean all",
        undocumented="install with: tdnf install --setopt=tsflags=nodocs",
    ),
    PackageManager(
        program="yum",
        kind="rpm",
        install="yum install -y {0} && yum clean all",
        build="yum install -y {0} && … && yum autoremove -y {0} && yum clean all",
        undocumented="install with: yum install --setopt=tsflags=nodocs",
    ),
    PackageManager(
        program="zypper",
        kind="rpm",
        install="zypper -n install --no-recommends {0} && zypper clean -a",
        build="zypper -n install {0} && … && zypper -n remove --clean-deps {0} && zypper clean -a",
        undocumented="set rpm.install.excludedocs = yes in /etc/zypp/zypp.conf first of all, "
        "and install with: zypper -n install --no-recommends",
    ),
    PackageManager(
        program="pacman",
        kind="alpm",
        install="pacman -Sy --noconfirm {0} && rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*",
        build="pacman -Sy --noconfirm {0} && … && pacman -Rns --noconfirm {0} "
        "&& rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*",
    ),
    PackageManager(
        program="opkg",
        kind="opkg",
        install="opkg update && opkg install {0}",
        build="opkg update && opkg install {0} && … && opkg remove --autoremove {0}",
    ),
)
# By what os-release calls a distribution or its like, where the image itself tells nothing.
_USUAL: Final = {
    **dict.fromkeys(("suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles"), "zypper"),
    **dict.fromkeys(("photon", "mariner", "azurelinux"), "tdnf"),
}


def package_manager(image: InspectedImage) -> PackageManager | None:
    """Return the package manager that a RUN on top of the image can call, None where there is none.

    One for packages of another type than those of the image does not count: Debian has a package of dnf.
    """
    kinds = {package.type for package in image.distribution_packages}
    fitting = (each for each in _MANAGERS if not kinds or each.kind in kinds)
    return next((each for each in fitting if can_run(image, each.program)), None)


def package_manager_for(image: InspectedImage, kind: str) -> PackageManager | None:
    """Return what a RUN of the image's own history installed packages of the type `kind` with.

    It may be gone since: then it is the usual one of the distribution.
    """
    found = package_manager(image)
    if found is not None and found.kind == kind:
        return found
    names = (image.distro.id, *(image.distro.id_like or "").split())
    usual = next((_USUAL[name] for name in names if name in _USUAL), None)
    candidates = [each for each in _MANAGERS if each.kind == kind]
    return next((each for each in candidates if each.program == usual), next(iter(candidates), None))
