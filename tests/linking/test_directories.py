"""Search paths and what stands for what in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.linking.directories import expanded, glibc_defaults, musl_defaults, split_path


def spellings(directory: str, machine: str = "amd64", bits: int = 64) -> list[str]:
    return list(expanded(directory, origin="opt/app/bin", machine=machine, bits=bits))


@pytest.mark.parametrize(
    ("directory", "expected"),
    [
        ("$ORIGIN/../lib", "/opt/app/bin/../lib"),
        ("${ORIGIN}", "/opt/app/bin"),
        ("/opt/$PLATFORM/lib", "/opt/x86_64/lib"),
        ("/opt/$ORIGINAL", "/opt/$ORIGINAL"),
        ("/plain", "/plain"),
    ],
)
def test_tokens_stand_for_where_the_file_is_and_what_it_is_for(directory: str, expected: str) -> None:
    assert spellings(directory) == [expected]


def test_LIB_stands_for_what_any_distribution_takes_it_for() -> None:
    assert spellings("/opt/$LIB") == ["/opt/lib/x86_64-linux-gnu", "/opt/lib64", "/opt/lib"]
    assert spellings("/opt/${LIB}", "unheard", 32) == ["/opt/lib32", "/opt/lib"]


def test_many_tokens_do_not_multiply_without_end() -> None:
    assert len(spellings("/$LIB" * 50)) <= 16


def test_the_default_directories_of_glibc_go_by_the_machine() -> None:
    amd64 = glibc_defaults("amd64", 64)
    assert amd64[:4] == ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64")
    assert amd64[-2:] == ("/lib", "/usr/lib")
    assert "/usr/lib/aarch64-linux-gnu" in glibc_defaults("arm64", 64)
    assert "/lib64" not in glibc_defaults("386", 32)
    assert "/libx32" in glibc_defaults("amd64", 32)
    assert "/usr/lib/mips64el-linux-gnuabi64" in glibc_defaults("mips64le", 64)


def test_a_path_file_replaces_the_default_directories_of_musl() -> None:
    assert musl_defaults(None) == ("/lib", "/usr/local/lib", "/usr/lib")
    assert musl_defaults(("/opt/lib",)) == ("/opt/lib",)


def test_a_path_file_that_names_no_directory_leaves_musl_none() -> None:
    assert musl_defaults(()) == ()


def test_a_path_is_split_and_what_means_the_working_directory_is_left_out() -> None:
    assert split_path("/a::/b:") == ("/a", "/b")
    assert split_path("/a;/b", separators=":;") == ("/a", "/b")
    assert split_path(None) == ()


@given(st.text(max_size=60))
def test_any_text_has_a_bounded_number_of_spellings(directory: str) -> None:
    assert 1 <= len(spellings(directory)) <= 16
