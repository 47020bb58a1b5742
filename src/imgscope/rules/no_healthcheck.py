"""A service without a health check.

## What it does
Looks for a HEALTHCHECK in images that expose a port.

## Why it matters
Docker and Compose cannot tell a service that hangs from one that works. Kubernetes has probes of its own and does not
look at it: there this is of no importance.

## How to fix
Say how to ask the service whether it is well, with a program that the image has.

    HEALTHCHECK CMD ["/app/server", "--check"]
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    run = image.config.run
    if not run.exposed_ports or (run.healthcheck is not None and run.healthcheck.test):
        return
    yield Finding(
        rule_id="no-healthcheck",
        severity=Severity.INFO,
        confidence="high",
        message="no HEALTHCHECK says how to ask the service whether it is well",
        paths=(),
        packages=(),
        fix='HEALTHCHECK CMD ["program-of-the-image", "…"]; not needed where Kubernetes has probes',
    )


RULE = Rule(id="no-healthcheck", severity=Severity.INFO, topic="start", check=_check)
