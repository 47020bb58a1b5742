"""Short phrases about an image."""

from __future__ import annotations

import pytest

from imgscope.phrases import attachments_phrase, distro_phrase, libc_phrase, made_by
from imgscope.report import Attachment, Distro, Libc, LibcBinaries, LibcFamily


def libc(family: LibcFamily, *, version: str | None = None, glibc: int = 0, musl: int = 0, static: int = 0) -> Libc:
    binaries = LibcBinaries(glibc=glibc, musl=musl, uclibc=0, static=static, other=0)
    return Libc(family=family, evidence=(), confidence="high", binaries=binaries, version=version)


@pytest.mark.parametrize(
    ("found", "phrase"),
    [
        (libc("glibc", version="2.36"), "glibc 2.36"),
        (libc("musl"), "musl"),
        (libc("mixed", glibc=3, musl=1), "mixed C libraries (3 glibc, 1 musl)"),
        (libc("none", static=2), "no C library (static)"),
        (libc("none"), "no C library"),
        (libc("unknown"), "unknown C library"),
    ],
)
def test_the_c_library_is_said_in_a_few_words(found: Libc, phrase: str) -> None:
    assert libc_phrase(found) == phrase


def test_what_made_a_layer_is_its_instruction_else_its_history_else_which_it_is() -> None:
    assert made_by("RUN  make\n install", "other", "sha256:0") == "RUN make install"
    assert made_by(None, "bazel build", "sha256:0") == "bazel build"
    assert made_by(None, None, "sha256:0") == "(not recorded) sha256:0"
    assert made_by(None, "", "sha256:0") == "(not recorded) sha256:0"


def test_a_distribution_is_named_with_the_end_of_its_support_where_that_is_known() -> None:
    distro = Distro(id="alpine", pretty_name="Alpine Linux v3.19", evidence="/etc/os-release", confidence="high")
    assert distro_phrase(distro, on="2025-11-01T00:00:00Z") == "Alpine Linux v3.19"
    dated = Distro(
        id="alpine", pretty_name="Alpine Linux v3.19", evidence="x", confidence="high", end_of_life="2025-11-01"
    )
    ending = "Alpine Linux v3.19, end of life 2025-11-01"
    assert distro_phrase(dated, on="2025-11-01T23:59:59Z") == ending
    assert distro_phrase(dated, on="2025-11-02T00:00:00Z") == ending.replace("end of life", "past its end of life")


def test_C31_what_is_attached_is_counted_by_kind_and_never_called_verified() -> None:
    kinds = ["other", "sbom", "signature", "provenance", "attestation", "signature", "attestation"]
    attached = [Attachment(kind=kind, digest="sha256:0", media_type="x", size=1) for kind in kinds]
    assert attachments_phrase(attached) == (
        "attached, not verified: 2 signatures, 2 attestations, 1 SBOM, 1 provenance statement, 1 other artifact"
    )
    assert attachments_phrase([]) == ""
