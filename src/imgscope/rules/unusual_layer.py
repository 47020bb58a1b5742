"""Layers with contents that runtimes treat differently.

## What it does
Lists what is odd about a layer's archive: names that climb out of the image, whiteouts of nothing, a path both
removed and present, hard links without a target, bytes after the end.

## Why it matters
Such layers unpack differently with different tools, so what was inspected may not be what runs. They come from
faulty builders, or from somebody who wants one tool to see something else than another.

## How to fix
Build the image again with a current builder; if it stays, report it to whoever makes the image.
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.layer.index import MOST_ANOMALIES
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.text import printable


def _check(image: InspectedImage) -> Iterator[Finding]:
    found: dict[tuple[int, str], dict[str, None]] = {}
    is_tree_full = len(image.tree.anomalies) >= MOST_ANOMALIES
    for layer, index in enumerate(image.tree.layers):
        for remark in index.anomalies:
            found.setdefault((layer, remark.message), {})[remark.path] = None
    for anomaly in image.tree.anomalies:
        # Above a layer that could not be read, much seems out of place that is not.
        if not image.is_complete_below(anomaly.layer):
            continue
        found.setdefault((anomaly.layer, anomaly.message), {})[anomaly.path] = None
    for (layer, message), paths in sorted(found.items(), key=lambda item: item[0]):
        named = [path for path in paths if path]
        first = f"/{printable(named[0])}" if named else "the layer"
        # Of more than are kept, nobody knows how many there are.
        is_full = is_tree_full or len(image.tree.layers[layer].anomalies) >= MOST_ANOMALIES
        more = f" (and {'at least ' if is_full else ''}{len(named) - 1:,} more)" if len(named) > 1 else ""
        yield Finding(
            rule_id="unusual-layer",
            severity=Severity.LOW,
            confidence="high",
            message=f"{first}{more} {message}",
            paths=tuple(named),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
        )


RULE = Rule(id="unusual-layer", severity=Severity.LOW, topic="build", check=_check)
