"""A build that had a health check, which did not get into the image."""

from __future__ import annotations

import pytest

from tests.support.images import file, layer, step
from tests.support.memory import inspect

_LOST = "the build had a HEALTHCHECK, and the image has none: the OCI format has no place for it"
_NONE = "no HEALTHCHECK says how to ask the service whether it is well"


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (["/bin/sh -c #(nop) HEALTHCHECK CMD wget -qO- http://localhost/ || exit 1"], _LOST),
        (["HEALTHCHECK NONE", 'HEALTHCHECK &{["CMD" "/check"] "0s" "0s" "0s" "0s" \'\\x00\'}'], _LOST),
        (["HEALTHCHECK CMD /check", "/bin/sh -c #(nop)  HEALTHCHECK NONE"], _NONE),
        (["RUN echo HEALTHCHECK CMD /check"], _NONE),
        ([], _NONE),
    ],
)
def test_a_health_check_that_was_lost_on_the_way_is_told(recorded: list[str], message: str) -> None:
    steps = [step(created_by) for created_by in recorded]
    report = inspect(layer(file("app", "x")), *steps, config={"ExposedPorts": {"80/tcp": {}}}).report
    assert [found.message for found in report.findings if found.rule_id == "no-healthcheck"] == [message]
