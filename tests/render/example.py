"""One image with something of everything, and the report on it without what differs between two runs."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from imgscope import analyze
from imgscope.report import Attachment, IgnoredFinding, ImageReport, PolicyCheck, PolicyVerdict, Run
from tests.support import elf
from tests.support.images import BuiltImage, BuiltLayer, Entry, file, hard_link, image, layer, step, symlink, whiteout
from tests.support.memory import MemorySource

OS_RELEASE: Final = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
"""
_BUILDKIT: Final = " # buildkit"
_LOADER: Final = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"

_ATTACHMENTS: Final = (
    Attachment(kind="provenance", digest=f"sha256:{1:064}", media_type="application/vnd.in-toto+json", size=12_345),
    Attachment(kind="sbom", digest=f"sha256:{2:064}", media_type="application/spdx+json", size=2_345_678),
    Attachment(kind="signature", digest=f"sha256:{3:064}", media_type="application/\x1b[31mred", size=557),
)


@cache
def example(*, lost_layer: bool = False) -> ImageReport:
    """Return the report on the example; with `lost_layer` one of its layers is missing where it is kept."""
    built = image_of_example()
    lost = {built.layers[2].digest: None} if lost_layer else {}
    report = analyze.inspect_source(MemorySource(built, replaced=lost)).report
    run = Run(
        version="0.0.0",
        started_at="2024-01-01T00:00:00.000Z",
        duration_seconds=1.5,
        requests=4,
        bytes_fetched=1234,
        layers_from_cache=0,
        rate_limit="98 of 100 pulls left per 6 hours",
    )
    summary = msgspec.structs.replace(report.image, attachments=_ATTACHMENTS)
    return msgspec.structs.replace(report, image=summary, run=run)


def judged_example() -> ImageReport:
    """Return the report on the example with a policy that does not hold, and its first finding on apt ignored."""
    report = example()
    ignored = next(finding for finding in report.findings if finding.rule_id == "apt-lists-left")
    reason = ".imgscopeignore:3, until 2999-12-31"
    verdict = PolicyVerdict(
        passed=False,
        checks=(
            PolicyCheck(name="max-layers", limit="20", actual="5", status="pass"),
            PolicyCheck(name="max-wasted", limit="20.0 MB", actual="25.8 MB", status="fail"),
            PolicyCheck(name="fail-on", limit="high", actual="1 high", status="fail"),
            PolicyCheck(name="lowestEfficiency", limit="0.95", actual="0.5", status="fail"),
            PolicyCheck(name="compressed-growth", limit="none", actual="+1.20 MB, +4.10%", status="skip"),
        ),
        ignored=(IgnoredFinding(reason=reason, **msgspec.structs.asdict(ignored)),),
    )
    findings = tuple(finding for finding in report.findings if finding is not ignored)
    return msgspec.structs.replace(report, findings=findings, policy=verdict)


def image_of_example() -> BuiltImage:
    """Return the example itself."""
    return image(
        [
            _layer("/bin/sh -c #(nop) ADD file:a1b2 in / ", *_base()),
            step("ENV PATH=/usr/bin"),
            _layer(f"RUN /bin/sh -c apt-get update && apt-get install -y gcc libpq-dev{_BUILDKIT}", *_installation()),
            _layer(f"COPY --link . /app{_BUILDKIT}", *_application()),
            _layer(
                f"RUN |1 USER=app /bin/sh -c chown app /app/data{_BUILDKIT}", file("app/data", b"d" * 300_000, uid=9)
            ),
            _layer(f"RUN /bin/sh -c rm /app/source.tar{_BUILDKIT}", whiteout("app/source.tar")),
        ],
        config={
            "User": "app",
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": ["/app/start"],
            "Labels": {"org.opencontainers.image.title": "an example → \x1b[31mred\x9b0m"},
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": 30_000_000_000, "Retries": 3},
        },
    )


def _layer(created_by: str, *entries: Entry) -> BuiltLayer:
    # Not compressed: what compression makes of the same bytes differs between versions of zlib.
    return layer(*entries, compression="none", created_by=created_by)


def _base() -> tuple[Entry, ...]:
    return (
        file("usr/lib/os-release", OS_RELEASE),
        symlink("etc/os-release", "../usr/lib/os-release"),
        symlink("lib64", "usr/lib64"),
        symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        file(_LOADER, elf.glibc_library("2.36", "ld-linux-x86-64.so.2"), mode=0o755),
        file("usr/lib/x86_64-linux-gnu/libc.so.6", elf.glibc_library("2.36"), mode=0o755),
        file("usr/bin/true", elf.glibc_program(), mode=0o755),
        file("var/lib/dpkg/status", _paragraph("libc6", "2.36-9+deb12u4")),
        file("var/lib/dpkg/info/libc6:amd64.list", f"/.\n/{_LOADER}\n"),
    )


def _installation() -> tuple[Entry, ...]:
    packages = [("libc6", "2.36-9+deb12u4"), ("gcc", "4:12.2.0-3"), ("libpq-dev", "15.6-0+deb12u1")]
    return (
        file("var/lib/dpkg/status", "".join(_paragraph(name, version) for name, version in packages)),
        file("var/lib/dpkg/info/gcc.list", "/usr/bin/gcc\n"),
        file("var/lib/dpkg/info/libpq-dev:amd64.list", "/usr/include/pq.h\n"),
        file("usr/bin/gcc", elf.glibc_program() + b"g" * 1_200_000, mode=0o755),
        file("usr/include/pq.h", "h" * 4000),
        file("var/lib/apt/lists/deb.debian.org_dists_bookworm_InRelease", "i" * 2_000_000),
        file("root/.cache/pip/http/caf\udce9-\x1b[31m\u202e", "p" * 500),
    )


def _application() -> tuple[Entry, ...]:
    return (
        file("app/source.tar", "s" * 25_000_000),
        file("app/data", "d" * 300_000),
        file("app/start", elf.musl_program(), mode=0o755),
        file("app/[bold]markup[/bold][@click=app.quit]", "m" * 150_000),
        file("app/copy", "m" * 150_000),
        hard_link("app/link", "app/gone"),
        file("app/very/" + "long-" * 40 + "name", "e" * 300_000),
        file("app/again/" + "long-" * 40 + "name", "e" * 300_000),
    )


def _paragraph(name: str, version: str) -> str:
    return (
        f"Package: {name}\nStatus: install ok installed\nInstalled-Size: 12\n"
        f"Architecture: amd64\nVersion: {version}\n\n"
    )
