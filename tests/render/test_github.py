"""Annotations: one line a finding, and none that an image wrote."""

from __future__ import annotations

import re

import msgspec

from imgscope.dockerfile.parse import parse_dockerfile
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import PolicyCheck, PolicyVerdict
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.render.hostile import hostile
from tests.render.test_sarif import DOCKERFILE
from tests.support.images import file, layer
from tests.support.memory import inspect

RENDER = renderer("github").render
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def test_the_annotations_on_the_example_are_as_they_were() -> None:
    assert_golden("example-github.txt", RENDER([example()], RenderOptions()))


def test_with_a_Dockerfile_they_have_a_file_and_lines() -> None:
    dockerfile = parse_dockerfile(DOCKERFILE, "docker files/a,b%/Dockerfile")
    lines = RENDER([example()], RenderOptions(dockerfile=dockerfile)).splitlines()
    (found,) = [line for line in lines if "apt-lists-left" in line]
    assert found.startswith(
        "::notice file=docker files/a%2Cb%25/Dockerfile,line=3,endLine=4,title=apt-lists-left (low)::"
    )


def test_severities_are_errors_warnings_and_notices() -> None:
    kinds = [COMMAND.fullmatch(line) for line in RENDER([example()], RenderOptions()).splitlines()]
    found = {(kind[2].rpartition("(")[2], kind[1]) for kind in kinds if kind}
    assert found == {("high)", "error"), ("medium)", "warning"), ("low)", "notice"), ("info)", "notice")}


def test_checks_that_fail_and_what_could_not_be_read_are_errors() -> None:
    checks = (
        PolicyCheck(name="max-layers", limit="5", actual="6", status="fail"),
        PolicyCheck(name="max-wasted", limit="5", actual="1", status="pass"),
    )
    verdict = PolicyVerdict(passed=False, checks=checks, ignored=())
    report = msgspec.structs.replace(example(lost_layer=True), policy=verdict, findings=())
    first, second = RENDER([report], RenderOptions()).splitlines()
    assert first == "::error title=policy%3A max-layers::example.com/app:1: max-layers is 6, limit 5"
    assert second.startswith("::error title=incomplete::example.com/app:1: layer sha256:")


def test_C71_every_line_is_one_command_whatever_an_image_calls_things() -> None:
    lines = RENDER([hostile()], RenderOptions()).splitlines()
    report = hostile()
    assert len(lines) == len(report.findings) + len(report.policy.checks) + len(report.failures)
    commands = [COMMAND.fullmatch(line) for line in lines]
    assert all(commands)
    assert not [each for each in commands if each and set(each[2].replace("%", "")) & set("\r\n")]
    percent = re.compile(r"%(?!25|0A|0D|3A|2C)")
    assert not [line for line in lines if percent.search(line)]


def test_an_image_with_nothing_to_say_has_no_annotation() -> None:
    report = msgspec.structs.replace(inspect(layer(file("a"))).report, findings=())
    assert RENDER([report], RenderOptions()) == ""


def test_of_very_many_paths_the_rest_is_counted() -> None:
    finding = msgspec.structs.replace(example().findings[0], paths=tuple(f"p{number}" for number in range(12)))
    (line,) = RENDER([msgspec.structs.replace(example(), findings=(finding,))], RenderOptions()).splitlines()
    assert "/p9%0Aand 2 more paths%0A" in line
