"""JUnit: valid by the schema that Jenkins has, and a case for each rule and check."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
import xmlschema

from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import Failure, Finding, ImageReport, PolicyCheck, PolicyVerdict, Severity
from imgscope.rules import rule_pages
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.render.hostile import hostile
from tests.support.memory import inspect

RENDER = renderer("junit").render
SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "schemas/junit-10.xsd"))
CHECKS = (
    PolicyCheck(name="max-layers", limit="20", actual="6", status="pass"),
    PolicyCheck(name="max-wasted", limit="20 MB", actual="25.3 MB", status="fail"),
    PolicyCheck(name="max-growth", limit="5%", actual="no baseline", status="skip"),
)


def suite_of(report: ImageReport) -> ET.Element:
    (suite,) = ET.fromstring(RENDER([report], RenderOptions()))
    return suite


def judged() -> ImageReport:
    return msgspec.structs.replace(example(), policy=PolicyVerdict(passed=False, checks=CHECKS, ignored=()))


def outcomes(report: ImageReport, group: str) -> dict[str | None, str]:
    """Return how each case of a group ended, by its name."""
    return {
        case.get("name"): next((each.tag for each in case if each.tag != "system-out"), "passed")
        for case in suite_of(report).iter("testcase")
        if case.get("classname") == group
    }


def test_the_report_on_the_example_is_as_it_was() -> None:
    root = ET.fromstring(RENDER([judged()], RenderOptions()))
    # Rules that found nothing are as many as there are rules: golden are those that have something to say.
    for case in [case for case in root.iter("testcase") if len(case) == 0]:
        root[0].remove(case)
    for each in (root, root[0]):
        each.set("tests", "0")
    ET.indent(root)
    assert_golden("example-junit.xml", ET.tostring(root, encoding="unicode") + "\n")


@pytest.mark.parametrize(
    "reports",
    [[], [judged()], [example(lost_layer=True)], [hostile()], [inspect().report], [judged(), hostile()]],
    ids=["none", "example", "incomplete", "hostile", "empty", "several"],
)
def test_it_is_valid_by_the_published_schema(reports: list[ImageReport]) -> None:
    text = RENDER(reports, RenderOptions())
    SCHEMA.validate(text)
    assert len(ET.fromstring(text)) == len(reports)


def test_every_rule_is_a_case_which_fails_from_medium_on() -> None:
    ended = outcomes(example(), "imgscope.rules")
    assert list(ended) == [page.rule.id for page in rule_pages()]
    assert ended["start-command-cannot-run"] == "failure"
    assert ended["interpreter-missing"] == "passed"
    assert ended["deleted-later"] == "failure"
    assert ended["apt-lists-left"] == "passed"
    assert ended["git-directory-left"] == "passed"


def test_a_rule_that_was_not_asked_did_not_pass() -> None:
    (suite,) = ET.fromstring(RENDER([example()], RenderOptions(disabled=frozenset({"logs-left"}))))
    (case,) = [case for case in suite.iter("testcase") if case.get("name") == "logs-left"]
    assert [each.tag for each in case] == ["skipped"]
    assert suite.get("skipped") == "1"


def test_what_matters_little_is_told_in_the_output_of_its_case() -> None:
    (case,) = [case for case in suite_of(example()).iter("testcase") if case.get("name") == "apt-lists-left"]
    assert "package lists and caches of apt in /var/lib/apt/lists" in (case.findtext("system-out") or "")


def test_every_check_of_the_policy_is_a_case() -> None:
    assert outcomes(judged(), "imgscope.policy") == {
        "max-layers": "passed",
        "max-wasted": "failure",
        "max-growth": "skipped",
    }


def test_what_could_not_be_read_and_a_rule_that_crashed_are_errors() -> None:
    failures = (
        Failure(stage="layer", name="sha256:1", message="it is lost"),
        Failure(stage="rule", name="no-healthcheck", message="it crashed"),
    )
    report = msgspec.structs.replace(example(), complete=False, failures=failures)
    assert outcomes(report, "imgscope.rules")["no-healthcheck"] == "error"
    assert outcomes(report, "imgscope.inspection") == {"layer sha256:1": "error"}


def test_counts_are_those_of_the_cases() -> None:
    root = ET.fromstring(RENDER([judged(), example(lost_layer=True)], RenderOptions()))
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        for suite in root:
            assert int(suite.get(count, "")) == len(list(suite.iter(tag)))
    assert int(root.get("tests", "")) == len(list(root.iter("testcase")))
    assert int(root.get("failures", "")) == len(list(root.iter("failure"))) > 0


def test_a_finding_with_very_many_names_is_cut_short() -> None:
    finding = Finding(
        rule_id="x", severity=Severity.HIGH, confidence="high", message="m", packages=(),
        paths=tuple(f"p{number}" for number in range(1000)),
    )  # fmt: skip
    text = RENDER([msgspec.structs.replace(example(), findings=(finding,))], RenderOptions())
    assert "- /p99\n- and 900 more<" in text
