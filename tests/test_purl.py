"""Package URLs as the purl specification writes them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import NO_DISTRO, InstalledPackage
from imgscope.purl import package_url
from imgscope.report import Distro


def distro(id: str, version_id: str | None = None) -> Distro:
    return Distro(id=id, version_id=version_id, pretty_name=id, evidence="/etc/os-release", confidence="high")


def package(
    name: str, version: str, type: str = "deb", architecture: str | None = None, source: str | None = None
) -> InstalledPackage:
    return InstalledPackage(name=name, version=version, type=type, layer=0, architecture=architecture, source=source)


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (
            package("curl", "7.88.1-10", architecture="amd64"),
            "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12",
        ),
        (package("g++", "4:12.2.0-3"), "pkg:deb/debian/g%2B%2B@4:12.2.0-3?distro=debian-12"),
        (package("libc6", "2.36-9+deb12u4~a"), "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4~a?distro=debian-12"),
        (package("libssl3", "3.0", source="openssl"), "pkg:deb/debian/libssl3@3.0?distro=debian-12&upstream=openssl"),
        (package("openssl", "3.0", source="openssl"), "pkg:deb/debian/openssl@3.0?distro=debian-12"),
        (
            package("libssl3", "3", type="apk", source="openssl"),
            "pkg:apk/debian/libssl3@3?distro=debian-12&upstream=openssl",
        ),
        (package("libssl3", "3", type="rpm", source="openssl"), "pkg:rpm/debian/libssl3@3?distro=debian-12"),
        (package("LibFoo", "1"), "pkg:deb/debian/libfoo@1?distro=debian-12"),
        (package("Foo", "1", type="rpm"), "pkg:rpm/debian/Foo@1?distro=debian-12"),
        (package("curl", "1:7.88-1.el9", type="rpm"), "pkg:rpm/debian/curl@7.88-1.el9?distro=debian-12&epoch=1"),
        (package("a/b @1", "1?#%"), "pkg:deb/debian/a%2Fb%20%401@1%3F%23%25?distro=debian-12"),
        (package("Left", "1.0", type="npm", architecture="any"), "pkg:npm/Left@1.0"),
        (package("@scope/name", "1.0", type="npm"), "pkg:npm/%40scope/name@1.0"),
        (package("Zope._Interface", "1.0", type="python"), "pkg:pypi/zope-interface@1.0"),
        (package("rake", "1", type="gem"), "pkg:gem/rake@1"),
        (package("nokogiri", "1", type="gem", architecture="java"), "pkg:gem/nokogiri@1?platform=java"),
        (package("github.com/A/b/v2", "v2.0.0", type="golang"), "pkg:golang/github.com/a/b/v2@v2.0.0"),
        (package("example.com/a", "(devel)", type="golang"), "pkg:golang/example.com/a"),
        (package("org.a.B:c-D", "1", type="maven"), "pkg:maven/org.a.B/c-D@1"),
        (package("jrt-fs", "17", type="maven"), "pkg:generic/jrt-fs@17"),
        (package("Acme/Lib", "1", type="composer"), "pkg:composer/acme/lib@1"),
    ],
    ids=[
        "plain",
        "plus and epoch",
        "plus in the version",
        "another source package",
        "a source package of the same name",
        "the origin of an apk",
        "the source of an rpm is a file",
        "lowercase",
        "case matters to rpm",
        "the epoch of an rpm",
        "separators",
        "no distro",
        "npm with a scope",
        "a normalised name",
        "gem",
        "gem with compiled code",
        "go",
        "go without a version",
        "maven",
        "jar without a group",
        "composer",
    ],
)
def test_a_package_is_written_as_the_specification_says(described: InstalledPackage, expected: str) -> None:
    assert package_url(described, distro("debian", "12")) == expected


def test_a_distribution_without_versions_is_no_qualifier() -> None:
    assert package_url(package("a", "1", type="alpm"), distro("arch")) == "pkg:alpm/arch/a@1"


@pytest.mark.parametrize(
    ("id", "namespace"),
    [
        ("opensuse-leap", "opensuse"),
        ("opensuse-tumbleweed", "opensuse"),
        ("sles", "suse"),
        ("rhel", "redhat"),
        ("fedora", "fedora"),
    ],
)
def test_the_namespace_of_an_rpm_is_its_vendor(id: str, namespace: str) -> None:
    url = package_url(package("a", "1", type="rpm"), distro(id, "15.6"))
    assert url == f"pkg:rpm/{namespace}/a@1?distro={id}-15.6"


def test_an_unknown_distribution_is_neither_namespace_nor_qualifier() -> None:
    assert package_url(package("a", "1", architecture="all"), NO_DISTRO) == "pkg:deb/a@1?arch=all"


_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1)


@given(name=_TEXT, version=_TEXT, architecture=_TEXT)
def test_whatever_an_image_calls_its_packages_the_parts_can_be_told_apart(
    name: str, version: str, architecture: str
) -> None:
    url = package_url(package(name, version, "rpm", architecture), distro("fedora"))
    path, _, written = url.partition("?")
    assert url.isascii()
    qualifiers = dict(each.split("=") for each in written.split("&"))
    named, _, versioned = path.removeprefix("pkg:rpm/fedora/").partition("@")
    epoch = f"{qualifiers['epoch']}:" if "epoch" in qualifiers else ""
    assert (unquote(named), epoch + unquote(versioned)) == (name, version)
    assert unquote(qualifiers["arch"]) == architecture


def test_bytes_of_a_name_that_are_no_text_are_encoded_as_they_are() -> None:
    named = package(b"a\xd2".decode(errors="surrogateescape"), "1")
    assert package_url(named, distro("debian")).startswith("pkg:deb/debian/a%D2@1")
