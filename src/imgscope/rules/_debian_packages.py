"""Which package of Debian and Ubuntu has a library: by the rule of Debian's policy, and where that does not hold.

The policy (section 8.1) names packages after the SONAME, `libpq.so.5` after it `libpq5`; libraries with sources of one
package, and names older than the policy, differ. Taken from the `shlibs` files of Debian 12.
"""

from __future__ import annotations

import re
from typing import Final

from imgscope.report import Distro

LIBRARY: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9_+.-]*[A-Za-z0-9+])?)\.so(?:\.(?P<version>[0-9]+(?:\.[0-9]+)*))?"
)
"""A name that libraries of distributions have: one that is safe in a command."""

_NAMES: Final = {
    r"ld-linux.*": "libc6",
    r"lib(?:m|dl|rt|pthread|resolv|util|anl|mvec|thread_db|BrokenLocale|c_malloc_debug)\.so\.\d": "libc6",
    r"libn(?:sl\.so\.1|ss_(?:compat|dns|files|hesiod)\.so\.2)": "libc6",
    r"libz\.so\.1": "zlib1g",
    r"libbz2\.so\.1": "libbz2-1.0",
    r"lib(?:ssl|crypto)\.so\.(\d[\d.]*)": r"libssl\1",
    r"lib(?:ssl3|smime3|nssutil3|softokn3|freebl3)\.so": "libnss3",
    r"lib(?:plc4|plds4)\.so": "libnspr4",
    r"libicu(?:uc|i18n|data|io|tu|test)\.so\.(\d+)": r"libicu\1",
    r"libpython(3\.\d+)m?\.so\.1\.0": r"libpython\1",
    r"libruby-(\d\.\d)\.so\.\d\.\d": r"libruby\1",
    r"libLLVM-(\d+)\.so(?:\.1)?": r"libllvm\1",
    r"libabsl_\w+\.so\.(\d+)": r"libabsl\1",
    r"libxerces-c-(\d\.\d)\.so": r"libxerces-c\1",
    r"libxml2\.so\.2": "libxml2",
    r"lib(?:xslt\.so\.1|exslt\.so\.0)": "libxslt1.1",
    r"lib(xmlsec1(?:-[a-z]+)?)\.so\.1": r"lib\1",
    r"libssh\.so\.4": "libssh-4",
    r"libcurl-gnutls\.so\.4": "libcurl3-gnutls",
    r"libcares\.so\.2": "libc-ares2",
    r"libbrotli(?:common|dec|enc)\.so\.1": "libbrotli1",
    r"lib(?:ldap|lber)(?:_r)?-(2\.\d)\.so\.(\d)": r"libldap-\1-\2",
    r"liblber\.so\.2": "libldap2",
    r"libpam(?:c|_misc)?\.so\.0": "libpam0g",
    r"libe2p\.so\.2": "libext2fs2",
    r"libhistory\.so\.(\d)": r"libreadline\1",
    r"lib(?:form|menu|panel)(w?)\.so\.(\d)": r"libncurses\1\2",
    r"libtic\.so\.(\d)": r"libtinfo\1",
    r"libpcreposix\.so\.3": "libpcre3",
    r"libgmpxx\.so\.4": "libgmpxx4ldbl",
    r"libfftw3(?:_\w+)?\.so\.3": "libfftw3-double3",
    r"libfftw3f(?:_\w+)?\.so\.3": "libfftw3-single3",
    r"libgeos_c\.so\.1": "libgeos-c1v5",
    r"libsnappy\.so\.1": "libsnappy1v5",
    r"lib(?:tcmalloc|profiler)\.so\.(\d)": r"libgoogle-perftools\1",
    r"libunwind-[a-z0-9_]+\.so\.\d+": "libunwind8",
    r"libOpenCL\.so\.1": "ocl-icd-libopencl1",
    r"lib(?:glib|gobject|gio|gmodule|gthread)-2\.0\.so\.0": "libglib2.0-0",
    r"lib(atk|atk-bridge)-(\d\.0)\.so\.0": r"lib\1\2-0",
    r"libatspi\.so\.0": "libatspi2.0-0",
    r"libg[dt]k-x11-2\.0\.so\.0": "libgtk2.0-0",
    r"libgdk-3\.so\.0": "libgtk-3-0",
    r"libgst(?:reamer|base|check|controller|net)-1\.0\.so\.0": "libgstreamer1.0-0",
    r"libgst[a-z]+-1\.0\.so\.0": "libgstreamer-plugins-base1.0-0",
    r"libsoup-2\.4\.so\.1": "libsoup2.4-1",
    r"librsvg-2\.so\.2": "librsvg2-2",
    r"libharfbuzz\.so\.0": "libharfbuzz0b",
    r"libjpeg\.so\.62": "libjpeg62-turbo",
    r"libvorbis\.so\.0": "libvorbis0a",
    r"libpulse-simple\.so\.0": "libpulse0",
    r"libGLU\.so\.1": "libglu1-mesa",
    r"libGLESv1_CM\.so\.1": "libgles1",
    r"libGLESv2\.so\.2": "libgles2",
    r"libGLdispatch\.so\.0": "libglvnd0",
    r"libglapi\.so\.0": "libglapi-mesa",
    r"libQt5Core\.so\.5": "libqt5core5a",
}
_UNUSUAL: Final = tuple((re.compile(library), package) for library, package in _NAMES.items())
_UBUNTU: Final = {"libjpeg62-turbo": "libjpeg62"}
# Packages with times of 64 bits provide the names without t64; of this name, another package does, too.
_WITH_T64: Final = {"libasound2": "libasound2t64"}
_FIRST_WITH_T64: Final = {"debian": (13,), "ubuntu": (24, 4)}
# From Debian 12 and Ubuntu 22.04 on, so that the name in the advice can be relied on.
_IN_EVERY_RELEASE: Final = frozenset(
    """
    libacl1 libarchive13 libargon2-1 libasound2 libasound2t64 libatk-bridge2.0-0 libatk1.0-0 libatomic1 libatspi2.0-0
    libattr1 libaudit1 libblas3 libblkid1 libbrotli1 libbsd0 libbz2-1.0 libc-ares2 libc6 libcairo-gobject2 libcairo2
    libcap-ng0 libcap2 libcom-err2 libcrypt1 libcups2 libcurl3-gnutls libcurl4 libdb5.3 libdbus-1-3 libdbus-glib-1-2
    libdrm2 libedit2 libegl1 libelf1 libenchant-2-2 libepoxy0 libevent-2.1-7 libevent-core-2.1-7
    libevent-openssl-2.1-7 libevent-pthreads-2.1-7 libexif12 libexpat1 libext2fs2 libffi8 libfftw3-double3
    libfftw3-single3 libfontconfig1 libfreetype6 libfribidi0 libfuse2 libgbm1 libgcc-s1 libgcrypt20 libgd3
    libgdbm-compat4 libgdbm6 libgdk-pixbuf-2.0-0 libgfortran5 libgif7 libgl1 libgles1 libgles2 libglib2.0-0
    libglu1-mesa libglvnd0 libglx0 libgmp10 libgmpxx4ldbl libgnutls30 libgomp1 libgoogle-perftools4 libgpg-error0
    libgpgme11 libgraphite2-3 libgssapi-krb5-2 libgstreamer-plugins-base1.0-0 libgstreamer1.0-0 libgtk-3-0 libgtk-4-1
    libgtk2.0-0 libharfbuzz-icu0 libharfbuzz0b libheif1 libhogweed6 libibverbs1 libice6 libidn12 libidn2-0 libjansson4
    libjemalloc2 libjpeg62-turbo libjson-c5 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 liblapack3 liblcms2-2
    libltdl7 liblz4-1 liblzma5 libmagic1 libmariadb3 libmaxminddb0 libmemcached11 libmicrohttpd12 libmount1
    libmp3lame0 libmpc3 libmpfr6 libncurses6 libncursesw6 libnettle8 libnghttp2-14 libnotify4 libnsl2 libnspr4 libnss3
    libnuma1 libogg0 libonig5 libopenblas0 libopengl0 libopenjp2-7 libopus0 libp11-kit0 libpam0g libpango-1.0-0
    libpangocairo-1.0-0 libpangoft2-1.0-0 libpcap0.8 libpci3 libpciaccess0 libpcre2-8-0 libpcsclite1 libpixman-1-0
    libpng16-16 libpopt0 libportaudio2 libpq5 libpsl5 libpulse0 libqt5core5a libqt5dbus5 libqt5gui5 libqt5network5
    libqt5widgets5 libquadmath0 librdkafka1 librdmacm1 libreadline8 librsvg2-2 librtmp1 libsasl2-2 libsdl2-2.0-0
    libseccomp2 libsecret-1-0 libselinux1 libsm6 libsnappy1v5 libsndfile1 libsodium23 libsqlite3-0 libssh-4 libssh2-1
    libssl3 libstdc++6 libsybdb5 libsystemd0 libtasn1-6 libtcl8.6 libtcmalloc-minimal4 libthai0 libtinfo6 libtirpc3
    libtk8.6 libudev1 libunwind8 libusb-1.0-0 libuuid1 libuv1 libva-drm2 libva2 libvdpau1 libvorbis0a libvorbisenc2
    libvorbisfile3 libvulkan1 libwayland-client0 libwayland-cursor0 libwayland-egl1 libwayland-server0 libwebp7
    libwebpdemux2 libwebpmux3 libwrap0 libx11-6 libx11-xcb1 libxau6 libxaw7 libxcb-dri2-0 libxcb-dri3-0 libxcb-glx0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-present0 libxcb-randr0 libxcb-render-util0 libxcb-render0
    libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xinerama0 libxcb-xinput0 libxcb-xkb1
    libxcb1 libxcomposite1 libxcursor1 libxdamage1 libxdmcp6 libxext6 libxfixes3 libxft2 libxi6 libxinerama1
    libxkbcommon-x11-0 libxkbcommon0 libxml2 libxmlsec1 libxmlsec1-openssl libxmu6 libxpm4 libxrandr2 libxrender1
    libxshmfence1 libxslt1.1 libxss1 libxt6 libxtst6 libxv1 libxxf86vm1 libxxhash0 libyaml-0-2 libzmq5 libzstd1
    ocl-icd-libopencl1 zlib1g
    """.split()
)


