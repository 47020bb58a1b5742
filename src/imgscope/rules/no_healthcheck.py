"""A service without a health check.

## What it does
Looks for a HEALTHCHECK in images that expose a port.

## Why it matters
Docker and Compose cannot tell a service that hangs from one that works. Kubernetes has probes of its own and does not
look at it: there this is of no importance.

## How to fix
Say how to ask the service whether it is well, with a program that the image has.

    HEALTHCHECK CMD ["/app/server", "--check"]

The OCI format has no place for a health check: buildah and podman leave it out unless they build with
`--format docker`.
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.oci.instruction import parse_instruction
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    run = image.config.run
    if not run.exposed_ports or (run.healthcheck is not None and run.healthcheck.test):
        return
    message = "no HEALTHCHECK says how to ask the service whether it is well"
    fix = 'HEALTHCHECK CMD ["program-of-the-image", "…"]; not needed where Kubernetes has probes'
    if _was_built_with_one(image):
        message = "the build had a HEALTHCHECK, and the image has none: the OCI format has no place for it"
        fix = "with buildah or podman, build with --format docker; not needed where Kubernetes has probes"
    yield Finding(
        rule_id="no-healthcheck",
        severity=Severity.INFO,
        confidence="high",
        message=message,
        paths=(),
        packages=(),
        fix=fix,
    )


def _was_built_with_one(image: InspectedImage) -> bool:
    """Tell whether the last HEALTHCHECK of the build, if it had any, is a check."""
    steps = [parse_instruction(step.created_by) for step in image.config.history or ()]
    checks = [step.text for step in steps if step is not None and step.keyword == "HEALTHCHECK"]
    return bool(checks) and checks[-1].strip().upper() != "NONE"


RULE = Rule(id="no-healthcheck", severity=Severity.INFO, topic="start", check=_check)
