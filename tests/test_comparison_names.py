"""What images are called side by side: short, distinct, and what they have in common told once."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.comparison_names import Names, fitted, names_of
from tests.render.comparison_example import heads

ONE: Final = f"sha256:{'ab' * 32}"
OTHER: Final = f"sha256:{'cd' * 32}"
COMMIT: Final = "0123456789abcdef" * 2 + "01234567"


def named(*references: str) -> Names:
    images = tuple(msgspec.structs.replace(heads().images[0], reference=each) for each in references)
    return names_of(msgspec.structs.replace(heads(), images=images))


@pytest.mark.parametrize(
    ("references", "common", "short"),
    [
        (("python:3.12", "python:3.12-slim"), "python", ("3.12", "3.12-slim")),
        (("python:3.1", "python:3.12"), "python", ("3.1", "3.12")),
        (("localhost:5000/a:1", "localhost:5000/a:2"), "localhost:5000/a", ("1", "2")),
        (("localhost:5000/a", "localhost:5000/b:1"), "localhost:5000/", ("a", "b:1")),
        (("localhost:5000/a", "localhost:6000/a"), "", ("localhost:5000/a", "localhost:6000/a")),
        (("oci:a:1", "oci:a:2"), "oci:a", ("1", "2")),
        (("oci:dir/a", "oci:dir/b"), "oci:dir/", ("a", "b")),
        (("docker-archive:/x/a.tar", "docker-archive:/x/b.tar:b:1"), "docker-archive:/x/", ("a.tar", "b.tar:b:1")),
        ((f"a:{COMMIT}", f"a:{COMMIT[:-1]}f"), "a", (COMMIT, f"{COMMIT[:-1]}f")),
        (("a:1", "a:1"), "a", ("1", "1")),
    ],
)
def test_what_all_names_begin_with_is_told_once(
    references: tuple[str, ...], common: str, short: tuple[str, ...]
) -> None:
    assert named(*references) == Names(common=common, short=short)


@pytest.mark.parametrize(
    "references",
    [
        ("a:1", "b:1"),
        ("a", "a:1"),
        ("a:1",),
        ("oci:a", "oci:b"),
        ("oci:/a", "oci:/b"),
        ("./a.tar", "./b.tar"),
        ("docker-daemon:a", "docker-daemon:b"),
        ("docker-daemon:a", "podman:a"),
    ],
)
def test_names_that_have_nothing_in_common_worth_telling_are_left_whole(references: tuple[str, ...]) -> None:
    assert named(*references) == Names(common="", short=references)


def test_digests_are_cut_as_far_as_they_stay_distinct() -> None:
    assert named(f"a@{ONE}", f"a@{OTHER}") == Names(common="a", short=("sha256:abababababab…", "sha256:cdcdcdcdcdcd…"))
    close = f"{ONE[:30]}{'0' * 41}"
    assert named(f"a@{ONE}", f"a@{close}").short == (f"{ONE[:39]}…", f"{close[:39]}…")
    assert named(f"a:1@{ONE}", "b").short == ("a:1@sha256:abababababab…", "b")


def test_other_tags_of_an_image_lose_the_same() -> None:
    names = named("python:3.12", "python:3.12-slim")
    assert names.without_common("python:3.12-trixie") == "3.12-trixie"
    assert named("a:1", "b:1").without_common("a:2") == "a:2"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("registry.example.com/a", "registry.example.com/a"),
        ("builds/of/a/long/way/app.tar", "builds/…/way/app.tar"),
        ("/home/user/build/output/app.tar", "/…/build/output/app.tar"),
        ("a-directory-of-a-long-name/and-a-long-file.tar", "a-direc…a-long-file.tar"),
        ("team/app@sha256:abababababab…", "team/app@sha256:ababab…"),
    ],
)
def test_a_name_that_is_too_long_keeps_its_beginning_and_its_end(name: str, shown: str) -> None:
    assert fitted((name,), 23) == (shown,)


def test_names_that_would_be_cut_alike_show_where_they_differ() -> None:
    names = tuple(f"/very/long/builds/{number}/of/the/same/path/app.tar" for number in (12, 34))
    assert fitted(names, 20) == ("…ilds/12/of/the/sam…", "…ilds/34/of/the/sam…")


@given(st.lists(st.text("a/:…1", max_size=40), max_size=12), st.integers(8, 30))
def test_names_have_room_and_those_that_differ_stay_distinct(listed: list[str], width: int) -> None:
    shown = fitted(tuple(listed), width)
    assert all(len(short) <= width for short in shown)
    assert len(set(shown)) == len(set(listed))
    assert max(map(len, listed), default=0) > width or shown == tuple(listed)
