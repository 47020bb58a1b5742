"""Which package of Debian and Ubuntu has a library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.report import Distro
from imgscope.rules._debian_packages import LIBRARY, debian_package, is_in_every_release

# As the packages of Debian 12 say themselves in their `shlibs`.
BY_RULE = """
    libpq.so.5=libpq5 libGL.so.1=libgl1 libstdc++.so.6=libstdc++6 libgcc_s.so.1=libgcc-s1 libX11.so.6=libx11-6
    libbz2.so.1.0=libbz2-1.0 libssl.so.3=libssl3 libc.so.6=libc6 libX11-xcb.so.1=libx11-xcb1 libgbm.so.1=libgbm1
    libgdk_pixbuf-2.0.so.0=libgdk-pixbuf-2.0-0 libpango-1.0.so.0=libpango-1.0-0 libnss3.so=libnss3
    libgssapi_krb5.so.2=libgssapi-krb5-2 libyaml-0.so.2=libyaml-0-2 libpcre2-8.so.0=libpcre2-8-0 libtk8.6.so=libtk8.6
    libevent_core-2.1.so.7=libevent-core-2.1-7 libpng16.so.16=libpng16-16 libcups.so.2=libcups2 libgtk-3.so.0=libgtk-3-0
    libodbc.so.2=libodbc2 libmariadb.so.3=libmariadb3 libasound.so.2=libasound2 libdbus-1.so.3=libdbus-1-3
    libxkbcommon.so.0=libxkbcommon0 libgomp.so.1=libgomp1 libopenblas.so.0=libopenblas0 liblz4.so.1=liblz4-1
"""
OTHERWISE = """
    libz.so.1=zlib1g libglib-2.0.so.0=libglib2.0-0 libgio-2.0.so.0=libglib2.0-0 libcrypto.so.3=libssl3
    libcrypto.so.1.1=libssl1.1 libxml2.so.2=libxml2 libicuuc.so.72=libicu72 libicui18n.so.72=libicu72
    libicudata.so.76=libicu76 libpython3.11.so.1.0=libpython3.11 libxslt.so.1=libxslt1.1 libexslt.so.0=libxslt1.1
    libssh.so.4=libssh-4 libatk-1.0.so.0=libatk1.0-0 libatk-bridge-2.0.so.0=libatk-bridge2.0-0
    libatspi.so.0=libatspi2.0-0 libm.so.6=libc6 libpthread.so.0=libc6 libdl.so.2=libc6 librt.so.1=libc6
    ld-linux-x86-64.so.2=libc6 libnsl.so.1=libc6 libnsl.so.2=libnsl2 libldap-2.5.so.0=libldap-2.5-0
    liblber-2.5.so.0=libldap-2.5-0 libldap_r-2.4.so.2=libldap-2.4-2 libldap.so.2=libldap2 liblber.so.2=libldap2
    libsmime3.so=libnss3 libssl3.so=libnss3 libplds4.so=libnspr4 libcurl-gnutls.so.4=libcurl3-gnutls
    libbrotlidec.so.1=libbrotli1 libharfbuzz.so.0=libharfbuzz0b libjpeg.so.62=libjpeg62-turbo
    libGLU.so.1=libglu1-mesa libGLESv2.so.2=libgles2 libsnappy.so.1=libsnappy1v5 libgmpxx.so.4=libgmpxx4ldbl
    libxmlsec1.so.1=libxmlsec1 libxmlsec1-openssl.so.1=libxmlsec1-openssl libgeos_c.so.1=libgeos-c1v5
    libpanelw.so.6=libncursesw6 libform.so.6=libncurses6 libpam_misc.so.0=libpam0g libcares.so.2=libc-ares2
    libgstapp-1.0.so.0=libgstreamer-plugins-base1.0-0 libgstreamer-1.0.so.0=libgstreamer1.0-0 libbz2.so.1=libbz2-1.0
    libgtk-x11-2.0.so.0=libgtk2.0-0 libgdk-3.so.0=libgtk-3-0 libOpenCL.so.1=ocl-icd-libopencl1 librsvg-2.so.2=librsvg2-2
"""


def release(identity: str = "debian", version: str | None = "12") -> Distro:
    return Distro(id=identity, pretty_name="", evidence="", confidence="high", version_id=version)


@pytest.mark.parametrize("pair", [*BY_RULE.split(), *OTHERWISE.split()])
def test_packages_of_libraries_are_called_as_Debians_policy_says_or_as_they_are(pair: str) -> None:
    library, _, package = pair.partition("=")
    assert LIBRARY.fullmatch(library)
    assert debian_package(library, release()) == package


def test_a_name_that_changes_with_the_release_is_not_relied_on() -> None:
    assert not any(map(is_in_every_release, ["libicu72", "libssl1.1", "libldap-2.5-0", "libpython3.11", "libfoo1"]))
    assert all(map(is_in_every_release, ["libssl3", "zlib1g", "libxml2", "libpq5"]))


@pytest.mark.parametrize(
    ("distro", "package"),
    [
        (release(), "libasound2"),
        (release(version="13"), "libasound2t64"),
        (release(version=None), "libasound2t64"),
        (release("ubuntu", "22.04"), "libasound2"),
        (release("ubuntu", "24.04"), "libasound2t64"),
        (release("ubuntu", "9" * 5000), "libasound2t64"),
        (release("mint", "22"), "libasound2"),
    ],
)
def test_a_name_that_two_packages_provide_is_told_as_the_release_has_it(distro: Distro, package: str) -> None:
    assert debian_package("libasound.so.2", distro) == package


def test_Ubuntu_has_a_jpeg_of_another_name() -> None:
    assert debian_package("libjpeg.so.62", release("ubuntu", "24.04")) == "libjpeg62"


@given(st.from_regex(LIBRARY, fullmatch=True))
def test_every_name_gives_a_package_that_is_one_word_and_no_option_of_apt(library: str) -> None:
    package = debian_package(library, release())
    assert package.isprintable()
    assert package[0].isalnum()
    assert not package.endswith("-")
    assert not set(package) & set(" ;&|$`'\"\\()<>*?/")
