"""What can be opened without knowing a name."""

from __future__ import annotations

import contextlib
from pathlib import Path

from imgscope.known_images import KnownImage
from imgscope.offers import Offer, OfferGroup, find_offers
from imgscope.sources.daemon.listing import LocalImage, LocalImages


def known(*references: str) -> list[KnownImage]:
    return [KnownImage(reference=reference, digest="sha256:0", diff_ids=(reference,)) for reference in references]


def test_images_that_were_inspected_before_are_offered_once_each(tmp_path: Path) -> None:
    (group,) = find_offers(known("debian:12", "app", "debian:12"), directory=tmp_path, ask_engines=list)
    assert group == OfferGroup(title="inspected before", offers=(Offer(reference="debian:12"), Offer(reference="app")))


def test_files_that_are_gone_are_not_offered(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    references = (
        f"oci:{tmp_path}/here",
        f"oci:{tmp_path}/here:latest",
        f"oci:{tmp_path}/gone",
        "docker-archive:no.tar",
    )
    (group,) = find_offers(known(*references), directory=tmp_path, ask_engines=list)
    assert [offer.reference for offer in group.offers] == list(references[:2])


def test_each_engine_is_a_group_with_sizes_or_with_its_problem(tmp_path: Path) -> None:
    engines = [
        LocalImages(engine="Docker", images=(LocalImage(reference="docker-daemon:app", unpacked_size=2_000),)),
        LocalImages(engine="Podman", problem="it does not answer"),
    ]
    groups = find_offers([], directory=tmp_path, ask_engines=lambda: engines)
    assert groups == [
        OfferGroup(title="Docker · 1 image", offers=(Offer(reference="docker-daemon:app", about="2.00 kB unpacked"),)),
        OfferGroup(title="Podman", problem="it does not answer"),
    ]


def test_an_engine_without_images_is_left_out(tmp_path: Path) -> None:
    assert find_offers([], directory=tmp_path, ask_engines=lambda: [LocalImages(engine="Docker")]) == []


def test_samples_of_a_checkout_are_offered(tmp_path: Path) -> None:
    layout = tmp_path / "sample_images" / "musl"
    layout.mkdir(parents=True)
    (layout / "oci-layout").touch()
    (tmp_path / "sample_images" / "sources").mkdir()
    (group,) = find_offers([], directory=tmp_path, ask_engines=list)
    assert group == OfferGroup(title="samples", offers=(Offer(reference="oci:sample_images/musl"),))


def test_a_sample_that_was_inspected_before_is_offered_once(tmp_path: Path) -> None:
    layout = tmp_path / "sample_images" / "musl"
    layout.mkdir(parents=True)
    (layout / "oci-layout").touch()
    reference = "oci:sample_images/musl"
    with contextlib.chdir(tmp_path):
        groups = find_offers(known(reference), directory=Path(), ask_engines=list)
    assert [group.title for group in groups] == ["inspected before"]
