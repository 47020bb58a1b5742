"""The image configuration."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.errors import DocumentError
from imgscope.oci.config import History, ImageConfig, RunConfig, parse_config
from tests.support.images import CREATED, file, image, layer, step, to_json

ONE, TWO = layer(file("a"), created_by="ADD a /"), layer(file("b"), created_by="RUN b")


def config(*steps: Any, **fields: Any) -> ImageConfig:
    return parse_config(image(steps, config_fields=fields).config)


def test_a_configuration_holds_platform_history_and_layers() -> None:
    parsed = config(ONE, step("ENV A=b"), TWO, variant="v3", author="someone")
    assert str(parsed.platform) == "linux/amd64/v3"
    assert parsed.rootfs.diff_ids == (ONE.diff_id, TWO.diff_id)
    assert parsed.history == (
        History(created=CREATED, created_by="ADD a /"),
        History(created=CREATED, created_by="ENV A=b", empty_layer=True),
        History(created=CREATED, created_by="RUN b"),
    )
    assert (parsed.created, parsed.author) == (CREATED, "someone")


def test_what_a_container_starts_with_is_read_under_dockers_names() -> None:
    run = parse_config(
        image(
            [],
            config={
                "User": "app",
                "Env": ["A=b"],
                "Entrypoint": ["/app"],
                "Cmd": ["-v"],
                "WorkingDir": "/srv",
                "ExposedPorts": {"80/tcp": {}},
                "Volumes": {"/data": {}},
                "Labels": {"a": "b"},
                "StopSignal": "SIGINT",
                "Shell": ["/bin/bash", "-c"],
                "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5_000_000_000, "StartPeriod": 1, "Retries": 3},
            },
        ).config
    ).run
    assert (run.user, run.env, run.entrypoint, run.cmd, run.working_dir) == (
        "app",
        ("A=b",),
        ("/app",),
        ("-v",),
        "/srv",
    )
    assert (run.exposed_ports, run.volumes, run.labels) == ({"80/tcp": {}}, {"/data": {}}, {"a": "b"})
    assert (run.stop_signal, run.shell) == ("SIGINT", ("/bin/bash", "-c"))
    assert run.healthcheck is not None
    assert (run.healthcheck.test, run.healthcheck.interval) == (("CMD", "true"), 5_000_000_000)
    assert (run.healthcheck.start_period, run.healthcheck.retries) == (1, 3)


@pytest.mark.parametrize("document", [{}, {"config": None, "history": None}, {"config": {"Env": None, "Labels": None}}])
def test_everything_may_be_absent_or_null(document: dict[str, Any]) -> None:
    parsed = parse_config(to_json(document))
    assert parsed.run == RunConfig()
    assert parsed.layer_history(0) == ()


@pytest.mark.parametrize(
    ("platform", "normal"),
    [("linux/x86_64", "linux/amd64"), ("linux/aarch64", "linux/arm64"), ("linux/arm", "linux/arm/v7")],
)
def test_C3_the_platform_has_its_normal_name(platform: str, normal: str) -> None:
    assert str(parse_config(image([], platform=platform).config).platform) == normal


def test_C5_the_version_of_windows_is_kept() -> None:
    assert config(**{"os.version": "10.0.17763.1"}).platform.os_version == "10.0.17763.1"


def test_C32_each_layer_has_its_step_where_numbers_agree() -> None:
    steps = config(step("ENV A=b"), ONE, step("CMD x"), TWO).layer_history(2)
    assert [each.created_by if each else None for each in steps] == ["ADD a /", "RUN b"]


@pytest.mark.parametrize(
    ("fields", "layers"),
    [
        ({}, 1),
        ({}, 3),
        ({"history": None}, 2),
        ({"history": [{"created_by": "RUN a"}]}, 2),
        ({"history": [{"created_by": "RUN a"}] * 3}, 2),
        ({"history": [{"created_by": "RUN a"}, {"created_by": "RUN b", "empty_layer": True}]}, 2),
        ({"rootfs": {"type": "layers", "diff_ids": [ONE.diff_id]}}, 2),
        ({"rootfs": {"type": "layers", "diff_ids": None}}, 2),
    ],
)
def test_C32_where_numbers_differ_no_layer_is_given_a_step(fields: dict[str, Any], layers: int) -> None:
    assert config(ONE, TWO, **fields).layer_history(layers) == (None,) * layers


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "Expected `object`, got `array`"),
        ({"rootfs": {"diff_ids": ["x"]}}, r"'x' is not a digest.* - at `\$\.rootfs\.diff_ids\[0\]`"),
        ({"history": {}}, r"at `\$\.history`"),
        ({"history": [{"empty_layer": "yes"}]}, r"Expected `bool`, got `str` - at `\$\.history\[0\]\.empty_layer`"),
        ({"config": {"Env": "A=b"}}, r"at `\$\.config\.Env`"),
        ({"config": {"Labels": {"a": 1}}}, r"at `\$\.config\.Labels"),
    ],
)
def test_a_malformed_configuration_says_where(document: Any, complaint: str) -> None:
    with pytest.raises(DocumentError, match=complaint):
        parse_config(to_json(document))
