"""The gate of an audit: verdicts, what is told of them, and one exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from imgscope.policy.keys import KEYS
from tests.support.command import imgscope
from tests.support.command_line import Run, debian
from tests.support.image_files import blob_path, write_oci_layout
from tests.support.images import file, image, layer, whiteout
from tests.support.registry import Registry


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Policies are found in the current directory."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def damage(layout: Path) -> None:
    blob = layout / blob_path(debian().layers[1].digest)
    blob.write_bytes(blob.read_bytes()[:-30])


def test_the_exit_codes_are_those_of_the_contract(layout: Path) -> None:
    assert imgscope("audit", str(layout), "--max-layers", "2").exit_code == 0
    assert imgscope("audit", str(layout), "--max-layers", "1").exit_code == 1
    assert imgscope("audit", str(layout), "--max-layers", "few").exit_code == 2
    damage(layout)
    assert imgscope("audit", str(layout), "--max-layers", "2", "--no-cache").exit_code == 3


def test_a_verdict_does_not_depend_on_the_images_that_were_inspected_before(run: Run, tmp_path: Path) -> None:
    below = [layer(file("etc/os-release", "ID=debian\n")), layer(file("srv/dump", "x" * 20_000_000))]
    built = {"base": image(below), "app": image([*below, layer(whiteout("srv/dump"))])}
    path = write_oci_layout(tmp_path / "images", built)
    asked = ("audit", f"oci:{path}:app", "--platform", "linux/amd64", "--fail-on", "medium", "-o", "json")
    before = run(*asked)
    assert run(f"oci:{path}:base", "--no-tui", "--platform", "linux/amd64").code == 0
    after, written = run(*asked), run(*asked[1:4], "-o", "json")
    assert (before.code, after.code) == (1, 1)
    for ended in (after, written):
        assert ended.document["findings"] == before.document["findings"]
        assert ended.document["image"] == before.document["image"]
    assert "inspected before" not in after.out
    assert "base:" in run(*asked[1:4], "--no-tui").out


def test_the_policy_of_this_directory_is_held_against_the_image(run: Run, layout: Path) -> None:
    Path("imgscope.toml").write_text('[policy]\nmax-layers = 1\nallowed-distros = ["debian"]\n')
    ended = run("audit", layout, "-o", "json")
    assert ended.code == 1
    assert ended.document["policy"] == {
        "passed": False,
        "checks": [
            {"name": "max-layers", "limit": "1", "actual": "2", "status": "fail"},
            {"name": "allowed-distros", "limit": "debian", "actual": "debian:12", "status": "pass"},
            {"name": "fail-on", "limit": "high", "actual": "none", "status": "pass"},
        ],
        "ignored": [],
    }
    assert ended.verdicts == [
        "FAIL max-layers (2, limit 1)",
        "PASS allowed-distros (debian:12, limit debian)",
        "PASS fail-on (none, limit high)",
        f"imgscope: FAIL oci:{layout}: 1 of 3 checks fail",
    ]
    assert ended.err.splitlines()[-4:] == ended.verdicts


def test_an_option_wins_over_the_policy_of_the_directory(run: Run, layout: Path) -> None:
    Path("imgscope.toml").write_text("[policy]\nmax-layers = 1\n")
    ended = run("audit", layout, "--max-layers", "2", "--fail-on", "none")
    assert ended.code == 0
    assert ended.verdicts == ["PASS max-layers (2, limit 2)", f"imgscope: PASS oci:{layout}: 1 check passes"]


def test_the_text_report_has_every_check_and_what_was_ignored(run: Run, layout: Path) -> None:
    Path(".imgscopeignore").write_text("apt-lists-left exp:2999-12-31 path:var/lib/apt\n")
    ended = run("audit", layout, "--max-layers", "1", "--fail-on", "info")
    assert ended.code == 1
    section = ended.out.partition("Policy: does not hold\n")[2]
    assert section.startswith("  FAIL max-layers (2, limit 1)\n  PASS fail-on (none, limit info)\n  ignored: ")
    assert "ignored: apt-lists-left, package lists and caches of apt in /var/lib/apt/lists: 5.00 kB" in " ".join(
        section.split()
    )
    assert "(.imgscopeignore:1, until 2999-12-31)" in " ".join(section.split())
    assert ended.verdicts[-1].endswith("1 of 2 checks fail, 1 finding ignored")


def test_who_may_change_this_directory_ignores_nothing_where_a_policy_elsewhere_is_named(
    run: Run, layout: Path, tmp_path: Path
) -> None:
    Path(".imgscopeignore").write_text("apt-lists-left\n")
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    (trusted / "gate.toml").write_text('[policy]\nfail-on = "info"\n')
    ended = run("audit", layout, "--config", trusted / "gate.toml")
    assert ended.code == 1
    assert "imgscope: note: .imgscopeignore ignores nothing: with --config, " in ended.err
    (trusted / ".imgscopeignore").write_text("apt-lists-left\n")
    assert run("audit", layout, "--config", trusted / "gate.toml").code == 0


def test_without_a_policy_the_image_passes_and_the_text_has_no_word_of_it(run: Run, layout: Path) -> None:
    ended = run("audit", layout)
    assert ended.code == 0
    assert "Policy" not in ended.out
    assert ended.verdicts == [f"imgscope: oci:{layout}: inspected, no policy asks anything of it"]


def test_writing_reports_never_skips_the_gate(run: Run, layout: Path, tmp_path: Path) -> None:
    ended = run("audit", layout, "--max-layers", "1", "-o", f"json={tmp_path / 'r.json'}", "-o", "text")
    assert ended.code == 1
    assert json.loads((tmp_path / "r.json").read_text())["policy"]["passed"] is False


def test_a_report_that_cannot_be_written_keeps_neither_the_others_nor_the_verdict(
    run: Run, layout: Path, tmp_path: Path
) -> None:
    outputs = ("-o", "json=/dev/full", "-o", f"junit={tmp_path / 'r.xml'}", "-o", "text")
    ended = run("audit", layout, "--max-layers", "1", *outputs)
    assert ended.code == 2
    assert "'/dev/full' cannot be written: No space left on device" in ended.err
    assert "FAIL max-layers (2, limit 1)" in ended.err
    assert "FAIL max-layers (2, limit 1)" in ended.out
    assert "max-layers" in (tmp_path / "r.xml").read_text()


def test_an_image_that_is_named_twice_is_judged_once(run: Run, layout: Path) -> None:
    ended = run("audit", layout, layout, "--max-layers", "1", "-o", "json")
    assert ended.document["policy"]["passed"] is False
    assert ended.verdicts[-1] == f"imgscope: FAIL oci:{layout}: 1 of 2 checks fail"


def test_quiet_says_nothing_of_checks_and_keeps_the_code(run: Run, layout: Path) -> None:
    ended = run("audit", layout, "--max-layers", "1", "--quiet")
    assert (ended.code, ended.err) == (1, "")
    assert "FAIL max-layers" in ended.out


@pytest.mark.parametrize("limit", ["1", "2"])
def test_what_was_not_read_completely_is_3_whether_the_policy_would_hold_or_not(
    run: Run, layout: Path, limit: str
) -> None:
    damage(layout)
    ended = run("audit", layout, "--max-layers", limit, "-o", "json")
    assert ended.code == 3
    assert ended.document["policy"]["passed"] is (limit == "2")
    assert ended.verdicts[-1].startswith(f"imgscope: INCOMPLETE oci:{layout}: part of it could not be read; ")


def test_several_images_have_a_verdict_each_and_one_exit_code(run: Run, layout: Path, tmp_path: Path) -> None:
    small = write_oci_layout(tmp_path / "small", {"latest": image([layer(file("a", "a"))], listed_platform=False)})
    ended = run("audit", layout, small, "--max-layers", "1", "--fail-on", "none", "-o", "json")
    assert ended.code == 1
    assert [document["policy"]["passed"] for document in ended.document] == [False, True]
    assert ended.verdicts == [
        "FAIL max-layers (2, limit 1)",
        f"imgscope: FAIL oci:{layout}: 1 of 1 check fails",
        "PASS max-layers (1, limit 1)",
        f"imgscope: PASS oci:{small}: 1 check passes",
        "imgscope: 2 images: 1 pass, 1 fail",
    ]


def test_one_image_that_cannot_be_inspected_outweighs_those_that_fail(run: Run, layout: Path) -> None:
    ended = run("audit", layout, f"oci:{layout}:wrong", "--max-layers", "1")
    assert ended.code == 3
    assert ended.verdicts[-1] == "imgscope: 2 images: 1 fail, 1 not inspected"


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_images_may_be_listed_one_a_line(run: Run, layout: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = f"# ours\n\noci:{layout}   # the first\n  oci:{layout}:latest\n"
    Path("images.txt").write_text(listed)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(listed.encode())))
    ended = run("audit", "--image-list", "images.txt" if source == "file" else "-", "-o", "json")
    assert ended.code == 0
    assert [document["image"]["reference"] for document in ended.document] == [f"oci:{layout}", f"oci:{layout}:latest"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"# none\n \n", "names no image"), (b"\xff", "is not UTF-8"), (None, "cannot be read: No such file")],
)
def test_a_list_without_images_is_refused(run: Run, content: bytes | None, words: str) -> None:
    if content is not None:
        Path("images.txt").write_bytes(content)
    ended = run("audit", "--image-list", "images.txt")
    assert ended.code == 2
    assert f"the image list 'images.txt' {words}" in ended.err


def test_a_configuration_error_is_told_before_anything_is_fetched(run: Run) -> None:
    Path("imgscope.toml").write_text("[policy]\nmax-layer = 1\n")
    with (registry := Registry()).serve() as host:
        ended = run("audit", f"{host}/team/app", "--insecure-registry", host)
    assert ended.code == 2
    assert registry.requests == []
    assert ended.err == (
        "imgscope: imgscope.toml: there is no key 'max-layer' in [policy]\n  hint: did you mean max-layers?\n"
    )


def test_a_report_that_cannot_be_written_is_told_before_a_baseline_is_fetched(run: Run) -> None:
    with (registry := Registry()).serve() as host:
        ended = run(
            *("audit", f"{host}/team/app", "--insecure-registry", host),
            *("--baseline", f"{host}/team/app:main", "-o", "json=missing/r.json"),
        )
    assert ended.code == 2
    assert registry.requests == []


def test_an_image_is_compared_with_another_or_with_the_report_on_it(run: Run, layout: Path, tmp_path: Path) -> None:
    grown = image([*debian().layers, layer(file("var/cache/apk/x.tar.gz", "x" * 500))], listed_platform=False)
    other = write_oci_layout(tmp_path / "grown", {"latest": grown})
    assert run("audit", layout, "-o", "json=before.json").code == 0
    found = []
    for baseline in (f"oci:{layout}", "before.json"):
        ended = run(
            "audit", other, "--baseline", baseline, "--max-growth", "1kB", "--fail-on-new", "info", "-o", "json"
        )
        assert ended.code == 1
        found.append({check["name"]: check["status"] for check in ended.document["policy"]["checks"]})
        same = run("audit", layout, "--baseline", baseline, "--max-growth", "0%", "--fail-on-new", "info")
        assert same.code == 0
    assert found[0] == found[1]
    assert found[0]["compressed-growth"] == "pass"
    assert found[0]["new-packages"] == "skip"
    assert found[0]["fail-on-new"] == "fail"


def test_a_baseline_that_cannot_be_read_is_said_to_be_it(run: Run, layout: Path) -> None:
    ended = run("audit", layout, "--baseline", f"oci:{layout}:wrong")
    assert ended.code == 3
    assert ended.last_words[0] == f"imgscope: the baseline is oci:{layout}:wrong"
    assert ended.last_words[1].startswith(f"imgscope: the baseline oci:{layout}:wrong: ")
    damage(layout)
    ended = run("audit", layout, "--baseline", f"oci:{layout}")
    assert ended.code == 3
    assert f"the baseline oci:{layout} could not be read completely" in ended.err


def test_a_baseline_file_that_is_not_there_is_not_looked_for_in_a_registry(run: Run, layout: Path) -> None:
    for name in ("before.json", "./before"):
        ended = run("audit", layout, "--baseline", name)
        assert ended.code == 2
        assert name.removeprefix("./") in ended.err


def test_a_rule_that_is_disabled_says_nothing_and_another_weighs_what_the_user_says(run: Run, layout: Path) -> None:
    ended = run(
        *("audit", layout, "-o", "json", "--fail-on", "critical"),
        *("--disable", "apk-cache-left", "--severity", "apt-lists-left=critical"),
    )
    assert ended.code == 1
    assert [(found["ruleId"], found["severity"]) for found in ended.document["findings"]] == [
        ("apt-lists-left", "critical")
    ]
    ended = run("audit", layout, "-o", "json", "--disable", "apt-lists-left")
    assert (ended.document["findings"], ended.document["leftovers"]["groups"]) == ([], [])


def test_an_image_that_is_only_shown_is_asked_the_same_rules_and_not_judged(run: Run, layout: Path) -> None:
    Path("imgscope.toml").write_text('[policy]\nmax-layers = 1\n[rules]\ndisable = ["apt-lists-left"]\n')
    ended = run(layout, "-o", "json")
    assert ended.code == 0
    assert (ended.document["findings"], ended.document["policy"]["checks"]) == ([], [])
    Path("other.toml").write_text("")
    assert run(layout, "-o", "json", "--config", "other.toml").document["findings"]
    assert run(layout, "--config", "missing.toml").code == 2


def test_dive_s_policy_is_held_and_what_expired_is_told(run: Run, layout: Path) -> None:
    Path(".dive-ci").write_text("rules:\n  lowestEfficiency: 0.5\n  highestUserWastedPercent: 0\n")
    Path(".imgscopeignore").write_text("runs-as-root exp:2001-01-01\n")
    ended = run("audit", layout)
    assert ended.code == 0
    assert ended.last_words == [
        "imgscope: note: .imgscopeignore:1: runs-as-root is no longer ignored, since it was until 2001-01-01"
    ]
    assert ended.verdicts[:-1] == [
        "PASS lowestEfficiency (1, limit 0.5)",
        "SKIP highestWastedBytes (not judged, limit disabled)",
        "PASS highestUserWastedPercent (0, limit 0)",
    ]


def test_C70_a_check_quotes_an_image_in_a_form_that_is_safe_to_show(run: Run, layout: Path, tmp_path: Path) -> None:
    hostile = layer(file("lib/apk/db/installed", "P:na\x1b[31mme\u202e\nV:1\n"))
    other = write_oci_layout(tmp_path / "other", {"latest": image([hostile], listed_platform=False)})
    ended = run("audit", other, "--baseline", layout)
    assert r"SKIP new-packages (1: na\x1b[31mme\u202e, limit none)" in ended.verdicts
    assert not set("\x1b\u202e") & set(ended.err + ended.out)


def test_every_key_of_the_policy_is_an_option_and_in_the_help(run: Run) -> None:
    help_text = run("audit", "--help").out
    _, _, policy = help_text.partition("Policy, each also a key of [policy] in imgscope.toml:\n")
    for key in KEYS:
        assert f"  --{key.name} {key.metavar}" in policy
    for option in ("--config FILE", "--image-list FILE", "--disable RULE", "--severity RULE=SEVERITY"):
        assert option in help_text
