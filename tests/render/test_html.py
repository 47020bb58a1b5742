"""The page: one file, nothing from elsewhere, and nothing of an image in its markup."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from imgscope.contents import with_contents
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport
from tests.render.example import example, judged_example
from tests.render.hostile import HOSTILE, hostile
from tests.render.page import Page
from tests.support.images import file, layer
from tests.support.memory import inspect, tree_of

RENDER = renderer("html").render
TREE = tree_of(
    layer(
        *(
            file(
                f"usr/{name.replace('/', '_')}",
                "x" * 3000,
            )
            for name in HOSTILE
            if "\0" not in name
        )
    ),
    layer(file("usr/lib/large", "y" * 9000), file("etc/small", "z" * 500)),
)


def render(*reports: ImageReport) -> str:
    return RENDER([with_contents(report, TREE) for report in reports], RenderOptions())


def test_it_loads_nothing_from_anywhere() -> None:
    page = Page(render(example()))
    assert not [name for _, attributes in page.elements for name in attributes if name in ("src", "srcset", "data")]
    assert [attributes["href"] for _, attributes in page.elements if "href" in attributes] == ["#main"]
    assert not [text for text in page.raw["style"] if "url(" in text or "@import" in text]
    assert not {tag for tag, _ in page.elements} & {"link", "iframe", "object", "embed", "img", "base"}


def test_the_policy_allows_its_own_script_and_style_and_nothing_else() -> None:
    page = Page(render(example()))
    (policy,) = [attributes["content"] for _, attributes in page.elements if "http-equiv" in attributes]
    _, script = page.raw["script"]
    (style,) = page.raw["style"]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style)]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    handlers = [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert handlers == [name for _, attributes in page.elements for name in attributes if name == "style"] == []


def test_C71_the_markup_is_the_same_whatever_an_image_calls_things() -> None:
    assert Page(render(hostile())).elements == Page(render(example())).elements
    text = render(hostile())
    assert "<script>alert" not in text
    assert "</script>" not in text.partition('id="data">')[2].partition("\n")[0].removesuffix("</script>")
    assert Page(text).data[0]["findings"][2]["message"] == HOSTILE[2]


def test_the_script_never_makes_markup_of_text() -> None:
    _, script = Page(render(example())).raw["script"]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|setAttribute\(.on", script
    )


def test_it_has_the_layers_findings_packages_and_contents() -> None:
    (data,) = Page(render(example())).data
    report = example()
    assert [layer["index"] for layer in data["layers"]] == [layer.index for layer in report.layers]
    assert [finding["rule"] for finding in data["findings"]] == [finding.rule_id for finding in report.findings]
    assert [package["name"] for package in data["packages"]] == [package.name for package in report.packages]
    assert data["contents"]["s"] == sum(node.size for node in TREE.files)
    assert data["verdict"] == "Inspected"


def test_the_verdict_says_what_came_of_the_policy_and_what_was_ignored_says_why() -> None:
    (data,) = Page(render(judged_example())).data
    assert (data["verdict"], data["outcome"]) == ("The policy does not hold", "3 of 4 checks fail, 1 finding ignored")
    assert [(each["rule"], each["ignored"]) for each in data["ignored"]] == [
        ("apt-lists-left", ".imgscopeignore:3, until 2999-12-31")
    ]
    assert "apt-lists-left" not in [each["rule"] for each in data["findings"]]
    assert {each["ignored"] for each in data["findings"]} == {None}
    assert Page(render(example())).data[0]["outcome"] is None


def test_several_images_are_in_one_page() -> None:
    assert len(Page(render(example(), hostile())).data) == 2
    assert (
        Page(render(hostile())).data[0]["verdict"] == "The policy does not hold, but not all of the image could be read"
    )


def test_every_control_has_a_name() -> None:
    text = render(example())
    assert '<label>Search <input type="search" id="finding-search"' in text
    assert '<html lang="en">' in text


def test_a_report_without_contents_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="needs a report with contents"):
        RENDER([inspect(layer(file("a"))).report], RenderOptions())
