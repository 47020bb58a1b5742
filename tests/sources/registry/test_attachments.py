"""What is attached to an image in a registry: where it is looked for, how little is asked, and what goes wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imgscope.oci.platform import Platform
from imgscope.report import Attachment
from imgscope.sources.abilities import Attached, FindsAttachments
from tests.sources.registry.opening import Opener
from tests.support.artifacts import (
    NOTATION,
    SPDX,
    artifact,
    cosign_signature,
    digest,
    referrers_index,
    referrers_tag,
)
from tests.support.images import OCI_INDEX, OCI_MANIFEST, attestation, file, image, index, layer, to_json
from tests.support.registry import Registry
from tests.support.registry_auth import Bearer
from tests.support.registry_exchange import Reply
from tests.support.registry_faults import Fault, answering, claiming_digest, dropping, flipped, of_kind, with_headers

AMD64 = image([layer(file("a", b"amd64"))])
ARM64 = image([layer(file("a", b"arm64"))], platform="linux/arm64")
BOTH = index(AMD64, ARM64, attested=True)
PLAIN = index(AMD64, ARM64)
SIGNATURE = artifact(NOTATION, subject=BOTH)
SBOM = artifact(SPDX, subject=AMD64, content=b"sbom")
PROVENANCE = Attachment(
    kind="provenance",
    digest=attestation(AMD64).layers[0].digest,
    media_type="application/vnd.in-toto+json",
    size=len(attestation(AMD64).layers[0].blob),
)


def registry_of(*stored: Any) -> Registry:
    """A registry with the attested index as `latest`, and these artifacts beside it."""
    registry = Registry()
    registry.add(BOTH)
    for each in stored:
        registry.add(each, tag=None)
    return registry


def found_in(open_image: Opener, registry: Registry, reference: str = "registry.example.com/team/app") -> Attached:
    """Look up what is attached to the image for amd64, and forget the requests before that."""
    source = open_image(registry, reference)
    head = source.resolve(Platform.parse("linux/amd64"))
    registry.requests.clear()
    assert isinstance(source, FindsAttachments)
    return source.find_attachments(head)


def requests(registry: Registry) -> list[str]:
    return [f"{seen.method} {seen.path.removeprefix('/v2/team/app/')}" for seen in registry.requests]


def kinds(attached: Attached) -> list[str]:
    return [each.kind for each in attached.attachments]


def test_C30_referrers_of_the_index_and_of_the_image_are_listed(open_image: Opener) -> None:
    attached = found_in(open_image, registry_of(SIGNATURE, SBOM))
    assert kinds(attached) == ["provenance", "sbom", "signature"]
    assert attached.attachments[1] == Attachment(
        kind="sbom", digest=digest(SBOM), media_type=SPDX, size=len(SBOM.manifest)
    )
    assert attached.notes == ()


def test_C30_each_place_is_asked_once(open_image: Opener) -> None:
    registry = registry_of(SIGNATURE, SBOM)
    found_in(open_image, registry)
    assert requests(registry) == [
        f"GET manifests/{attestation(AMD64).manifest_digest}",
        f"GET referrers/{BOTH.digest}",
        f"GET referrers/{AMD64.manifest_digest}",
        f"HEAD manifests/{referrers_tag(BOTH)}.sig",
    ]


def test_C30_what_refers_to_another_image_is_not_attached(open_image: Opener) -> None:
    other = artifact(SPDX, subject=ARM64)
    assert kinds(found_in(open_image, registry_of(other))) == ["provenance"]


def test_C30_where_there_is_no_api_the_tag_tells(open_image: Opener) -> None:
    registry = registry_of(SIGNATURE, SBOM)
    registry.serves_referrers = False
    registry.add(referrers_index(SIGNATURE), tag=referrers_tag(BOTH))
    registry.add(referrers_index(SBOM), tag=referrers_tag(AMD64))
    assert kinds(found_in(open_image, registry)) == ["provenance", "sbom", "signature"]
    assert requests(registry)[1:4] == [
        f"GET referrers/{BOTH.digest}",
        f"GET manifests/{referrers_tag(BOTH)}",
        f"GET manifests/{referrers_tag(AMD64)}",
    ]


@pytest.mark.parametrize(
    "reply",
    [
        *(Reply(status=status) for status in (400, 404, 405, 406, 501)),
        Reply(status=200, headers=(("content-type", "text/html"),), body=b"<html>"),
        Reply(status=404, headers=(("content-type", "text/html"),), body=b"<html>"),
        Reply(status=303, headers=(("location", "https://web.example.com/packages"),)),
    ],
    ids=["400", "404", "405", "406", "501", "web page", "web page 404", "redirect to a web site"],
)
def test_C30_a_registry_that_does_not_know_the_api_is_no_failure(open_image: Opener, reply: Reply) -> None:
    registry = registry_of()
    elsewhere = Fault(applies=lambda seen: seen.host == "web.example.com", change=lambda *_: Reply(status=429))
    registry.misbehave(Fault(applies=of_kind("referrers"), change=lambda *_: reply), elsewhere)
    registry.add(referrers_index(SBOM), tag=referrers_tag(AMD64))
    attached = found_in(open_image, registry)
    assert kinds(attached) == ["provenance", "sbom"]
    assert attached.notes == ()
    assert sum(seen.kind == "referrers" for seen in registry.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (answering(503, kind="referrers"), "status 503"),
        (answering(200, kind="referrers", body=b"{"), "not JSON"),
        (answering(200, kind="referrers", body=b"{}"), "malformed"),
        (answering(200, kind="referrers", body=AMD64.manifest), "is no index"),
        (dropping(kind="referrers"), "broke off"),
    ],
)
def test_C30_an_api_that_fails_is_a_note_and_waited_for_by_nobody(
    open_image: Opener, slept: list[float], fault: Fault, reason: str
) -> None:
    registry = registry_of()
    registry.misbehave(fault)
    registry.add(referrers_index(SBOM), tag=referrers_tag(AMD64))
    attached = found_in(open_image, registry)
    assert kinds(attached) == ["provenance", "sbom"]
    (note,) = attached.notes
    assert note.startswith("what is attached to the image could not all be looked up: ")
    assert reason in note
    assert slept == []


def test_C30_a_registry_that_takes_the_tag_for_the_digest_does_not_attach_images_to_themselves(
    open_image: Opener,
) -> None:
    registry = Registry()
    registry.add(PLAIN)
    registry.serves_referrers = False
    registry.add(PLAIN, tag=referrers_tag(PLAIN))
    registry.add(AMD64, tag=referrers_tag(AMD64))
    assert found_in(open_image, registry) == Attached()


def test_C30_a_tag_of_referrers_that_holds_something_else_is_a_note(open_image: Opener) -> None:
    registry = registry_of()
    registry.serves_referrers = False
    registry.add(ARM64, tag=referrers_tag(AMD64))
    attached = found_in(open_image, registry)
    assert "the list of what refers to the image is no index" in attached.notes[0]
    assert kinds(attached) == ["provenance"]


def test_C20_referrers_come_in_pages(open_image: Opener) -> None:
    registry = registry_of(*(artifact(SPDX, subject=AMD64, content=str(number).encode()) for number in range(7)))
    registry.page_size = 3
    attached = found_in(open_image, registry)
    assert kinds(attached).count("sbom") == 7
    assert sum(seen.path.endswith(AMD64.manifest_digest) for seen in registry.requests) == 3


def test_C20_pages_of_referrers_without_end_are_not_followed(open_image: Opener) -> None:
    registry = registry_of()
    pages = iter(range(1000))
    endless = Fault(
        applies=of_kind("referrers"),
        change=lambda seen, reply: reply.with_headers(link=f'<{seen.path}?page={next(pages)}>; rel="next"'),
    )
    registry.misbehave(endless)
    attached = found_in(open_image, registry)
    assert sum(seen.kind == "referrers" for seen in registry.requests) == 20
    assert "more than the 20 pages that are read" in attached.notes[0]


def test_C31_buildkit_s_statements_are_listed_by_what_they_state(open_image: Opener) -> None:
    assert found_in(open_image, registry_of()).attachments == (PROVENANCE,)


def test_C31_the_attestation_of_another_platform_is_not_this_one_s(open_image: Opener) -> None:
    registry = registry_of()
    found_in(open_image, registry)
    assert attestation(ARM64).manifest_digest not in " ".join(requests(registry))


def test_C31_an_image_named_by_its_own_digest_has_no_index_to_look_into(open_image: Opener) -> None:
    registry = registry_of(SBOM)
    attached = found_in(open_image, registry, f"registry.example.com/team/app@{AMD64.manifest_digest}")
    assert kinds(attached) == ["sbom"]
    assert f"HEAD manifests/{referrers_tag(AMD64)}.sig" in requests(registry)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(flipped(at=5, kind="manifests"), "does not match its digest"), (answering(500), "status 500")],
)
def test_C31_an_attestation_manifest_that_cannot_be_read_is_a_note(
    open_image: Opener, fault: Fault, reason: str
) -> None:
    registry = registry_of(SBOM)
    source = open_image(registry)
    head = source.resolve(Platform.parse("linux/amd64"))
    registry.misbehave(fault)
    attached = source.find_attachments(head)
    assert kinds(attached) == ["sbom"]
    assert reason in attached.notes[0]


def test_C31_what_cosign_tagged_is_listed_by_its_tag(open_image: Opener) -> None:
    registry = registry_of()
    signature, sbom = cosign_signature(BOTH), artifact(layer_type="text/spdx+json")
    registry.add(signature, tag=f"{referrers_tag(BOTH)}.sig")
    registry.add(sbom, tag=f"{referrers_tag(BOTH)}.att")
    registry.add(sbom, tag=f"{referrers_tag(BOTH)}.sbom")
    attached = found_in(open_image, registry)
    assert kinds(attached) == ["attestation", "provenance", "signature"]
    assert attached.attachments[2] == Attachment(
        kind="signature", digest=digest(signature), media_type=OCI_MANIFEST, size=len(signature.manifest)
    )
    assert [request for request in requests(registry) if request.startswith("HEAD")] == [
        f"HEAD manifests/{referrers_tag(BOTH)}{ending}" for ending in (".sig", ".att", ".sbom")
    ]


def test_C22_cosign_s_tags_are_looked_up_without_a_pull(open_image: Opener) -> None:
    registry = registry_of()
    registry.add(cosign_signature(BOTH), tag=f"{referrers_tag(BOTH)}.sig")
    found_in(open_image, registry)
    tagged = [seen.method for seen in registry.requests if seen.path.endswith((".sig", ".att", ".sbom"))]
    assert tagged == ["HEAD", "HEAD"]


@pytest.mark.parametrize("fault", [claiming_digest("", method="HEAD"), answering(405, method="HEAD")])
def test_C31_a_registry_whose_head_tells_nothing_has_no_signature(open_image: Opener, fault: Fault) -> None:
    registry = registry_of()
    registry.add(cosign_signature(BOTH), tag=f"{referrers_tag(BOTH)}.sig")
    registry.misbehave(fault)
    assert kinds(found_in(open_image, registry)) == ["provenance"]


def test_C64_more_attachments_than_any_image_has_are_not_all_listed(open_image: Opener) -> None:
    many = [
        {"mediaType": OCI_MANIFEST, "digest": f"sha256:{number:064}", "size": 1, "artifactType": SPDX}
        for number in range(1500)
    ]
    registry = registry_of()
    body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": many})
    registry.misbehave(answering(200, kind="referrers", body=body))
    attached = found_in(open_image, registry)
    assert len(attached.attachments) == 1000
    assert attached.notes == ("more than 1,000 things are attached to the image: the first are listed",)


def test_C64_a_huge_list_of_referrers_is_not_read(open_image: Opener) -> None:
    registry = registry_of()
    registry.misbehave(answering(200, kind="referrers", body=b" " * 5_000_000))
    attached = found_in(open_image, registry)
    assert "4,194,304" in attached.notes[0]


def test_one_login_is_enough_for_all_of_it(open_image: Opener) -> None:
    registry = registry_of(SBOM)
    registry.auth = Bearer()
    assert kinds(found_in(open_image, registry)) == ["provenance", "sbom"]
    assert registry.asked("token") == []


def test_a_registry_that_gives_no_access_to_lists_is_a_note(open_image: Opener) -> None:
    registry = registry_of()
    registry.misbehave(answering(403, kind="referrers"))
    (note,) = found_in(open_image, registry).notes
    assert "registry.example.com gives no access to team/app" in note


def test_C22_the_rate_limit_of_the_last_answer_counts(open_image: Opener) -> None:
    registry = registry_of()
    source = open_image(registry)
    head = source.resolve(Platform.parse("linux/amd64"))
    registry.misbehave(with_headers(ratelimit_limit="100;w=21600", ratelimit_remaining="7;w=21600"))
    source.find_attachments(head)
    assert source.traffic().rate_limit == "7 of 100 pulls left per 6 hours"


def test_what_a_list_says_twice_is_attached_once(open_image: Opener) -> None:
    registry = registry_of(SBOM)
    registry.add(SBOM, tag=f"{referrers_tag(BOTH)}.sig")
    attached = found_in(open_image, registry)
    assert [each.digest for each in attached.attachments].count(digest(SBOM)) == 1
    assert json.loads(SBOM.manifest)["artifactType"] in {each.media_type for each in attached.attachments}
