"""`.dive-ci` read unchanged: the verdicts here are those of dive 0.13.1 on the same image and the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.policy.dive import read_dive_file
from imgscope.policy.policy import Policy
from tests.policy.reports import checks
from tests.support.images import file, layer, whiteout
from tests.support.memory import inspect

KEPT = layer(file("keep", b"k" * 4000), file("a", b"a" * 1000), compression="none")
REWRITTEN = inspect(KEPT, layer(file("a", b"b" * 1000), file("big", b"c" * 4000), compression="none"))
"""Efficiency is 0.9, 2000 bytes are wasted, and that is 0.4 of the bytes above the base layer."""
DELETED = inspect(KEPT, layer(whiteout("a"), compression="none"))
"""Efficiency is 0.8, and the 1000 bytes that are wasted are infinitely many times none above the base layer."""
ONE_LAYER = inspect(KEPT)

CASES = [
    ("", "PASS SKIP FAIL", "FAIL SKIP FAIL"),
    ("rules:\n  lowestEfficiency: 0.9\n  highestUserWastedPercent: 0.4\n", "PASS SKIP PASS", "FAIL SKIP FAIL"),
    ("rules:\n  lowestEfficiency: 0.9000001\n  highestUserWastedPercent: 0.4\n", "FAIL SKIP PASS", "FAIL SKIP FAIL"),
    (
        "rules:\n  lowestEfficiency: 0.8999999\n  highestUserWastedPercent: 0.3999999\n",
        "PASS SKIP FAIL",
        "FAIL SKIP FAIL",
    ),
    ("rules:\n  highestWastedBytes: 2kB\n  highestUserWastedPercent: disabled\n", "PASS PASS SKIP", "FAIL PASS SKIP"),
    ("rules:\n  highestWastedBytes: 1999\n  highestUserWastedPercent: disabled\n", "PASS FAIL SKIP", "FAIL PASS SKIP"),
    ("rules:\n  highestWastedBytes: 1.95KiB\n  highestUserWastedPercent: 0.5\n", "PASS FAIL PASS", "FAIL PASS FAIL"),
    ("rules:\n  highestWastedBytes: 1.96Kib\n  highestUserWastedPercent: 0.5\n", "PASS PASS PASS", "FAIL PASS FAIL"),
    (
        "rules:\n  lowestEfficiency: disabled\n  highestWastedBytes: disabled\n  highestUserWastedPercent: disabled\n",
        "SKIP SKIP SKIP",
        "SKIP SKIP SKIP",
    ),
    (
        "rules:\n  LOWESTefficiency: 1\n  highestuserwastedpercent: 1\n  highestWastedBytes: 0\n",
        "FAIL FAIL PASS",
        "FAIL FAIL FAIL",
    ),
    (
        "rules:\n  lowestEfficiency:\n  highestWastedBytes: 1,999 B\n  highestUserWastedPercent: ~\n",
        "PASS FAIL FAIL",
        "FAIL PASS FAIL",
    ),
    (
        'rules:\n  lowestEfficiency: "0"\n  highestUserWastedPercent: .4\n  highestWastedBytes: 20Mb\n  other: 5\n',
        "PASS PASS PASS",
        "PASS PASS FAIL",
    ),
]
RULES = ("lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent")


def policy(path: Path, text: str) -> Policy:
    path.write_text(text)
    return Policy(dive=read_dive_file(path)[0])


@pytest.mark.parametrize(("text", "rewritten", "deleted"), CASES)
def test_verdicts_at_and_around_the_limits_are_those_of_dive(
    tmp_path: Path, text: str, rewritten: str, deleted: str
) -> None:
    asked = policy(tmp_path / ".dive-ci", text)
    for image, expected in ((REWRITTEN, rewritten), (DELETED, deleted)):
        judged = checks(image, asked)
        assert tuple(judged) == RULES
        assert " ".join(check.status.upper() for check in judged.values()) == expected


def test_the_numbers_are_those_of_dive() -> None:
    score = REWRITTEN.image.dive_score
    assert (score.efficiency, score.wasted_bytes, score.user_wasted_share) == (0.9, 2000, 0.4)


@pytest.mark.parametrize("text", [text for text, _, _ in CASES])
def test_an_image_of_one_layer_wastes_nothing_above_it_as_in_dive(tmp_path: Path, text: str) -> None:
    assert {check.status for check in checks(ONE_LAYER, policy(tmp_path / ".dive-ci", text)).values()} <= {
        "pass",
        "skip",
    }


@pytest.mark.parametrize("written", ["off", "OFF", "false", "Disabled"])
def test_later_versions_of_dive_know_more_words_for_disabled(tmp_path: Path, written: str) -> None:
    asked = policy(tmp_path / ".dive-ci", f"rules:\n  lowestEfficiency: {written}\n")
    assert asked.dive is not None
    assert asked.dive.lowest_efficiency is None


@pytest.mark.parametrize("text", ["rules:\n", "rules: {}\n", "rules: ~\n", "# nothing\n", "lowestEfficiency: 0.1\n"])
def test_what_is_not_below_rules_leaves_the_defaults(tmp_path: Path, text: str) -> None:
    dive = policy(tmp_path / ".dive-ci", text).dive
    assert dive is not None
    assert (dive.lowest_efficiency, dive.highest_wasted_bytes, dive.highest_user_wasted_percent) == (0.9, None, 0.1)


def test_a_rule_that_dive_does_not_know_is_passed_over_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / ".dive-ci"
    path.write_text("rules:\n  lowestEfficency: 0.99\n")
    limits, (note,) = read_dive_file(path)
    assert limits.lowest_efficiency == 0.9
    assert note.endswith("'lowestEfficency' that is none of dive's and is passed over; did you mean lowestEfficiency?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules:\n  lowestEfficiency: 90%\n", "lowestEfficiency in .* is '90%', which is not a number from 0 to 1"),
        ("rules:\n  lowestEfficiency: 1.5\n", "'1.5'"),
        ("rules:\n  lowestEfficiency: nan\n", "'nan'"),
        ("rules:\n  highestWastedBytes: -5\n", "'-5', which is not a size"),
        ("rules:\n  highestWastedBytes: [1]\n", "should be a single value"),
        ("rules: 5\n", "below 'rules:'"),
        ("5\n", "below 'rules:'"),
        ("rules:\n  a: [\n", r"is no YAML \(line 3\)"),
        ("\x00", "is no YAML"),
        ("[" * 5000, "is no YAML"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        policy(tmp_path / ".dive-ci", text)
    assert str(tmp_path / ".dive-ci") in raised.value.message
