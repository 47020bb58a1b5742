"""Which settings differ."""

from __future__ import annotations

from typing import Any

from imgscope.difference.configuration import compare_configurations
from imgscope.oci.config import parse_config
from tests.support.images import image, layer, step

OLD: dict[str, Any] = {
    "User": "root",
    "Env": ["PATH=/bin", "GONE=1", "SAME=1"],
    "Entrypoint": ["/app"],
    "Labels": {"a": "1"},
    "ExposedPorts": {"80/tcp": {}},
    "StopSignal": "SIGTERM",
}
NEW: dict[str, Any] = {
    "User": "app",
    "Env": ["SAME=1", "PATH=/usr/bin:/bin", "NEW="],
    "Cmd": ["run", "--now"],
    "WorkingDir": "/srv",
    "Labels": {"a": "2"},
    "ExposedPorts": {"8080/tcp": {}},
    "Volumes": {"/data": {}},
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
    "Shell": ["/bin/sh", "-c"],
    "StopSignal": "SIGTERM",
}


def told(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str | None, str | None, str | None]]:
    before, after = (parse_config(image([], config=each).config) for each in (old, new))
    changes = compare_configurations(before, after)
    return [(change.setting, change.key, change.old, change.new) for change in changes]


def test_every_setting_is_compared_and_those_of_many_by_their_keys() -> None:
    assert told(OLD, NEW) == [
        ("cmd", None, None, '["run","--now"]'),
        ("entrypoint", None, '["/app"]', None),
        ("env", "GONE", "1", None),
        ("env", "NEW", None, ""),
        ("env", "PATH", "/bin", "/usr/bin:/bin"),
        ("exposedPorts", "80/tcp", "", None),
        ("exposedPorts", "8080/tcp", None, ""),
        ("healthcheck", None, None, '{"Test":["CMD","true"],"Interval":5}'),
        ("labels", "a", "1", "2"),
        ("shell", None, None, '["/bin/sh","-c"]'),
        ("user", None, "root", "app"),
        ("volumes", "/data", None, ""),
        ("workingDir", None, None, "/srv"),
    ]


def test_the_order_of_variables_and_what_is_left_empty_make_no_difference() -> None:
    old = {"Env": ["A=1", "B=2"], "Cmd": [], "User": "", "Labels": None}
    assert told(old, {"Env": ["B=2", "A=1"]}) == []


def test_C69_secrets_are_hidden_and_that_one_changed_is_told_all_the_same() -> None:
    old, new = {"Env": ["DB_PASSWORD=hV7q2LmZ9x"]}, {"Env": ["DB_PASSWORD=tR4wKp8Yb1"]}
    ((setting, key, before, after),) = told(old, new)
    assert (setting, key) == ("env", "DB_PASSWORD")
    assert before == after
    assert "hV7q2" not in str(before)
    assert "tR4wK" not in str(after)
    ((_, _, before, after),) = told({"Env": ["A_TOKEN=a b"]}, {"Env": ["A_TOKEN=correct horse battery"]})
    assert (before, after) == ("a b", "[redacted …tery]")
    ((_, _, before, after),) = told({"Env": []}, new)
    assert before is None
    assert "tR4wK" not in str(after)


def test_when_and_how_an_image_was_built_makes_no_difference_but_its_platform_does() -> None:
    old = image([layer(), step("CMD a")], config_fields={"created": "2020-01-01T00:00:00Z"})
    new = image([layer(created_by="other")], platform="linux/arm64")
    changes = compare_configurations(parse_config(old.config), parse_config(new.config))
    assert [(change.setting, change.old, change.new) for change in changes] == [
        ("platform", "linux/amd64", "linux/arm64")
    ]
