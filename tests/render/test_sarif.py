"""SARIF: valid by its schema, the same findings at the same places, and accepted where findings are shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import msgspec
import pytest

from imgscope.dockerfile.parse import parse_dockerfile
from imgscope.render import renderer
from imgscope.render._places import SET_BY
from imgscope.render.base import RenderOptions
from imgscope.report import Finding, ImageReport
from imgscope.rules import rule_pages
from tests.render.example import example, judged_example
from tests.render.golden import assert_golden
from tests.render.hostile import HOSTILE, hostile
from tests.support.images import file, layer
from tests.support.memory import inspect

RENDER = renderer("sarif").render
SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
DOCKERFILE = """\
FROM debian:12

RUN apt-get update && \\
    apt-get install -y gcc libpq-dev
COPY --link . /app
RUN chown app /app/data
RUN rm /app/source.tar
USER app
"""


def run_of(report: ImageReport, **options: Any) -> dict[str, Any]:
    (run,) = json.loads(RENDER([report], RenderOptions(**options)))["runs"]
    assert isinstance(run, dict)
    return run


def findings_of(report: ImageReport) -> list[dict[str, Any]]:
    """Return the results that are findings to be judged."""
    results = run_of(report)["results"]
    return [each for each in results if not each["suppressions"] and not each["ruleId"].startswith("policy-")]


def without_rules(text: str) -> str:
    """Leave out what every run says of all rules: their pages change with the rules, not with this format."""
    document = json.loads(text)
    for run in document["runs"]:
        run["tool"]["driver"]["rules"] = []
        run["tool"]["driver"]["semanticVersion"] = "0"
        for result in run["results"]:
            del result["ruleIndex"]
    return json.dumps(document, indent=2) + "\n"


def test_the_report_on_the_example_is_as_it_was() -> None:
    assert_golden("example.sarif", without_rules(RENDER([judged_example()], RenderOptions())))


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [example()],
        [judged_example()],
        [example(lost_layer=True)],
        [hostile()],
        [inspect().report],
        [example(), hostile()],
    ],
    ids=["none", "example", "judged", "incomplete", "hostile", "empty", "several"],
)
@pytest.mark.parametrize("dockerfile", [None, parse_dockerfile(DOCKERFILE, "a b/Dockerfile")], ids=["", "dockerfile"])
def test_it_is_valid_by_the_published_schema(reports: list[ImageReport], dockerfile: Any) -> None:
    document = json.loads(RENDER(reports, RenderOptions(dockerfile=dockerfile)))
    VALIDATOR.validate(document)
    assert len(document["runs"]) == len(reports)


def test_every_rule_is_listed_with_its_help_whether_it_found_something_or_not() -> None:
    run = run_of(inspect(layer(file("a"))).report)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == [page.rule.id for page in rule_pages()]
    markdown = rules["apt-lists-left"]["help"]["markdown"]
    assert markdown.startswith("# Package lists of apt left in the image\n")
    assert "## How to fix" in markdown
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules.values())


def test_results_point_at_their_rules() -> None:
    run = run_of(judged_example())
    rules = run["tool"]["driver"]["rules"]
    assert run["results"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_severities_are_levels_and_only_security_has_a_security_severity() -> None:
    rules = {rule["id"]: rule for rule in run_of(example())["tool"]["driver"]["rules"]}
    assert rules["secret-in-file"]["properties"] == {
        "tags": ["container", "secrets", "security"],
        "security-severity": "8.0",
    }
    assert rules["secret-in-file"]["defaultConfiguration"] == {"level": "error"}
    assert rules["apt-lists-left"]["properties"] == {"tags": ["container", "leftovers"]}
    levels = {each["properties"]["severity"]: each["level"] for each in run_of(example())["results"]}
    assert levels == {"high": "error", "medium": "warning", "low": "note", "info": "note"}


def test_paths_of_the_image_are_percent_encoded_down_to_their_bytes() -> None:
    locations = [result["locations"][0] for result in findings_of(hostile())]
    uris = [location["physicalLocation"]["artifactLocation"]["uri"] for location in locations]
    assert [unquote_to_bytes(uri) for uri in uris] == [text.encode("utf-8", "surrogateescape") for text in HOSTILE]
    assert all(uri.isascii() and not set(uri) & set(" :<>\"'`\\") for uri in uris)


def test_findings_say_which_layer_and_packages_they_are_about() -> None:
    (result,) = [each for each in run_of(example())["results"] if each["ruleId"] == "compiler-left"]
    assert result["locations"][0]["logicalLocations"] == [
        {"name": "layer 1", "fullyQualifiedName": example().layers[1].digest, "kind": "layer"},
        {"name": "gcc", "kind": "package"},
    ]


def test_with_a_Dockerfile_findings_are_at_the_lines_of_their_instructions() -> None:
    run = run_of(example(), dockerfile=parse_dockerfile(DOCKERFILE, "docker/Dockerfile"))
    places = {}
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "docker/Dockerfile"}
        places[result["ruleId"]] = (physical["region"]["startLine"], physical["region"]["endLine"])
    assert places["apt-lists-left"] == (3, 4)
    assert places["metadata-changed-later"] == (6, 6)
    assert places["deleted-later"] == (5, 5)
    listed = next(each for each in run["results"] if each["ruleId"] == "apt-lists-left")["relatedLocations"]
    assert listed[0]["physicalLocation"]["artifactLocation"] == {"uri": "var/lib/apt/lists", "uriBaseId": "IMAGE"}


def test_what_no_layer_has_is_at_the_instruction_that_sets_it() -> None:
    report = inspect(
        layer(file("bin/app", mode=0o755)), config={"Env": ["TOKEN=x"], "User": "0", "Entrypoint": ["/bin/app"]}
    ).report
    secret = Finding(
        rule_id="secret-in-configuration", severity=report.findings[0].severity, confidence="high",
        message="ENV holds a secret: a token", paths=(), packages=(),
    )  # fmt: skip
    report = msgspec.structs.replace(report, findings=(*report.findings, secret))
    text = 'FROM scratch\nENV TOKEN=x\nCOPY app /bin\nUSER 0\nENTRYPOINT ["/bin/app"]\n'
    results = run_of(report, dockerfile=parse_dockerfile(text, "Dockerfile"))["results"]
    lines = {each["ruleId"]: each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results}
    assert lines["runs-as-root"] == 4
    assert lines["secret-in-configuration"] == 2


def test_what_is_said_of_the_ENTRYPOINT_is_shown_there_and_not_at_the_CMD_below_it() -> None:
    report = inspect(layer(file("bin/app")), config={"Entrypoint": ["/bin/none"], "Cmd": ["--help"]}).report
    text = 'FROM scratch\nCOPY app /bin\nENTRYPOINT ["/bin/none"]\nCMD ["--help"]\n'
    results = run_of(report, dockerfile=parse_dockerfile(text, "Dockerfile"))["results"]
    (found,) = [each for each in results if each["ruleId"] == "start-command-cannot-run"]
    assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_a_Dockerfile_in_the_working_directory_is_relative_to_it_and_others_are_file_URIs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    uris = []
    for path in (tmp_path / "a b" / "Dockerfile", Path("/other/Dockerfile")):
        run = run_of(example(), dockerfile=parse_dockerfile(DOCKERFILE, str(path)))
        uris.append(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    assert uris == ["a%20b/Dockerfile", "file:///other/Dockerfile"]


def test_every_rule_that_has_instructions_of_its_own_exists() -> None:
    assert set(SET_BY) <= {page.rule.id for page in rule_pages()}


def test_fingerprints_stay_the_same_while_sizes_and_digests_change_and_no_two_are_equal() -> None:
    def fingerprints(size: int) -> list[dict[str, str]]:
        lists = file("var/lib/apt/lists/x", "x" * size)
        return [each["partialFingerprints"] for each in run_of(inspect(layer(lists), layer(lists)).report)["results"]]

    assert fingerprints(1_500_000) == fingerprints(1_600_000)
    hashes = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run_of(example())["results"]]
    assert len(set(hashes)) == len(hashes)


def test_an_inspection_that_is_not_complete_says_so_with_its_failures() -> None:
    assert run_of(example())["invocations"][0]["executionSuccessful"] is True
    (invocation,) = run_of(example(lost_layer=True))["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["descriptor"] == {"id": "layer-failed"}
    assert told["message"]["text"] == example(lost_layer=True).failures[0].message


def test_runs_on_different_images_have_different_identities() -> None:
    runs = json.loads(RENDER([example(), hostile()], RenderOptions()))["runs"]
    identities = [run["automationDetails"]["id"] for run in runs]
    assert identities[0] == "imgscope/example.com/app:1/linux/amd64/"
    assert len(set(identities)) == 2


def test_what_is_ignored_is_a_result_that_is_suppressed_for_the_reason_that_the_user_gave() -> None:
    results = run_of(judged_example())["results"]
    (suppressed,) = [each for each in results if each["suppressions"]]
    assert suppressed["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "ignored by .imgscopeignore:3, until 2999-12-31",
        }
    ]
    (judged,) = [each for each in run_of(example())["results"] if each["ruleId"] == "apt-lists-left"]
    assert {**suppressed, "suppressions": []} == judged


def test_a_check_that_fails_is_a_result_with_a_rule_of_its_own() -> None:
    run = run_of(judged_example(), dockerfile=parse_dockerfile(DOCKERFILE, "Dockerfile"))
    failed = {each["ruleId"]: each for each in run["results"] if each["ruleId"].startswith("policy-")}
    assert {name: each["message"]["text"] for name, each in failed.items()} == {
        "policy-max-wasted": "max-wasted is 25.8 MB, limit 20.0 MB",
        "policy-fail-on": "fail-on is 1 high, limit high",
        "policy-lowestEfficiency": "lowestEfficiency is 0.5, limit 0.95",
    }
    assert {each["level"] for each in failed.values()} == {"error"}
    place = failed["policy-max-wasted"]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("Dockerfile", 1)


def test_the_rules_of_a_policy_say_what_they_ask_and_where_that_is_set() -> None:
    rules = {rule["id"]: rule for rule in run_of(judged_example())["tool"]["driver"]["rules"]}
    listed = [name for name in rules if name.startswith("policy-")]
    assert listed == ["policy-max-layers", "policy-max-wasted", "policy-fail-on", "policy-lowestEfficiency"]
    assert rules["policy-max-wasted"]["help"]["text"] == (
        "Most bytes that layers ship in vain.\n\n"
        "Set by max-wasted in the policy of imgscope.toml, or by the option of that name."
    )
    assert rules["policy-lowestEfficiency"]["help"]["text"].endswith("Set in the file .dive-ci.")


def test_C71_a_name_does_not_become_a_link() -> None:
    texts = [result["message"]["text"] for result in findings_of(hostile())]
    (link,) = [text for text in texts if "link" in text]
    assert "\\[link\\](https://evil.example)" in link
