"""An image in a registry, from the command line: what the registry tells besides the image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.artifacts import SPDX, artifact
from tests.support.command_line import Run
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import answering, with_headers

APP = image([layer(file("etc/os-release", "ID=debian\n"))])
_LIMIT = "98 of 100 pulls left per 6 hours"


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(APP)
    registry.add(artifact(SPDX, subject=APP), tag=None)
    return registry


@pytest.fixture
def host(registry: Registry) -> Iterator[str]:
    with registry.serve() as host:
        yield host


@pytest.fixture
def limited(registry: Registry) -> None:
    """Let the registry tell how much may still be pulled."""
    registry.misbehave(with_headers(ratelimit_limit="100;w=21600", ratelimit_remaining="98;w=21600"))


@pytest.mark.usefixtures("limited")
def test_C22_how_much_may_still_be_pulled_stands_in_the_text_and_in_the_json(run: Run, host: str) -> None:
    assert f"  {_LIMIT}" in run(f"{host}/team/app").out.splitlines()
    assert run(f"{host}/team/app", "-o", "json").document["run"]["rateLimit"] == _LIMIT


def test_C22_a_registry_that_tells_no_limit_has_none(run: Run, host: str) -> None:
    assert "rateLimit" not in run(f"{host}/team/app", "-o", "json").document["run"]


def test_C22_asking_again_what_a_tag_stands_for_costs_no_pull(run: Run, host: str, registry: Registry) -> None:
    run(f"{host}/team/app")
    registry.requests.clear()
    run(f"{host}/team/app")
    assert [seen.method for seen in registry.requests if seen.path.endswith("/latest")] == ["HEAD"]


def test_C31_what_is_attached_stands_in_the_text_and_in_the_json(run: Run, host: str) -> None:
    assert "  attached, not verified: 1 SBOM" in run(f"{host}/team/app").out.splitlines()
    (sbom,) = run(f"{host}/team/app", "-o", "json").document["image"]["attachments"]
    assert sbom == {
        "kind": "sbom",
        "digest": artifact(SPDX, subject=APP).manifest_digest,
        "mediaType": SPDX,
        "size": len(artifact(SPDX, subject=APP).manifest),
    }


def test_C31_in_detail_each_attachment_is_listed_with_its_digest(run: Run, host: str) -> None:
    lines = run(f"{host}/team/app", "--verbose").out.splitlines()
    heading = lines.index("Attached, not verified")
    assert lines[heading + 1].startswith(f"  sbom: {SPDX}, ")
    assert lines[heading + 2] == f"    {artifact(SPDX, subject=APP).manifest_digest}"


def test_C31_a_look_up_that_fails_is_a_note_even_when_quiet_and_costs_nothing_else(
    run: Run, host: str, registry: Registry
) -> None:
    registry.misbehave(answering(500, kind="referrers"))
    ended = run(f"{host}/team/app", "-o", "json", "--quiet")
    assert ended.code == 0
    assert ended.document["complete"]
    (note,) = ended.err.splitlines()
    assert note.startswith("imgscope: note: what is attached to the image could not all be looked up: ")


def test_the_first_paint_takes_no_request_for_what_is_attached(run: Run, host: str, registry: Registry) -> None:
    run(f"{host}/team/app", "--no-cache")
    kinds = [seen.kind for seen in registry.requests]
    assert kinds[:3] == ["manifests", "manifests", "blobs"]
    assert kinds.index("referrers") >= 3
