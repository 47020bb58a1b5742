"""`.imgscopeignore`: what is not judged, and for how long."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.policy.ignore import Ignore, read_ignore_file
from imgscope.policy.judge import judge
from imgscope.policy.policy import Policy
from imgscope.report import Finding, ImageReport, Severity
from tests.policy.reports import finding, inspected, with_findings
from tests.support.images import file, layer

IMAGE = inspected()
TODAY = date(2024, 6, 15)


def ignores(tmp_path: Path, *lines: str) -> tuple[tuple[Ignore, ...], tuple[str, ...]]:
    path = tmp_path / ".imgscopeignore"
    path.write_text("\n".join(lines))
    return read_ignore_file(path, today=TODAY)


def judged(tmp_path: Path, line: str, *findings: Finding) -> ImageReport:
    policy = Policy(fail_on=Severity.INFO, ignores=ignores(tmp_path, line)[0])
    return judge(with_findings(IMAGE.report, *findings), IMAGE.image.dive_score, policy)


def test_what_is_ignored_is_counted_and_shown_and_not_judged(tmp_path: Path) -> None:
    report = judged(tmp_path, "runs-as-root", finding("runs-as-root", message="runs as root"))
    assert report.policy.passed
    assert report.findings == ()
    (ignored,) = report.policy.ignored
    assert (ignored.rule_id, ignored.severity, ignored.message) == ("runs-as-root", Severity.HIGH, "runs as root")
    assert ignored.reason == f"{tmp_path / '.imgscopeignore'}:1"


def test_other_findings_are_judged_all_the_same(tmp_path: Path) -> None:
    report = judged(tmp_path, "runs-as-root", finding("runs-as-root"), finding("logs-left", Severity.LOW))
    assert not report.policy.passed
    assert [each.rule_id for each in report.findings] == ["logs-left"]
    assert report.policy.checks[0].actual == "1 low"


def test_one_path_of_very_many_that_no_line_is_about_keeps_the_finding(tmp_path: Path) -> None:
    many = [file(f"opt/data/{number}", mode=0o666) for number in range(150)]
    for name, is_ignored in (("opt/data/last", True), ("usr/last", False)):
        image = inspected(layer(*many, file(name, mode=0o666)))
        (found,) = [each for each in image.report.findings if each.rule_id == "writable-by-all"]
        assert judged(tmp_path, "writable-by-all path:opt/data", found).policy.passed is is_ignored


@pytest.mark.parametrize("line", ["", "  ", "# logs-left", "\t# more", "#"])
def test_comments_and_blank_lines_say_nothing(tmp_path: Path, line: str) -> None:
    assert ignores(tmp_path, line) == ((), ())


def test_the_mark_that_Windows_begins_a_file_with_says_nothing(tmp_path: Path) -> None:
    (ignore,), _ = ignores(tmp_path, "\ufefflogs-left")
    assert ignore.rule_id == "logs-left"


def test_a_comment_may_follow_a_line(tmp_path: Path) -> None:
    (ignore,), _ = ignores(tmp_path, "  logs-left  # kept for the auditors")
    assert ignore.rule_id == "logs-left"


def test_a_line_holds_to_the_end_of_its_day(tmp_path: Path) -> None:
    (ignore,), notes = ignores(tmp_path, "logs-left exp:2024-06-15")
    assert ignore.expires == TODAY
    assert ignore.reason.endswith(":1, until 2024-06-15")
    assert notes == ()


def test_a_line_that_expired_ignores_nothing_and_says_so(tmp_path: Path) -> None:
    held, (note,) = ignores(tmp_path, "# first", "logs-left exp:2024-06-14 path:var/log")
    assert held == ()
    assert note == f"{tmp_path / '.imgscopeignore'}:2: logs-left is no longer ignored, since it was until 2024-06-14"


@pytest.mark.parametrize(
    ("glob", "path", "is_ignored"),
    [
        ("var/log", "var/log", True),
        ("/var/log/", "var/log", True),
        ("var/log", "var/log/apt/history.log", True),
        ("var/log", "var/log2", False),
        ("var/*", "var/log/apt", True),
        ("*/log", "var/log", True),
        ("*/history.log", "var/log/history.log", False),
        ("**/history.log", "var/log/history.log", True),
        ("**/history.log", "history.log", True),
        ("var/**", "var/log/history.log", True),
        ("var/lo?", "var/log", True),
        ("var/[l]og", "var/log", False),
        ("var", "opt/var", False),
    ],
)
def test_a_path_narrows_a_line_to_what_is_there_or_below(
    tmp_path: Path, glob: str, path: str, is_ignored: bool
) -> None:
    report = judged(tmp_path, f"logs-left path:{glob}", finding("logs-left", paths=(path,)))
    assert bool(report.policy.ignored) is is_ignored


def test_a_finding_on_several_paths_is_ignored_only_as_a_whole(tmp_path: Path) -> None:
    found = finding("logs-left", paths=("var/log", "srv/log"))
    assert not judged(tmp_path, "logs-left path:var/log", found).policy.ignored
    both = "logs-left path:var/log\nlogs-left path:srv/*"
    assert judged(tmp_path, both, found).policy.ignored[0].paths == ("var/log", "srv/log")


def test_a_finding_without_a_path_is_on_none(tmp_path: Path) -> None:
    assert not judged(tmp_path, "runs-as-root path:**", finding("runs-as-root")).policy.ignored


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("log-left", "1: there is no rule 'log-left'", "did you mean logs-left?"),
        ("Logs-Left", "there is no rule 'Logs-Left'", "did you mean logs-left?"),
        ("zzz", "there is no rule 'zzz'", "imgscope rules lists them all"),
        ("logs-left until:2025-01-01", "'until:2025-01-01' cannot be understood", "RULE [exp:YYYY-MM-DD] [path:GLOB]"),
        ("logs-left path:", "'path:' cannot be understood", "RULE"),
        ("logs-left exp:2025-01-01 exp:2025-01-02", "cannot be understood", "RULE"),
        ("logs-left exp:20250101", "'20250101' is no date", "exp:YYYY-MM-DD"),
        ("logs-left exp:2025-W01-1", "'2025-W01-1' is no date", "exp:YYYY-MM-DD"),
        ("logs-left exp:", "'' is no date", "exp:YYYY-MM-DD"),
        ("logs-left exp:2025-13-01", "'2025-13-01' is no date", "exp:YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(tmp_path: Path, line: str, words: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        ignores(tmp_path, line)
    assert words in raised.value.message
    assert f"{tmp_path / '.imgscopeignore'}:1" in raised.value.message
    assert hint in str(raised.value.hint)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_ignore_file(tmp_path / "x", today=TODAY)
