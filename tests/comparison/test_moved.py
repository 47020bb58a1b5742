"""An image on another base: whose layers, environment, commands and linker configuration it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from imgscope.comparison.base import base_of
from imgscope.comparison.moved import Moved, move
from imgscope.examine import Examination
from imgscope.facts import InspectedImage
from imgscope.linking.configuration import LinkerConfiguration
from imgscope.rules.base import RuleSettings
from tests.comparison.bases import inspected
from tests.support.images import BuiltLayer, file, layer, whiteout

_BASE: Final = layer(file("etc/os-release", "ID=old\n"), file("base", "x"), file("etc/ld.so.conf", "/opt/old\n"))
_OTHER: Final = layer(file("etc/os-release", "ID=new\n"), file("other", "x"), file("etc/ld.so.conf", "/opt/new\n"))
_CONFIG: Final = {"Env": ["PATH=/old/bin", "OLD=1"], "Entrypoint": ["/old"], "Cmd": ["old"], "WorkingDir": "/old"}


def moved(own: BuiltLayer, config: Mapping[str, Any], other: Mapping[str, Any], *, known: bool = True) -> Moved:
    mine = inspected([_BASE, own], config)
    base = base_of(mine, [inspected([_BASE], _CONFIG).head])
    if not known:
        base = base.__class__(layer_count=1, evidence="history")
    return move(mine, base, inspected([_OTHER, layer(file("second", "x"))], other), Examination(RuleSettings()))


def test_the_layers_of_the_base_are_replaced_and_those_of_the_image_lie_on_them() -> None:
    found = moved(layer(file("own", "x"), whiteout("base"), file("second", "mine")), _CONFIG, {})
    assert found.first_own == 2
    tree = found.image.tree
    assert tree.get("base") is None
    assert tree.get("other") is not None
    own = tree.get("second")
    assert own is not None
    assert (own.content_layer, own.size) == (2, 4)
    assert found.image.distro.id == "new"


def test_what_the_base_set_is_what_the_other_sets_and_what_the_image_set_stays() -> None:
    own = {**_CONFIG, "Env": ["PATH=/old/bin", "OLD=1", "MINE=1", "OLD=2"], "Cmd": ["old"]}
    run = moved(
        layer(), own, {"Env": ["PATH=/new/bin", "NEW=1"], "Entrypoint": ["/new"], "Cmd": ["new"]}
    ).image.config.run
    assert run.env == ("PATH=/new/bin", "NEW=1", "MINE=1", "OLD=2")
    assert (run.entrypoint, run.cmd, run.working_dir) == (("/new",), ("new",), None)


def test_commands_of_its_own_stay() -> None:
    own = {**_CONFIG, "Entrypoint": ["/mine"], "Cmd": None, "WorkingDir": "/mine", "User": "me"}
    run = moved(layer(), own, {"Entrypoint": ["/new"], "Cmd": ["new"], "User": "other"}).image.config.run
    assert (run.entrypoint, run.cmd, run.working_dir, run.user) == (("/mine",), None, "/mine", "me")


def test_a_command_of_its_own_stays_behind_the_entrypoint_of_the_base() -> None:
    own = {**_CONFIG, "Cmd": ["mine"]}
    run = moved(layer(), own, {"Entrypoint": ["/new"], "Cmd": ["new"]}).image.config.run
    assert (run.entrypoint, run.cmd) == (("/new",), ("mine",))


def test_where_the_configuration_of_the_base_is_not_at_hand_the_image_keeps_its_own() -> None:
    run = moved(layer(), _CONFIG, {"Env": ["NEW=1"], "Entrypoint": ["/new"]}, known=False).image.config.run
    assert (run.env, run.entrypoint) == (("PATH=/old/bin", "OLD=1"), ("/old",))


def test_loaders_look_where_either_image_has_them_look() -> None:
    (linking,) = _linking(moved(layer(), _CONFIG, {}).image)
    assert linking.directories == ("/opt/new", "/opt/old")


def _linking(image: InspectedImage) -> tuple[LinkerConfiguration, ...]:
    return image.facts_of(LinkerConfiguration)
