"""Contents that runtimes treat differently."""

from __future__ import annotations

from tests.support.images import file, hard_link, layer, whiteout
from tests.support.memory import inspect


def test_what_is_odd_in_the_same_way_is_one_finding_a_layer() -> None:
    links = [hard_link(f"bin/{name}", "bin/nowhere") for name in "abc"]
    (found,) = inspect(layer(*links)).report.findings
    assert found.paths == ("bin/a", "bin/b", "bin/c")
    assert found.message == "/bin/a (and 2 more) is a hard link to a file that is not there"


def test_of_more_than_are_kept_no_number_is_told_that_would_be_too_low() -> None:
    names = [file(f"../{number}", "") for number in range(1500)]
    assert inspect(layer(*names[:3])).report.findings[0].message == (
        "/0 (and 2 more) has a name that climbs above the root of the image"
    )
    assert inspect(layer(*names)).report.findings[0].message == (
        "/0 (and at least 999 more) has a name that climbs above the root of the image"
    )
    links = [hard_link(f"bin/{number}", "bin/nowhere") for number in range(1500)]
    assert inspect(layer(*links)).report.findings[0].message == (
        "/bin/0 (and at least 999 more) is a hard link to a file that is not there"
    )


def test_what_is_odd_about_the_archive_itself_has_no_path() -> None:
    archive = layer(file("a", "a")).tar
    (found,) = inspect(layer(raw=archive + b"x" * 512)).report.findings
    assert found.message == "the layer has bytes after the end of its archive"
    assert found.paths == ()


def test_a_whiteout_above_a_layer_that_could_not_be_read_is_not_odd() -> None:
    missing = layer(file("a", "a"))
    report = inspect(missing, layer(whiteout("a")), replaced={missing.digest: None}).report
    assert report.findings == ()
    assert [found.rule_id for found in inspect(layer(), layer(whiteout("a"))).report.findings] == ["unusual-layer"]
