"""Which packages only a build needs, by the names that distributions give them.

Names are those of Debian and Ubuntu, Alpine, Fedora and its relatives, openSUSE, Arch and OpenWrt.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Purpose = Literal["compiler", "development", "build-tool", "version-control", "build-set", "installer"]

PURPOSES_OF_BUILDS: Final = frozenset(("compiler", "development", "build-tool", "version-control", "build-set"))
"""What has no use once everything is built; installers are told apart, for some services install what they run."""

_VERSIONED: Final = r"(-?\d+(\.\d+)*)?(-(x86-64|aarch64|arm|i686)[a-z0-9-]*)?"
_COMPILERS: Final = re.compile(
    rf"(gcc|g\+\+|cpp|gfortran|gnat|gdc|gobjc|gobjc\+\+|gccgo|clang|llvm|lld|tcc|rust|rustc|cargo|go|golang|ghc|fpc|ldc|nasm|yasm)"
    rf"{_VERSIONED}(-go|-src|-bin|-runtime|-linker-tools|-tools)?"
    r"|build-essential|build-base|binutils(-common|-x86-64-linux-gnu|-aarch64-linux-gnu|-gold|-[a-z0-9-]+)?"
    r"|libbinutils|lib(cc1|gprofng|ctf|ctf-nobfd)-?\d+|lib(gcc|stdc\+\+|gfortran|clang-common|clang-cpp)-?\d+(\.\d+)?-dev"
    r"|musl-tools|gcc\d*-c\+\+|alpine-sdk|base-devel|patterns-devel-base-devel_(basis|C_C\+\+)"
)
_DEVELOPMENT: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.+_~:-]*-(dev|devel|headers|dev-bin)|linux-libc-dev|linux-headers[A-Za-z0-9.+_~-]*|linux-api-headers"
)
_BUILD_TOOLS: Final = re.compile(
    r"(g|b|re)?make(-guile|dev)?|cmake(-data|-filesystem|-rpm-macros|-full)?|extra-cmake-modules|meson|muon|samu(rai)?"
    r"|ninja(-build)?|autoconf(\d+(\.\d+)*|-archive|-wrapper)?|automake(-?\d+(\.\d+)*|-wrapper)?|autotools-dev|autopoint"
    r"|libtool(-bin)?|pkg-config|pkgconf(-bin|-m4|-pkg-config)?|m4|bison(-runtime)?|flex|byacc|re2c|ragel|gperf|swig[\d.]*"
    r"|gettext(-dev(el)?|-tools)?|intltool|po-debconf|help2man|texinfo|doxygen|xmlto|scons|bazel(isk)?|waf|ant|maven|gradle"
    r"|sbt|ccache|distcc|patch(utils)?|quilt|diffstat|dpkg-dev|devscripts|equivs|checkinstall|fakeroot|libfakeroot"
    r"|debhelper|dh-[a-z0-9-]+|libdebhelper-perl|strip-nondeterminism|libfile-stripnondeterminism-perl|lintian|debugedit"
    r"|abuild|rpm-build|rpmdevtools|redhat-rpm-config|annobin[a-z-]*|dwz|cython3?|py3-cython|python3-build|chrpath|patchelf"
)
_VERSION_CONTROL: Final = re.compile(
    r"git(-core|-core-doc|-man|-doc|-init-template|-perl|-lfs|-svn)?|perl-git|perl-Git|subversion(-libs|-perl)?"
    r"|mercurial(-common)?|bzr|breezy|python3-breezy|cvs|fossil|darcs"
)
_INSTALLERS: Final = re.compile(
    r"python3?[\d.]*-(pip|setuptools|wheel|pip-wheel|setuptools-wheel|wheel-wheel)(-whl)?|py3-(pip|setuptools|wheel)(-pyc)?"
    r"|pipx|npm|nodejs-npm|node-corepack|yarn(pkg)?|corepack|pnpm|composer|(ruby-)?bundler|rubygem-bundler|gem"
)
_VIRTUAL: Final = re.compile(r"\.[A-Za-z0-9.+_~-]+")
_BY_PURPOSE: Final[tuple[tuple[Purpose, re.Pattern[str]], ...]] = (
    ("compiler", _COMPILERS),
    # Some tools are called like development packages: dpkg-dev, autotools-dev.
    ("build-tool", _BUILD_TOOLS),
    ("version-control", _VERSION_CONTROL),
    ("installer", _INSTALLERS),
    ("development", _DEVELOPMENT),
)


def purpose_of(name: str) -> Purpose | None:
    """Return what a distribution's package `name` is for, if a running service hardly ever needs it."""
    return next((purpose for purpose, names in _BY_PURPOSE if names.fullmatch(name)), None)


def is_virtual(name: str) -> bool:
    """Tell whether `apk add --virtual` may have made the set `name` of packages for a build.

    Official images keep those for running, such as `.php-rundeps`.
    """
    return _VIRTUAL.fullmatch(name) is not None and "run" not in name
