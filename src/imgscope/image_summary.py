"""What the report says of an image as a whole: its documents in the words of the contract, secrets redacted."""

from __future__ import annotations

import re
from typing import Final

from imgscope.oci.config import Healthcheck, RunConfig
from imgscope.report import (
    Attachment,
    BaseImage,
    ConfigReport,
    HealthcheckReport,
    ImageSummary,
    LayerReport,
    PlatformReport,
)
from imgscope.secrets import redact, redact_variable
from imgscope.sources.base import ImageHead

_NANOSECONDS: Final = 1_000_000_000
_LONGEST_DURATION: Final = 2**63
_RFC_3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def summary_of(
    head: ImageHead,
    layers: tuple[LayerReport, ...],
    base: BaseImage | None,
    attachments: tuple[Attachment, ...],
) -> ImageSummary:
    """Return what the report says of the image as a whole, built on `base` and with `attachments` beside it."""
    platform = head.platform
    return ImageSummary(
        reference=head.reference,
        source=head.source,
        digest=str(head.digest),
        index_digest=str(head.index_digest) if head.index_digest else None,
        media_type=head.media_type,
        platform=PlatformReport(
            os=platform.os,
            architecture=platform.architecture,
            variant=platform.variant,
            os_version=platform.os_version,
        ),
        created=timestamp(head.config.created),
        compressed_size=head.manifest.compressed_size,
        unpacked_size=sum(layer.unpacked_size for layer in layers),
        file_count=sum(layer.file_count for layer in layers),
        layer_count=len(layers),
        config=_configuration(head.config.run),
        base=base,
        attachments=attachments,
    )


def _configuration(run: RunConfig) -> ConfigReport:
    """Return the run configuration of an image as the report has it, secrets in it redacted."""
    return ConfigReport(
        user=run.user or "",
        env=tuple(map(redact_variable, run.env or ())),
        entrypoint=_redacted(run.entrypoint),
        cmd=_redacted(run.cmd),
        working_dir=run.working_dir or "",
        exposed_ports=tuple(sorted(run.exposed_ports or ())),
        volumes=tuple(sorted(run.volumes or ())),
        labels={name: _label(name, value) for name, value in sorted((run.labels or {}).items())},
        healthcheck=_healthcheck(run.healthcheck),
        stop_signal=run.stop_signal,
        shell=run.shell,
    )


def _label(name: str, value: str) -> str:
    """Return a label's value without the secrets in it, which may be told by the label's name."""
    return redact_variable(f"{name}={value}").removeprefix(f"{name}=")


def _redacted(texts: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(map(redact, texts or ()))


def _healthcheck(healthcheck: Healthcheck | None) -> HealthcheckReport | None:
    if healthcheck is None:
        return None
    return HealthcheckReport(
        test=_redacted(healthcheck.test),
        interval_seconds=_seconds(healthcheck.interval),
        timeout_seconds=_seconds(healthcheck.timeout),
        start_period_seconds=_seconds(healthcheck.start_period),
        retries=healthcheck.retries,
    )


def _seconds(nanoseconds: int | None) -> float | None:
    # Docker keeps 64 bits; a number beyond them means nothing and may not even fit a float.
    return nanoseconds / _NANOSECONDS if nanoseconds and abs(nanoseconds) <= _LONGEST_DURATION else None


def timestamp(text: str | None) -> str | None:
    """Return `text` if it is the RFC 3339 time it should be: nobody checked what a builder wrote."""
    return text if text is not None and _RFC_3339.fullmatch(text) else None
