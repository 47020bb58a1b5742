"""Platforms, and which of several suits."""

from __future__ import annotations

import platform as host

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.oci.platform import Platform, choose, fallbacks

names = st.sampled_from(
    ["linux", "windows", "macOS", "amd64", "x86_64", "arm", "arm64", "aarch64", "386", "v7", "8", ""]
)


def parsed(*texts: str) -> list[Platform]:
    return [Platform.parse(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("linux/amd64", "linux/amd64"),
        ("amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/x86-64", "linux/amd64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/i386", "linux/386"),
        ("linux/armhf", "linux/arm/v7"),
        ("linux/armel", "linux/arm/v6"),
        ("macos/arm64", "darwin/arm64"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v3", "linux/amd64/v3"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/8", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"),
        ("Linux/AMD64", "linux/amd64"),
        ("linux/riscv64", "linux/riscv64"),
    ],
)
def test_C3_platforms_have_one_name_each(text: str, normal: str) -> None:
    assert str(Platform.parse(text)) == normal


@pytest.mark.parametrize(
    "text", ["", "/", "linux/", "linux//v7", "a/b/c/d", "linux/amd 64", "linux/../x", "linux/ämd64"]
)
def test_what_is_no_platform_is_refused_with_the_form_expected(text: str) -> None:
    with pytest.raises(UsageError, match="expected OS/ARCH or OS/ARCH/VARIANT"):
        Platform.parse(text)


@given(st.builds(Platform, os=names, architecture=names, variant=st.none() | names))
def test_normalising_twice_changes_nothing(platform: Platform) -> None:
    assert platform.normalized().normalized() == platform.normalized()


@pytest.mark.parametrize(
    ("wanted", "acceptable"),
    [
        ("linux/amd64", ["linux/amd64", "linux/386"]),
        ("linux/amd64/v3", ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64", "linux/386"]),
        ("linux/arm/v7", ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]),
        ("linux/arm/v5", ["linux/arm/v5"]),
        ("linux/arm64", ["linux/arm64", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]),
        (
            "linux/arm64/v9",
            ["linux/arm64/v9", "linux/arm64", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"],
        ),
        ("linux/s390x", ["linux/s390x"]),
    ],
)
def test_C4_what_can_run_instead_goes_from_best_to_worst(wanted: str, acceptable: list[str]) -> None:
    assert [str(each) for each in fallbacks(Platform.parse(wanted))] == acceptable


@pytest.mark.parametrize(
    ("available", "wanted", "position"),
    [
        (("linux/arm64", "linux/amd64"), "linux/amd64", 1),
        (("linux/amd64", "linux/x86_64"), "linux/amd64", 0),
        (("linux/386", "linux/amd64/v2", "linux/amd64"), "linux/amd64/v3", 1),
        (("linux/386",), "linux/amd64", 0),
        (("linux/amd64/v3",), "linux/amd64", None),
        (("linux/arm/v6", "linux/arm/v5"), "linux/arm/v7", 0),
        (("linux/arm/v7",), "linux/arm/v6", None),
        (("linux/arm",), "linux/arm64", 0),
        (("linux/amd64",), "windows/amd64", None),
        ((), "linux/amd64", None),
    ],
)
def test_C4_the_first_of_the_best_is_chosen(available: tuple[str, ...], wanted: str, position: int | None) -> None:
    assert choose(parsed(*available), Platform.parse(wanted)) == position


@pytest.mark.parametrize(
    ("machine", "platform"),
    [
        ("AArch64", "linux/arm64"),
        ("armv8l", "linux/arm/v8"),
        ("armv7l", "linux/arm/v7"),
        ("armv6l", "linux/arm/v6"),
        ("armv5tejl", "linux/arm/v5"),
        ("i586", "linux/386"),
        ("loongarch64", "linux/loong64"),
        ("riscv64", "linux/riscv64"),
        ("", "linux/amd64"),
    ],
)
def test_C4_the_default_is_linux_on_this_machine(monkeypatch: pytest.MonkeyPatch, machine: str, platform: str) -> None:
    monkeypatch.setattr(host, "machine", lambda: machine)
    assert str(Platform.default()) == platform


@pytest.mark.parametrize(
    ("offered", "wanted", "suits"),
    [
        ("10.0.17763.100", "10.0.17763.999", True),
        ("10.0.17763", "10.0.20348", True),
        ("10.0.1", "10.1.1", False),
        ("6.3.1", "10.3.1", False),
        (None, "10.0.1", True),
        ("10.0.1", None, True),
        ("", "10.0.1", True),
    ],
)
def test_C5_of_a_windows_version_major_and_minor_have_to_be_equal(
    offered: str | None, wanted: str | None, suits: bool
) -> None:
    available = Platform(os="windows", architecture="amd64", os_version=offered)
    asked = Platform(os="windows", architecture="amd64", os_version=wanted)
    assert (choose([available], asked) == 0) is suits


def test_C6_unknown_platforms_are_never_chosen_not_even_when_asked_for() -> None:
    unknown = Platform(os="unknown", architecture="unknown")
    assert unknown.is_unknown
    assert choose([unknown], unknown) is None
    assert choose([unknown, Platform.parse("amd64")], Platform.parse("amd64")) == 1
