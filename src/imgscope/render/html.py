"""One page that needs no network: a treemap of the image, its layers, and findings and packages that can be searched.

The page is made by its own script from data that stands in it; nothing of an image is ever part of the markup. A
content security policy allows that script and that style by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec

from imgscope.contents import ContentNode, ReportWithContents
from imgscope.phrases import base_phrase, distro_phrase, is_judged, libc_phrase, made_by, outcome_phrase
from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, IgnoredFinding, ImageReport, LayerReport, Package
from imgscope.text import format_size, printable

_PARTS: Final = files("imgscope.render") / "_page"
_SCRIPTS: Final = ("page.js", "treemap.js", "start.js")
_MOST_NAMES: Final = 100
_MOST_WASTE: Final = 200
_CAUSES: Final = {
    "deleted": "deleted later",
    "overwritten": "overwritten",
    "metadataOnly": "owner, mode or time changed",
    "duplicateContent": "same content at other paths",
}
# Inside a script element only `</` and `<!--` end or change anything; all that could begin markup is escaped.
_IN_SCRIPT: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    style = _part("page.css")
    script = "".join(map(_part, _SCRIPTS))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    data = msgspec.json.encode(_shown([_page_data(report) for report in reports])).decode().translate(_IN_SCRIPT)
    page = _part("page.html")
    # One pass from left to right: what is put in is never looked at again.
    values = {"policy": policy, "title": "imgscope report", "style": style, "data": data, "script": script}
    written: list[str] = []
    for name, value in values.items():
        before, _, page = page.partition(f"{{{name}}}")
        written += (before, value)
    return "".join([*written, page])


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: Any) -> Any:
    """Return `value` with every text in it printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list | tuple) else value


def _page_data(report: ImageReport) -> dict[str, Any]:
    if not isinstance(report, ReportWithContents):
        raise TypeError("the html format needs a report with contents")
    image = report.image
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    about = [platform, distro_phrase(report.distro, on=report.run.started_at), libc_phrase(report.libc)]
    if image.base is not None:
        about.append(f"base: {base_phrase(image.base, report.layers)}")
    return {
        "reference": image.reference,
        "digest": image.digest,
        "passed": report.policy.passed and report.complete,
        "verdict": _verdict(report),
        "outcome": outcome_phrase(report) if report.policy.checks or report.policy.ignored else None,
        "about": about,
        "figures": _figures(report),
        "failures": [failure.message for failure in report.failures],
        "checks": [
            {"name": check.name, "limit": check.limit, "actual": check.actual, "status": check.status}
            for check in report.policy.checks
        ],
        "layers": list(map(_layer, report.layers)),
        "findings": list(map(_finding, report.findings)),
        "ignored": list(map(_finding, report.policy.ignored)),
        "packages": list(map(_package, report.packages)),
        "waste": [
            {
                "path": f"/{path.path}",
                "bytes": path.bytes,
                "cause": _CAUSES[path.cause],
                "layers": ", ".join(map(str, path.layers[:_MOST_NAMES])),
            }
            for path in report.waste.paths[:_MOST_WASTE]
        ],
        "contents": _node(report.contents.root),
    }


def _verdict(report: ImageReport) -> str:
    judged = "The policy holds" if is_judged(report.policy) else "Inspected"
    if not report.policy.passed:
        judged = "The policy does not hold"
    return judged if report.complete else f"{judged}, but not all of the image could be read"


def _figures(report: ImageReport) -> list[tuple[str, str]]:
    image = report.image
    return [
        ("compressed", format_size(image.compressed_size)),
        ("unpacked", format_size(image.unpacked_size)),
        ("left over", format_size(report.leftovers.bytes)),
        ("wasted", format_size(report.waste.wasted_bytes)),
        ("efficiency", f"{report.waste.efficiency:.1%}"),
        ("layers", f"{image.layer_count:,}"),
        ("files", f"{image.file_count:,}"),
        ("packages", f"{len(report.packages):,}"),
    ]


def _layer(layer: LayerReport) -> dict[str, Any]:
    instruction = f"{layer.instruction.keyword} {layer.instruction.text}" if layer.instruction else None
    return {
        "index": layer.index,
        "instruction": made_by(instruction, layer.created_by, layer.digest),
        "compressed": layer.compressed_size,
        "unpacked": layer.unpacked_size,
        "wasted": layer.wasted_bytes,
        "files": layer.file_count,
        "base": layer.from_base,
        "error": layer.error,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    names = [*finding.packages, *(f"/{path}" for path in finding.paths)]
    told = (finding.severity.value, finding.rule_id, finding.message, finding.fix or "", *names[:_MOST_NAMES])
    return {
        "severity": finding.severity.value,
        "rule": finding.rule_id,
        "message": finding.message,
        "layer": finding.layer,
        "instruction": finding.instruction or "(not recorded)",
        "fix": finding.fix,
        "ignored": finding.reason if isinstance(finding, IgnoredFinding) else None,
        "names": names[:_MOST_NAMES],
        "more": max(len(names) - _MOST_NAMES, 0),
        "text": " ".join(told).lower(),
    }


def _package(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "type": package.type,
        "layer": package.layer,
        "bytes": package.file_bytes if package.file_bytes is not None else package.installed_size,
        "text": f"{package.name} {package.version} {package.type}".lower(),
    }


def _node(node: ContentNode) -> dict[str, Any]:
    """Return a directory or file in few characters, because there are thousands."""
    children = list(map(_node, node.children))
    return {"n": node.name, "s": node.size, "c": node.file_count, "l": node.layer_sizes, "k": children}


RENDER = Render(render=_render, needs_contents=True)
