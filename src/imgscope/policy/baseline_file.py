"""Baselines from a file: what `-o json` wrote in an earlier run, by this version or another."""

from __future__ import annotations

import base64
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from imgscope.errors import SourceError, UsageError
from imgscope.oci.reference import same_repository
from imgscope.policy.baseline import Baseline, make_baseline
from imgscope.report import SCHEMA_VERSION, PlatformReport, Severity

_BEGINNINGS: Final = (b"{", b"[")
_MAJOR: Final = SCHEMA_VERSION.partition(".")[0]
_EXACT_NAME: Final = {"readable", "base64"}


class _Data(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Only what is compared, so that reports of other versions are understood, too."""


class _Image(_Data, frozen=True):
    reference: str
    platform: PlatformReport
    compressed_size: int
    unpacked_size: int


class _Package(_Data, frozen=True):
    name: str
    type: str


class _Finding(_Data, frozen=True):
    rule_id: str
    severity: Severity
    message: str
    paths: tuple[str, ...]
    packages: tuple[str, ...]


class _Policy(_Data, frozen=True):
    ignored: tuple[_Finding, ...] = ()


class _Report(_Data, frozen=True):
    schema_version: str
    complete: bool
    image: _Image
    packages: tuple[_Package, ...]
    findings: tuple[_Finding, ...]
    policy: _Policy = _Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFile:
    """The reports in one file."""

    path: Path
    baselines: Sequence[tuple[str, PlatformReport, Baseline]]

    def baseline_for(self, reference: str, platform: PlatformReport) -> Baseline:
        """Return the report on the image of that reference and platform, or the only one there is.

        Of several, one on another tag or digest of the same repository will do, too. Raises `UsageError`.
        """
        if len(self.baselines) == 1:
            return self.baselines[0][2]
        for is_like in (operator.eq, same_repository):
            for named, on, baseline in self.baselines:
                if on == platform and is_like(named, reference):
                    return baseline
        raise UsageError(
            f"the baseline {str(self.path)!r} has no report on {reference}",
            hint="audit that image alone, or with a baseline of its own",
        )


def is_report(path: Path) -> bool:
    """Tell whether `path` is a file that begins like JSON."""
    try:
        with path.open("rb") as stream:
            return stream.read(64).lstrip().startswith(_BEGINNINGS)
    except (OSError, ValueError):
        return False


def read_baseline_file(path: Path, severities: Mapping[str, Severity]) -> BaselineFile:
    """Return what the file at `path` has; `severities` replace those of rules, as they do for images.

    Raises `UsageError` where it is no report of a version that is understood, and `SourceError` where an image in
    it was not read completely: whatever is missing there would count as new here.
    """
    try:
        document = msgspec.json.decode(path.read_bytes())
        reports = msgspec.convert(
            _decoded(document if isinstance(document, list) else [document]), type=tuple[_Report, ...]
        )
    except OSError as error:
        raise UsageError(f"the baseline {str(path)!r} cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"the baseline {str(path)!r} is no report of imgscope: {error}", hint="write one by: -o json=PATH"
        ) from None
    for report in reports:
        if report.schema_version.partition(".")[0] != _MAJOR:
            raise UsageError(
                f"the baseline {str(path)!r} is a report of schema {report.schema_version}, not {_MAJOR}",
                hint="write it anew by: -o json=PATH",
            )
        if not report.complete:
            raise SourceError(
                f"the baseline {str(path)!r} is a report on an image that was not read completely",
                hint="write it anew by: -o json=PATH",
            )
    if not reports:
        raise UsageError(f"the baseline {str(path)!r} has no report in it", hint="write one by: -o json=PATH")
    found = [(each.image.reference, each.image.platform, _baseline(each, severities)) for each in reports]
    return BaselineFile(path=path, baselines=found)


def _baseline(report: _Report, severities: Mapping[str, Severity]) -> Baseline:
    findings = (*report.findings, *report.policy.ignored)
    weighed = (msgspec.structs.replace(each, severity=severities.get(each.rule_id, each.severity)) for each in findings)
    return make_baseline(
        name=report.image.reference,
        compressed_size=report.image.compressed_size,
        unpacked_size=report.image.unpacked_size,
        packages=((package.type, package.name) for package in report.packages),
        findings=weighed,
    )


def _decoded(value: Any) -> Any:
    """Return `value` with paths that are not UTF-8 as they are inside imgscope."""
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _EXACT_NAME:
        return base64.b64decode(value["base64"]).decode("utf-8", "surrogateescape")
    return {key: _decoded(item) for key, item in value.items()}
