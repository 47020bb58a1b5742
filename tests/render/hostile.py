"""A report in which whatever an image chooses tries to be more than text in some format."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from imgscope.report import (
    Failure,
    Finding,
    IgnoredFinding,
    ImageReport,
    LayerReport,
    Package,
    PolicyCheck,
    PolicyVerdict,
    Severity,
)
from tests.render.example import example

MARK: Final = "Xq7"
"""Stands in every hostile text, so that a test can find where it went."""

HOSTILE: Final = (
    f"{MARK}a\n::error file=x,line=1::owned\r\n##[error]owned",
    f"{MARK}b | pipe || `code` ```\n| a | b |\n|---|---|",
    f"{MARK}c<script>alert(1)</script><img src=x onerror=alert(1)></details></script>",
    f"{MARK}d\x1b]0;title\x07\x1b[31m\x9b31m\x7f\u202e\u2028",
    f"{MARK}e]]> --> <!-- <![CDATA[ &amp; &#10; %0A %25",
    f"{MARK}f @everyone @org/team #1 GH-2 https://evil.example/ www.evil.example",
    f"{MARK}g [link](https://evil.example) ![image](https://evil.example/x.png) **bold** _it_ ~~no~~",
    f"{MARK}h caf\udce9 \x00 \ufffe \uffff",
    f"::error title={MARK}j::owned" + " ::warning::owned ##[error]owned ##vso[task.complete]owned" * 4,
    f"{MARK}i:scheme,list;'quote\"{{0}}${{x}}\\",
)


@cache
def hostile() -> ImageReport:
    """Return a report whose names, messages, instructions, packages and failures are hostile."""
    report = example()
    return msgspec.structs.replace(
        report,
        complete=False,
        image=msgspec.structs.replace(
            report.image,
            reference=HOSTILE[0],
            config=msgspec.structs.replace(report.image.config, user=HOSTILE[2], labels={HOSTILE[1]: HOSTILE[2]}),
        ),
        distro=msgspec.structs.replace(report.distro, pretty_name=HOSTILE[2]),
        layers=tuple(_layer(layer, HOSTILE[number % len(HOSTILE)]) for number, layer in enumerate(report.layers)),
        packages=tuple(map(_package, HOSTILE)),
        findings=tuple(map(_finding, HOSTILE)),
        failures=tuple(Failure(stage="layer", name=text, message=text) for text in HOSTILE),
        policy=PolicyVerdict(
            passed=False,
            checks=tuple(PolicyCheck(name=text, limit=text, actual=text, status="fail") for text in HOSTILE),
            ignored=tuple(IgnoredFinding(reason=text, **msgspec.structs.asdict(_finding(text))) for text in HOSTILE),
        ),
    )


def _layer(layer: LayerReport, text: str) -> LayerReport:
    instruction = msgspec.structs.replace(layer.instruction, text=text) if layer.instruction else None
    return msgspec.structs.replace(layer, instruction=instruction, created_by=text, error=text)


def _package(text: str) -> Package:
    return Package(name=text, version=text, type="deb", purl=f"pkg:deb/{text}", layer=0, file_bytes=1)


def _finding(text: str) -> Finding:
    return Finding(
        rule_id="secret-in-file",
        severity=Severity.HIGH,
        confidence="high",
        message=text,
        paths=(text, f"dir/{text}"),
        packages=(text,),
        layer=1,
        instruction=text,
        bytes=1,
        fix=text,
    )
