"""Files and options together: what is asked, and what is refused before anything is fetched."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from imgscope.errors import UsageError
from imgscope.policy.keys import KEYS, LIBC_FAMILIES, SEVERITIES, Growth
from imgscope.policy.policy import Policy
from imgscope.policy.settings import Choices, Settings, read_rules, read_settings
from imgscope.report import LibcFamily, Severity

TODAY = date(2024, 6, 15)
WHOLE = """
[policy]
max-unpacked-size = "150MB"
max-compressed-size = "60MB"
max-layers = 20
max-wasted = 20_000_000
max-wasted-percent = 10
min-efficiency = 0.9
allowed-libc = ["musl"]
allowed-distros = ["alpine", "debian:12"]
fail-on = "medium"
fail-on-new = "low"
baseline = "registry.example/app:main"
max-growth = "5%"
[rules]
disable = ["documentation-left"]
severity = { "runs-as-root" = "low" }
"""


def settings(
    directory: Path, text: str | None = None, choices: Choices | None = None, config: Path | None = None
) -> Settings:
    if text is not None:
        (directory / "imgscope.toml").write_text(text)
    return read_settings(directory, choices or Choices(), config=config, today=TODAY)


def choose(**policy: str) -> Choices:
    return Choices(policy={name.replace("_", "-"): value for name, value in policy.items()})


def test_every_key_is_read_from_a_file(tmp_path: Path) -> None:
    found = settings(tmp_path, WHOLE)
    assert found.policy == Policy(
        max_unpacked_size=150_000_000,
        max_compressed_size=60_000_000,
        max_layers=20,
        max_wasted=20_000_000,
        max_wasted_percent=10,
        min_efficiency=0.9,
        allowed_libc=("musl",),
        allowed_distros=("alpine", "debian:12"),
        fail_on=Severity.MEDIUM,
        fail_on_new=Severity.LOW,
        baseline="registry.example/app:main",
        max_growth=Growth(percent=5),
    )
    assert found.rules.disabled == {"documentation-left"}
    assert found.rules.severities == {"runs-as-root": Severity.LOW}
    assert {key.name for key in KEYS} == {
        line.partition(" = ")[0] for line in WHOLE.partition("[rules]")[0].splitlines() if " = " in line
    }


def test_the_page_on_policies_has_every_key_and_what_it_shows_is_understood(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/policy.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert settings(tmp_path, example).policy.allowed_distros == ("alpine", "debian:12")
    for key in KEYS:
        assert f"`{key.name}`" in page


def test_every_key_names_what_a_report_may_hold() -> None:
    assert tuple(severity.value for severity in Severity) == SEVERITIES
    assert get_args(LibcFamily) == LIBC_FAMILIES


def test_without_files_and_options_nothing_is_asked(tmp_path: Path) -> None:
    assert settings(tmp_path).policy == Policy()


def test_an_option_wins_over_the_file_and_none_turns_a_limit_off(tmp_path: Path) -> None:
    choices = choose(max_layers="7", max_wasted="none", allowed_libc="glibc, none", max_growth="1.5MiB", fail_on="none")
    policy = settings(tmp_path, WHOLE, choices).policy
    assert (policy.max_layers, policy.max_wasted, policy.fail_on) == (7, None, None)
    assert policy.allowed_libc == ("glibc", "none")
    assert policy.max_growth == Growth(size=1_572_864)
    assert policy.max_unpacked_size == 150_000_000


def test_what_may_be_in_the_image_is_turned_off_by_a_word_of_its_own(tmp_path: Path) -> None:
    policy = settings(tmp_path, WHOLE, choose(allowed_libc="any", allowed_distros="none")).policy
    assert (policy.allowed_libc, policy.allowed_distros) == (None, None)


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    for read in (read_rules, lambda directory, config: settings(directory, config=config)):
        with pytest.raises(UsageError, match=r"x\.toml' cannot be read: No such file"):
            read(tmp_path, tmp_path / "x.toml")


def test_where_nothing_is_judged_only_the_rules_of_the_file_count(tmp_path: Path) -> None:
    (tmp_path / "imgscope.toml").write_text(WHOLE)
    (tmp_path / ".dive-ci").write_text("rules: 5\n")
    rules = read_rules(tmp_path, None)
    assert rules.disabled == {"documentation-left"}
    assert rules.severities == {"runs-as-root": Severity.LOW}


@pytest.mark.parametrize("name", ["imgscope.toml", ".imgscope.toml"])
def test_either_name_of_the_file_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("[policy]\nmax-layers = 3\n")
    assert settings(tmp_path).policy.max_layers == 3


def test_a_file_that_is_named_stands_for_those_that_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[policy]\nmax-layers = 5\n")
    assert settings(tmp_path, WHOLE, config=tmp_path / "other.toml").policy == Policy(
        max_layers=5, fail_on=Severity.HIGH
    )


@pytest.mark.parametrize(
    ("text", "choices", "fail_on"),
    [
        ("[policy]\n", Choices(), Severity.HIGH),
        ("", choose(max_layers="3"), Severity.HIGH),
        ("[rules]\ndisable = []\n", Choices(), None),
        ("", choose(fail_on="none"), None),
        ("", choose(baseline="app:1", fail_on_new="low"), None),
        ("[policy]\nfail-on = 'low'\n", choose(baseline="app:1", fail_on_new="low"), Severity.LOW),
        ("", choose(baseline="app:1", fail_on_new="none"), Severity.HIGH),
    ],
)
def test_where_there_is_a_policy_high_findings_fail_unless_only_new_ones_are_judged(
    tmp_path: Path, text: str, choices: Choices, fail_on: Severity | None
) -> None:
    assert settings(tmp_path, text, choices).policy.fail_on is fail_on


def test_dive_s_file_alone_asks_for_what_dive_would(tmp_path: Path) -> None:
    (tmp_path / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.5\n")
    policy = settings(tmp_path).policy
    assert policy.fail_on is None
    assert policy.dive is not None
    assert policy.dive.lowest_efficiency == 0.5


def test_options_add_to_the_rules_of_the_file(tmp_path: Path) -> None:
    choices = Choices(disable=("logs-left",), severity=("runs-as-root=critical", "many-layers=info"))
    rules = settings(tmp_path, WHOLE, choices).rules
    assert rules.disabled == {"documentation-left", "logs-left"}
    assert rules.severities == {"runs-as-root": Severity.CRITICAL, "many-layers": Severity.INFO}


def test_what_expired_and_what_dive_does_not_know_is_noted(tmp_path: Path) -> None:
    (tmp_path / ".dive-ci").write_text("rules:\n  lowest: 0.5\n")
    (tmp_path / ".imgscopeignore").write_text("logs-left exp:2024-01-01\nruns-as-root\n")
    found = settings(tmp_path)
    assert len(found.notes) == 2
    assert [ignore.rule_id for ignore in found.policy.ignores] == ["runs-as-root"]


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("[policy]\nmax-layer = 3\n", "there is no key 'max-layer' in [policy]", "did you mean max-layers?"),
        ("[policy]\nzzz = 3\n", "there is no key 'zzz' in [policy]", "there are: max-unpacked-size, "),
        ("[policies]\n", "there is no table [policies]", "did you mean policy?"),
        ("max-layers = 3\n", "there is no table [max-layers]", "there are: policy, rules"),
        ("policy = 3\n", "policy should be a table", "[policy]"),
        ("[rules]\ndisabled = []\n", "there is no key 'disabled' in [rules]", "did you mean disable?"),
        ("[rules]\ndisable = 'logs-left'\n", "disable in [rules] cannot be 'logs-left'", "write a list"),
        ("[rules]\ndisable = ['log-left']\n", "disable in [rules]: there is no rule 'log-left'", "logs-left?"),
        ("[rules]\nseverity = 'low'\n", "severity in [rules] cannot be 'low'", "write a table"),
        ("[rules.severity]\nlogs-left = 'hihg'\n", "the severity of logs-left cannot be 'hihg'", "did you mean high?"),
        ("[rules.severity]\nlogs-left = 3\n", "the severity of logs-left cannot be 3", "info, low"),
        ("[rules.severity]\nlogs = 'low'\n", "there is no rule 'logs'", "logs-left?"),
        ("[policy]\nmax-layers = '3 layers'\n", "max-layers in [policy] cannot be '3 layers'", "a whole number"),
        ("[policy]\nmax-layers = true\n", "cannot be True", "a whole number"),
        ("[policy]\nmax-layers = -1\n", "cannot be -1", "a whole number"),
        ("[policy]\nmax-wasted = '20 apples'\n", "cannot be '20 apples'", "a size such as 150MB"),
        ("[policy]\nmax-wasted = [1]\n", "cannot be [1]", "a size such as 150MB"),
        ("[policy]\nmax-wasted-percent = 101\n", "cannot be 101", "a percentage from 0 to 100"),
        ("[policy]\nmax-wasted-percent = nan\n", "cannot be nan", "a percentage from 0 to 100"),
        ("[policy]\nmin-efficiency = 90\n", "cannot be 90", "a number from 0 to 1"),
        ("[policy]\nallowed-libc = ['msul']\n", "cannot be ['msul']", "musl"),
        ("[policy]\nallowed-libc = []\n", "cannot be []", "some of glibc"),
        ("[policy]\nallowed-distros = ['debian:']\n", "cannot be ['debian:']", "alpine or debian:12"),
        ("[policy]\nfail-on = 'severe'\n", "cannot be 'severe'", "one of info, low, medium, high, critical, or none"),
        ("[policy]\nbaseline = ''\n", "cannot be ''", "an image"),
        ("[policy]\nbaseline = 'a:1'\nmax-growth = '5 %%'\n", "cannot be '5 %%'", "a percentage such as 5%"),
        ("[policy]\nmax-growth = '5%'\n", "max-growth needs a baseline", "--baseline"),
        ("[policy]\nfail-on-new = 'low'\n", "fail-on-new needs a baseline", "--baseline"),
        ("[policy\n", "is no TOML", "correct it"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place_and_what_was_expected(
    tmp_path: Path, text: str, words: str, hint: str
) -> None:
    with pytest.raises(UsageError) as raised:
        settings(tmp_path, text)
    assert words in raised.value.message
    assert hint in str(raised.value.hint)
    if "needs a baseline" not in words:
        assert str(tmp_path / "imgscope.toml") in raised.value.message


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (choose(max_layers="many"), "--max-layers cannot be 'many'"),
        (Choices(disable=("log-left",)), "--disable: there is no rule 'log-left'"),
        (Choices(severity=("logs-left",)), "--severity cannot be 'logs-left'"),
        (Choices(severity=("logs-left=severe",)), "--severity: the severity of logs-left cannot be 'severe'"),
    ],
)
def test_an_option_that_cannot_be_understood_is_refused(tmp_path: Path, choices: Choices, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        settings(tmp_path, choices=choices)
    assert words in raised.value.message


def test_two_files_of_which_one_would_be_passed_over_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".imgscope.toml").write_text("")
    with pytest.raises(UsageError, match="there are both 'imgscope"):
        settings(tmp_path, "")


def test_beside_a_file_that_is_named_stands_what_is_ignored_and_what_is_here_opens_no_gate(tmp_path: Path) -> None:
    (tmp_path / ".imgscopeignore").write_text("runs-as-root\n")
    named = tmp_path / "trusted" / "gate.toml"
    named.parent.mkdir()
    named.write_text("[policy]\n")
    found = settings(tmp_path, config=named)
    assert found.policy.ignores == ()
    (note,) = found.notes
    assert note == (
        f"{tmp_path / '.imgscopeignore'} ignores nothing: "
        f"with --config, findings are ignored by {tmp_path / 'trusted/.imgscopeignore'} alone"
    )
    (named.parent / ".imgscopeignore").write_text("logs-left\n")
    assert [ignore.rule_id for ignore in settings(tmp_path, config=named).policy.ignores] == ["logs-left"]
    (tmp_path / ".imgscopeignore").unlink()
    assert settings(tmp_path, config=named).notes == ()


def test_beside_a_file_in_this_directory_stands_what_is_ignored_here(tmp_path: Path) -> None:
    (tmp_path / ".imgscopeignore").write_text("runs-as-root\n")
    (tmp_path / "gate.toml").write_text("[policy]\n")
    found = settings(tmp_path, config=tmp_path / "gate.toml")
    assert [ignore.rule_id for ignore in found.policy.ignores] == ["runs-as-root"]
    assert found.notes == ()


@pytest.mark.parametrize("name", ["imgscope.toml", ".imgscope.toml", ".dive-ci", ".imgscopeignore"])
def test_a_file_that_is_there_and_cannot_be_read_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(UsageError, match=f"{name}' cannot be read: No such file"):
        settings(tmp_path)
