"""What is known of an image while it is read: its summary and its layers."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from imgscope import progress as events
from imgscope.analyze import origins_of
from imgscope.layer.index import LayerIndex
from imgscope.report import Attachment
from imgscope.tui.model.layers import LayerRows, layer_detail
from imgscope.tui.model.session import Session
from imgscope.tui.model.summary import closing_lines, summary_of
from tests.support.images import image, layer
from tests.support.memory import MemorySource, inspect
from tests.tui.stage import app_image


def found() -> Session:
    """A session that knows the image and none of its layers."""
    session = Session("app:1")
    head = MemorySource(app_image()).resolve(None)
    session.apply(events.ImageFound(head=head, origins=origins_of(head)))
    return session


def finished() -> Session:
    session = found()
    session.finish(inspect(*app_image().layers))
    return session


def finished_with(*, attachments: tuple[Attachment, ...] = (), rate_limit: str | None = None) -> Session:
    """A finished session whose report has these too."""
    session = found()
    inspection = inspect(*app_image().layers)
    image_summary = structs.replace(inspection.report.image, attachments=attachments)
    run = structs.replace(inspection.report.run, rate_limit=rate_limit)
    session.finish(replace(inspection, report=structs.replace(inspection.report, image=image_summary, run=run)))
    return session


def failed_index(error: str, hint: str | None) -> LayerIndex:
    return LayerIndex(
        digest="sha256:0",
        diff_id="",
        compression="unknown",
        compressed_size=1,
        tar_size=0,
        unpacked_size=0,
        file_count=0,
        entries=(),
        captured={},
        error=error,
        hint=hint,
    )


def test_what_is_not_known_is_an_ellipsis() -> None:
    summary = summary_of(Session("app:1"))
    assert summary.reference == "app:1"
    assert summary.status == "resolving …"
    assert summary.identity == "… · distribution … · C library …"
    assert summary.sizes == "… compressed · … unpacked · … wasted · … left over"


def test_the_status_counts_layers_and_bytes() -> None:
    session = found()
    session.apply(events.LayerProgress(layer=0, received=1500))
    session.apply(events.LayerProgress(layer=1, received=100))
    assert summary_of(session).status == "reading: 0 of 2 layers · 1.60 kB of 3.95 kB"


def test_progress_is_a_share_of_the_layer() -> None:
    session = found()
    assert [row.state for row in LayerRows(session)] == ["waiting", "waiting"]
    size = LayerRows(session)[1].compressed_size
    session.apply(events.LayerProgress(layer=1, received=size // 2))
    row = LayerRows(session)[1]
    assert (row.state, row.progress, row.unpacked_size) == ("reading", 0.5, None)
    assert sum(row.share for row in LayerRows(session)) == 1


def test_rows_stay_those_of_the_image_that_they_were_made_of() -> None:
    session = found()
    rows = LayerRows(session)
    session.head, session.origins = None, ()
    assert [row.number for row in rows] == [0, 1]
    assert rows[-1].compressed_size == rows[1:][0].compressed_size > 0


def test_a_layer_of_no_bytes_has_no_share_and_no_progress() -> None:
    session = Session("app:1")
    head = MemorySource(image([layer(raw=b"", compression="none")])).resolve(None)
    session.apply(events.ImageFound(head=head, origins=origins_of(head)))
    assert [(row.share, row.progress) for row in LayerRows(session)] == [(0.0, 0.0)]


def test_a_layer_that_failed_says_why_and_what_to_do() -> None:
    session = found()
    session.apply(events.LayerRead(layer=1, index=failed_index("ends too early", "try again")))
    assert LayerRows(session)[1].state == "failed"
    lines = [line.text for line in layer_detail(session, 1)]
    assert lines[:2] == ["failed: this layer ends too early", "hint: try again"]


def test_a_finished_image_leaves_what_is_worth_keeping() -> None:
    reference, identity, sizes = closing_lines(finished())
    assert reference == "example.com/app:1"
    assert identity == "  linux/amd64 · Debian GNU/Linux 12 (bookworm) · no C library"
    assert sizes == "  3.95 kB compressed · 3.50 MB unpacked · 3.01 kB wasted · 1.50 MB left over"


def test_C31_what_is_attached_and_C22_what_may_be_pulled_stand_aside() -> None:
    signature = Attachment(kind="signature", digest="sha256:0", media_type="x", size=1)
    limit = "98 of 100 pulls left per 6 hours"
    assert summary_of(finished_with()).aside == ""
    assert summary_of(finished_with(attachments=(signature,))).aside == "attached, not verified: 1 signature"
    assert summary_of(finished_with(rate_limit=limit)).aside == limit
    both = summary_of(finished_with(attachments=(signature,), rate_limit=limit)).aside
    assert both == f"attached, not verified: 1 signature · {limit}"
    assert summary_of(found()).aside == ""


def test_an_image_that_was_left_early_says_so() -> None:
    reference, _, sizes = closing_lines(found())
    assert reference == "example.com/app:1 (not read to the end)"
    assert sizes == "  3.95 kB compressed · … unpacked · … wasted · … left over"


def test_a_run_is_broken_before_each_and() -> None:
    session = Session("app:1")
    head = MemorySource(image([layer(created_by="RUN |1 A=1 /bin/sh -c make && make install # buildkit")])).resolve(
        None
    )
    session.apply(events.ImageFound(head=head, origins=origins_of(head)))
    lines = [line.text for line in layer_detail(session, 0)]
    assert lines[:3] == ["RUN make", "    && make install", "build arguments: A=1"]


def test_a_layer_without_history_says_so() -> None:
    session = Session("app:1")
    head = MemorySource(image([layer()], config_fields={"history": None})).resolve(None)
    session.apply(events.ImageFound(head=head, origins=origins_of(head)))
    assert layer_detail(session, 0)[0].text == "what made this layer is not recorded"
    assert LayerRows(session)[0].made_by.startswith("(not recorded) sha256:")


def test_in_the_end_the_image_is_as_it_was_inspected_and_not_as_it_was_found() -> None:
    early = MemorySource(image([layer(), layer()])).resolve(None)
    session = Session("app:1")
    session.apply(events.ImageFound(head=early, origins=origins_of(early)))
    inspection = inspect(*app_image().layers)
    session.finish(inspection)
    assert session.head == inspection.head
    assert [row.compressed_size for row in LayerRows(session)] == [
        each.compressed_size for each in inspection.report.layers
    ]
