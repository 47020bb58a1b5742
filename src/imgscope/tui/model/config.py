"""What a container of the image starts with, what the image is, and how it was built as far as its history tells."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

from imgscope.analyze import Inspection
from imgscope.dockerfile.reconstruct import BuildHistory, BuildStep, broken, build_history
from imgscope.phrases import base_phrase
from imgscope.report import ConfigReport, HealthcheckReport, ImageSummary
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, always, paragraphs
from imgscope.tui.model.outline import Clip, OutlineRow, Place
from imgscope.tui.model.places import exact_size

_NOT_SET: Final = "(not set)"
_WIDEST_NAME: Final = 36
_Field = tuple[str, str]


def config_title(inspection: Inspection) -> str:
    """Return in one line as whom and with what a container starts."""
    config = inspection.report.image.config
    command = shlex.join((*config.entrypoint, *config.cmd)) or "nothing"
    return f"starts {command} as {config.user or 'root'}"


def config_rows(inspection: Inspection) -> Sequence[OutlineRow]:
    """Return a section for each thing that the configuration has, with what is in it; its cell is name and value."""
    image = inspection.report.image
    config = image.config
    sections = [
        _section("starts as", _start(config)),
        _section("environment", [_split(variable) for variable in config.env]),
        _section("ports", [(port, "") for port in config.exposed_ports]),
        _section("volumes", [(volume, "") for volume in config.volumes], are_paths=True),
        _section("health check", _healthcheck(config.healthcheck)),
        _section("labels", list(config.labels.items())),
        _section("image", _identity(inspection, image)),
        _section("attached, not verified", _attachments(image)),
        *_history(inspection),
    ]
    return tuple(section for section in sections if section is not None)


def history_of(inspection: Inspection) -> BuildHistory:
    """Return how the image was built as far as that can be told."""
    base = inspection.report.image.base
    return build_history(
        inspection.head.config,
        layer_count=len(inspection.report.layers),
        base_layers=base.layer_count if base is not None else 0,
        base=base.reference if base is not None else None,
    )


def _start(config: ConfigReport) -> list[_Field]:
    return [
        ("user", config.user or f"{_NOT_SET}: root"),
        ("entrypoint", _command(config.entrypoint)),
        ("command", _command(config.cmd)),
        ("working directory", config.working_dir or f"{_NOT_SET}: /"),
        ("stop signal", config.stop_signal or f"{_NOT_SET}: SIGTERM"),
        *([("shell", _command(config.shell))] if config.shell else []),
    ]


def _command(words: Sequence[str]) -> str:
    return shlex.join(words) if words else _NOT_SET


def _split(variable: str) -> _Field:
    name, _, value = variable.partition("=")
    return name, value


def _healthcheck(check: HealthcheckReport | None) -> list[_Field]:
    if check is None:
        return []
    durations = {
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "start period": check.start_period_seconds,
    }
    said = [(name, f"{seconds:g} s") for name, seconds in durations.items() if seconds]
    retries = [("retries", str(check.retries))] if check.retries else []
    return [("test", _command(check.test)), *said, *retries]


def _identity(inspection: Inspection, image: ImageSummary) -> list[_Field]:
    platform = image.platform
    known = {
        "platform": "/".join(filter(None, (platform.os, platform.architecture, platform.variant))),
        "OS version": platform.os_version,
        "built on": base_phrase(image.base, inspection.report.layers) if image.base is not None else None,
        "told by": f"{image.base.evidence} ({image.base.confidence} confidence)" if image.base is not None else None,
        "base digest": image.base.digest if image.base is not None else None,
        "created": image.created,
        "author": inspection.head.config.author,
        "from": image.source,
        "digest": image.digest,
        "index digest": image.index_digest,
        "media type": image.media_type,
        "size": f"{exact_size(image.compressed_size)} compressed, {exact_size(image.unpacked_size)} unpacked, "
        f"{format_count(image.file_count, 'file')} in {format_count(image.layer_count, 'layer')}",
    }
    return [(name, value) for name, value in known.items() if value]


def _attachments(image: ImageSummary) -> list[_Field]:
    return [(each.kind, f"{each.media_type}, {format_size(each.size)}, {each.digest}") for each in image.attachments]


def _section(name: str, fields: Sequence[_Field], *, are_paths: bool = False) -> OutlineRow | None:
    if not fields:
        return None
    width = min(max(len(field) for field, _ in fields), _WIDEST_NAME)
    text = "\n".join(f"{field}={value}" if value else field for field, value in fields)
    return OutlineRow(
        key=name,
        cells=(Line(name, "strong"),),
        detail=lambda: [Line(name, "strong"), *paragraphs(text)],
        below=lambda: [
            _field(number, field, value, width, is_path=are_paths) for number, (field, value) in enumerate(fields)
        ],
        begins_open=True,
        is_section=True,
        clip=Clip(text=text, what=f"all of: {name}", has_lines=True),
    )


def _field(number: int, name: str, value: str, width: int, *, is_path: bool) -> OutlineRow:
    return OutlineRow(
        key=f"{name} {number}",
        cells=(Line(f"{name:<{width}}  {value}".rstrip()),),
        detail=lambda: [Line(name, "strong"), *paragraphs(value)],
        place=Place(path=name.strip("/")) if is_path else None,
        clip=Clip(text=value or name, what=f"the value of {name}" if value else name),
        searched=f"{name} {value}",
    )


def _history(inspection: Inspection) -> list[OutlineRow]:
    history = history_of(inspection)
    clip = Clip(text=history.dockerfile(), what="the Dockerfile, as far as history tells it", has_lines=True)
    base = _steps(inspection, "history of the base image", history.base_steps, clip, [], begins_open=False)
    own = _steps(inspection, "Dockerfile, as far as history tells it", history.steps, clip, history.gaps)
    return [section for section in (base, own) if section is not None]


def _steps(
    inspection: Inspection,
    name: str,
    steps: Sequence[BuildStep],
    clip: Clip,
    gaps: Sequence[str],
    *,
    begins_open: bool = True,
) -> OutlineRow | None:
    if not steps:
        return None
    rows = tuple(_step(inspection, number, step) for number, step in enumerate(steps))
    notes = tuple(OutlineRow(key=gap, cells=(Line(f"# {gap}", "dim"),), detail=always(Line(gap))) for gap in gaps)
    return OutlineRow(
        key=name,
        cells=(Line(f"{name} · {format_count(len(steps), 'step')}", "strong"),),
        detail=lambda: [Line(name, "strong"), *(Line(gap, "warning") for gap in gaps)],
        below=lambda: (*notes, *rows),
        begins_open=begins_open,
        is_section=True,
        clip=clip,
    )


def _step(inspection: Inspection, number: int, step: BuildStep) -> OutlineRow:
    where = f"layer {step.layer}" if step.layer is not None else ""
    line = " ".join(step.line.split())
    return OutlineRow(
        key=f"step {number}",
        cells=(Line(f"{where:<9} {line}", "plain" if step.instruction is not None else "dim"),),
        detail=lambda: _step_detail(inspection, step),
        place=Place(path="", layer=step.layer) if step.layer is not None else None,
        clip=Clip(text=broken(step.line), what="the instruction", has_lines=True),
        searched=f"{where} {line}",
    )


def _step_detail(inspection: Inspection, step: BuildStep) -> list[Line]:
    lines = paragraphs(broken(step.line))
    if step.instruction is not None and step.instruction.build_arguments:
        lines.append(Line(f"build arguments: {' '.join(step.instruction.build_arguments)}"))
    if step.layer is None:
        return [*lines, Line("made no layer" if not step.is_layer else "which layer it made is not recorded", "dim")]
    layer = inspection.report.layers[step.layer]
    sizes = f"{format_size(layer.compressed_size)} compressed, {format_size(layer.unpacked_size)} unpacked"
    return [*lines, Line(f"layer {step.layer}: {sizes}", "dim")]
