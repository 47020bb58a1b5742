"""CycloneDX: valid by the schema, and all that is known of packages."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from imgscope.errors import UsageError
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport
from tests.render.example import example
from tests.render.golden import assert_golden
from tests.render.hostile import hostile
from tests.support.memory import inspect

RENDER = renderer("cyclonedx").render
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def bill(*reports: ImageReport, several: bool = False) -> dict[str, Any]:
    document = json.loads(RENDER(reports, RenderOptions(several=several)))
    assert isinstance(document, dict)
    return document


def test_the_bill_of_the_example_is_as_it_was() -> None:
    document = bill(example())
    # The library names itself and its version.
    document["metadata"]["tools"] = {}
    document["serialNumber"] = ""
    assert_golden("example-cyclonedx.json", json.dumps(document, indent=2) + "\n")


@pytest.mark.parametrize(
    "reports",
    [[], [example()], [example(lost_layer=True)], [hostile()], [inspect().report], [example(), hostile()]],
    ids=["none", "example", "incomplete", "hostile", "empty", "several"],
)
def test_it_is_valid_by_the_published_schema(reports: list[ImageReport]) -> None:
    text = RENDER(reports, RenderOptions(several=len(reports) != 1))
    assert VALIDATOR.validate_str(text) is None


def test_packages_have_their_purl_their_layer_and_their_size() -> None:
    (gcc,) = [each for each in bill(example())["components"] if each["name"] == "gcc"]
    assert gcc["purl"] == "pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64&distro=debian-12"
    values = {each["name"]: each["value"] for each in gcc["properties"]}
    assert values["imgscope:layer"] == "1"
    assert values["imgscope:layerDigest"] == example().layers[1].digest


def test_packages_that_are_not_the_distributions_say_where_they_are() -> None:
    (package, *_) = example().packages
    reported = msgspec.structs.replace(package, path="app/site/pip-23.0.1.dist-info")
    (listed, *others) = bill(msgspec.structs.replace(example(), packages=(reported, package)))["components"]
    assert listed["evidence"] == {"occurrences": [{"location": "/app/site/pip-23.0.1.dist-info"}]}
    assert not any("evidence" in each for each in others)


def test_the_image_is_what_the_bill_is_about() -> None:
    component = bill(example())["metadata"]["component"]
    assert (component["type"], component["version"]) == ("container", example().image.digest)
    assert "purl" not in component
    image = msgspec.structs.replace(example().image, source="registry")
    of_registry = bill(msgspec.structs.replace(example(), image=image))["metadata"]["component"]
    assert of_registry["purl"].startswith("pkg:oci/app@sha256")
    assert "repository_url=example.com/app" in of_registry["purl"]


def test_several_images_are_components_with_components() -> None:
    components = bill(example(), hostile(), several=True)["components"]
    assert [component["type"] for component in components] == ["container", "container"]
    assert all(component["components"] for component in components)


def test_packages_depend_on_what_they_require() -> None:
    first, second, *others = example().packages
    required = msgspec.structs.replace(first, required_by=(second.name,))
    report = msgspec.structs.replace(example(), packages=(required, second, *others))
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill(report)["dependencies"]}
    assert needs["image/package-1"] == ["image/package-0"]
    assert "image/package-0" not in needs["image"]
    assert "image/package-1" in needs["image"]


@pytest.mark.parametrize(("most", "dependencies"), [(10_000, 50 * 50), (1_000, 50 * 20)])
def test_very_many_packages_of_one_name_do_not_all_depend_on_as_many_of_another(
    most: int, dependencies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imgscope.render._bill_of_materials._MOST_DEPENDENCIES", most)
    (package, *_) = example().packages
    needing = (msgspec.structs.replace(package, name="a", required_by=()),) * 50
    needed = (msgspec.structs.replace(package, name="b", required_by=("a",)),) * 50
    document = bill(msgspec.structs.replace(example(), packages=(*needing, *needed)))
    told = {each["ref"]: len(each.get("dependsOn", ())) for each in document["dependencies"]}
    assert sum(told.values()) - told["image"] == dependencies


def test_the_same_image_has_the_same_serial_number() -> None:
    assert bill(example())["serialNumber"] == bill(example())["serialNumber"]
    assert bill(example())["serialNumber"] != bill(inspect().report)["serialNumber"]


def test_without_the_extra_it_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "cyclonedx" else find(name))
    monkeypatch.delitem(sys.modules, "imgscope.render.cyclonedx")
    with pytest.raises(UsageError) as raised:
        renderer("cyclonedx")
    assert raised.value.message == "the format cyclonedx needs the package cyclonedx-python-lib, which is not installed"
    assert raised.value.hint == "install it with: pip install cyclonedx-python-lib"
