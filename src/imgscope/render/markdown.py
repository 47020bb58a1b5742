"""Markdown that fits a comment on a pull request or a step summary: what matters first, the rest to be unfolded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from imgscope.phrases import base_phrase, distro_phrase, is_judged, libc_phrase, made_by
from imgscope.render._blocks import MOST_CHARACTERS, Block, fit, folded, table
from imgscope.render._markup import code, text
from imgscope.render.base import Render, RenderOptions
from imgscope.report import Finding, ImageReport, LayerReport, Package, PolicyVerdict, Severity
from imgscope.text import format_count, format_size

_LEAST_SHARE: Final = 400
_TOP_FINDINGS: Final = 5
_MOST_ROWS: Final = 60
_MOST_NAMES: Final = 5
_LONGEST_CODE: Final = 120
_SYMBOLS: Final = {"pass": "✅", "fail": "❌", "skip": "➖"}


def _render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    if not reports:
        return "No image could be inspected.\n"
    fitting = reports[: MOST_CHARACTERS // _LEAST_SHARE]
    share = MOST_CHARACTERS // len(fitting)
    images = [fit(_heading(report), list(_blocks(report)), share) for report in fitting]
    if len(fitting) < len(reports):
        images.append(f"{format_count(len(reports) - len(fitting), 'more image')} not shown here.\n")
    return "\n".join(images)


def _heading(report: ImageReport) -> str:
    symbol, verdict = "✅", "the policy holds" if is_judged(report.policy) else "inspected"
    if not report.policy.passed:
        symbol, verdict = "❌", "the policy does not hold"
    if not report.complete:
        symbol, verdict = "⚠️" if report.policy.passed else symbol, f"{verdict}, but not all of it could be read"
    return f"### {symbol} {code(report.image.reference, longest=_LONGEST_CODE)}: {verdict}\n"


def _blocks(report: ImageReport) -> Iterator[Block]:
    yield Block(title="sizes", body=_sizes(report))
    if report.policy.checks:
        yield Block(title="policy", body=_policy(report.policy))
    if report.failures:
        lines = [f"- {text(failure.message)}" for failure in report.failures[:_MOST_ROWS]]
        yield Block(title="what could not be read", body="\n".join(["**Could not be read**", "", *lines, ""]))
    yield Block(title="top findings", body=_top_findings(report.findings))
    yield Block(title="layers", body=folded(f"Layers ({len(report.layers)})", _layers(report.layers)))
    if report.findings:
        yield Block(title="findings", body=folded(f"All findings ({len(report.findings)})", _findings(report.findings)))
    if report.waste.paths:
        yield Block(title="waste", body=folded(f"Waste ({format_size(report.waste.wasted_bytes)})", _waste(report)))
    if report.packages:
        yield Block(
            title="packages", body=folded(f"Largest packages ({len(report.packages)})", _packages(report.packages))
        )
    if report.policy.ignored:
        lines = [
            f"- {code(each.rule_id)} {text(each.message)} ({text(each.reason)})"
            for each in report.policy.ignored[:_MOST_ROWS]
        ]
        yield Block(title="ignored", body=folded(f"Ignored ({len(report.policy.ignored)})", "\n".join(lines)))


def _sizes(report: ImageReport) -> str:
    image, waste = report.image, report.waste
    growth = {
        check.name: f" ({text(check.actual)})" for check in report.policy.checks if check.name.endswith("-growth")
    }
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    told = [
        text(platform),
        text(distro_phrase(report.distro, on=report.run.started_at)),
        text(libc_phrase(report.libc)),
    ]
    counts = [format_count(image.layer_count, "layer"), format_count(image.file_count, "file")]
    told += [*counts, format_count(len(report.packages), "package")]
    if image.base is not None:
        told.append(f"base: {text(base_phrase(image.base, report.layers))}")
    sizes = {
        "compressed": format_size(image.compressed_size) + growth.get("compressed-growth", ""),
        "unpacked": format_size(image.unpacked_size) + growth.get("unpacked-growth", ""),
        "left over by the build": format_size(report.leftovers.bytes),
        "wasted": format_size(waste.wasted_bytes),
        "efficiency": f"{waste.efficiency:.1%}",
    }
    return table(sizes, "rrrrr", [sizes.values()]) + f"\n{' · '.join(told)}\n"


def _policy(policy: PolicyVerdict) -> str:
    rows = (
        (_SYMBOLS[check.status], code(check.name), text(check.actual), text(check.limit))
        for check in policy.checks[:_MOST_ROWS]
    )
    return table(("", "check", "actual", "limit"), "llll", rows)


def _top_findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return "No findings.\n"
    counted = Counter(finding.severity for finding in findings)
    counts = ", ".join(f"{counted[severity]} {severity.value}" for severity in reversed(Severity) if counted[severity])
    lines = [f"**Findings:** {counts}", ""]
    lines += (f"{_finding_line(finding)}" for finding in findings[:_TOP_FINDINGS])
    return "\n".join([*lines, ""])


def _finding_line(finding: Finding) -> str:
    layer = f" (layer {finding.layer})" if finding.layer is not None else ""
    return f"- **{finding.severity.value}** {code(finding.rule_id)} {text(finding.message)}{layer}"


def _findings(findings: Sequence[Finding]) -> str:
    lines: list[str] = []
    for finding in findings[:_MOST_ROWS]:
        lines.append(_finding_line(finding))
        if finding.instruction:
            lines.append(f"  - {code(finding.instruction)}")
        names = [*finding.packages, *(f"/{path}" for path in finding.paths)]
        if names:
            lines.append(f"  - {_some(names)}")
        if finding.fix:
            lines.append(f"  - fix: {text(finding.fix)}")
    return "\n".join([*lines, *_and_more(len(findings))])


def _layers(layers: Sequence[LayerReport]) -> str:
    rows = (
        (
            str(layer.index),
            format_size(layer.compressed_size),
            "?" if layer.error else format_size(layer.unpacked_size),
            format_size(layer.wasted_bytes) if layer.wasted_bytes else "",
            code(_made_by(layer), longest=_LONGEST_CODE),
        )
        for layer in layers[:_MOST_ROWS]
    )
    listed = table(("#", "compressed", "unpacked", "wasted", "instruction"), "rrrrl", rows)
    return "\n".join([listed, *_and_more(len(layers))])


def _made_by(layer: LayerReport) -> str:
    instruction = f"{layer.instruction.keyword} {layer.instruction.text}" if layer.instruction else None
    return made_by(instruction, layer.created_by, layer.digest)


def _waste(report: ImageReport) -> str:
    rows = (
        (format_size(path.bytes), path.cause, ", ".join(map(str, path.layers[:_MOST_NAMES])), code(f"/{path.path}"))
        for path in report.waste.paths[:20]
    )
    return table(("bytes", "cause", "layers", "path"), "rlll", rows)


def _packages(packages: Sequence[Package]) -> str:
    largest = sorted(packages, key=lambda package: -_package_size(package))[:20]
    rows = (
        (format_size(_package_size(package)), str(package.layer), code(package.name), code(package.version))
        for package in largest
    )
    return table(("bytes", "layer", "package", "version"), "rrll", rows)


def _package_size(package: Package) -> int:
    return package.file_bytes if package.file_bytes is not None else package.installed_size or 0


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(map(code, names[:_MOST_NAMES])) + more


def _and_more(count: int) -> list[str]:
    return [f"\nand {count - _MOST_ROWS} more"] if count > _MOST_ROWS else []


RENDER = Render(render=_render)