def debian_package(library: str, distro: Distro) -> str:
    """Return the package that has `library`, a name that `LIBRARY` matches, in the release of Debian or Ubuntu."""
    unusual = (match.expand(package) for pattern, package in _UNUSUAL if (match := pattern.fullmatch(library)))
    package = next(unusual, None) or _by_rule(library)
    if distro.id == "ubuntu":
        package = _UBUNTU.get(package, package)
    return _WITH_T64.get(package, package) if _has_times_of_64_bits(distro) else package


def is_in_every_release(package: str) -> bool:
    """Tell whether every release of Debian and Ubuntu that is supported has `package`, or one that provides it."""
    return package in _IN_EVERY_RELEASE


def _has_times_of_64_bits(distro: Distro) -> bool:
    first = _FIRST_WITH_T64.get(distro.id)
    numbers = [int(each) for each in (distro.version_id or "").split(".") if each.isdecimal() and len(each) < 5]
    # What is not released yet has no number.
    return first is not None and (not numbers or tuple(numbers) >= first)


def _by_rule(library: str) -> str:
    match = LIBRARY.fullmatch(library)
    if match is None:
        return library
    stem, version = match["name"].lower().replace("_", "-"), match["version"] or ""
    return f"{stem}{'-' if version and stem[-1].isdigit() else ''}{version}"
