"""The image in a few lines: above the panes, and on stdout after the terminal UI has closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from imgscope.phrases import attachments_phrase, libc_phrase
from imgscope.report import Run
from imgscope.text import format_count, format_size
from imgscope.tui.model.session import Session

UNKNOWN: Final = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What stands above the panes; what is not known yet is an ellipsis. `notes` should not be missed.

    `aside` is what reading it took until now, and in the end what is attached to the image; and how much may still be
    pulled. Empty where none of it is known.
    """

    reference: str
    status: str
    is_incomplete: bool
    identity: str
    sizes: str
    aside: str
    notes: tuple[str, ...]


def summary_of(session: Session) -> Summary:
    """Return the summary of what is known so far."""
    return Summary(
        reference=session.reference,
        status=_status(session),
        is_incomplete=session.inspection is not None and not session.is_complete,
        identity=_identity(session),
        sizes=_sizes(session),
        aside=_aside(session),
        notes=session.head.notes if session.head else (),
    )


def closing_lines(session: Session) -> tuple[str, str, str]:
    """Return what is worth keeping in the terminal's history: reference, identity and sizes."""
    incomplete = (
        "" if session.is_complete else " (not read to the end)" if session.inspection is None else " (INCOMPLETE)"
    )
    return f"{session.reference}{incomplete}", f"  {_identity(session)}", f"  {_sizes(session)}"


def _status(session: Session) -> str:
    if session.inspection is not None:
        cost = _cost(session.inspection.report.run)
        return cost if session.is_complete else f"INCOMPLETE · {cost}"
    if session.head is None:
        return "resolving …"
    layers = session.head.manifest.layers
    if len(session.indexes) == len(layers):
        return "judging …"
    received = sum(session.received.values())
    total = format_size(session.head.manifest.compressed_size)
    return (
        f"reading: {len(session.indexes)} of {format_count(len(layers), 'layer')} · {format_size(received)} of {total}"
    )


def _cost(run: Run) -> str:
    seconds = f"{run.duration_seconds:.1f} s"
    if not run.requests:
        return seconds
    return f"{format_count(run.requests, 'request')} · {format_size(run.bytes_fetched)} fetched · {seconds}"


def _identity(session: Session) -> str:
    platform = str(session.head.platform) if session.head else UNKNOWN
    if session.inspection is None:
        distro, libc = session.early.distro, session.early.libc
        said_distro = f"{distro.pretty_name} so far" if distro else f"distribution {UNKNOWN}"
        said_libc = f"{libc_phrase(libc)} so far" if libc else f"C library {UNKNOWN}"
        return f"{platform} · {said_distro} · {said_libc}"
    report = session.inspection.report
    return f"{platform} · {report.distro.pretty_name} · {libc_phrase(report.libc)}"


def _sizes(session: Session) -> str:
    compressed = format_size(session.head.manifest.compressed_size) if session.head else UNKNOWN
    report = session.inspection.report if session.inspection else None
    sizes = {
        "compressed": compressed,
        "unpacked": format_size(report.image.unpacked_size) if report else UNKNOWN,
        "wasted": format_size(report.waste.wasted_bytes) if report else UNKNOWN,
        "left over": format_size(report.leftovers.bytes) if report else UNKNOWN,
    }
    return " · ".join(f"{size} {name}" for name, size in sizes.items())


def _aside(session: Session) -> str:
    if session.inspection is None:
        traffic = session.traffic
        fetched = f"{format_size(traffic.bytes_fetched)} fetched until now"
        asked = f"{format_count(traffic.requests, 'request')} · {fetched}" if traffic.requests else ""
        return " · ".join(filter(None, (asked, traffic.rate_limit)))
    report = session.inspection.report
    return " · ".join(filter(None, (attachments_phrase(report.image.attachments), report.run.rate_limit)))
