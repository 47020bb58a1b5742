"""The C library: what says which it is, what will not start, and which programs need what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.linking.families import family_of_loader, is_loader_path
from imgscope.phrases import libc_phrase
from imgscope.report import Finding
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line, Tone, always, paragraphs
from imgscope.tui.model.outline import Clip, OutlineRow, Place
from imgscope.tui.model.places import exact_size, file_rows, layer_lines, path_of, rows_at

_GLIBC: Final = "GLIBC_"
_ABOUT_STARTING: Final = frozenset(
    (
        "foreign-architecture",
        "foreign-module",
        "healthcheck-cannot-run",
        "interpreter-missing",
        "library-missing",
        "library-out-of-reach",
        "mixed-libc",
        "module-library-missing",
        "start-command-cannot-run",
        "symbol-version-missing",
    )
)
_MOST_SHOWN: Final = 40
_Key = tuple[str, tuple[int, ...]]


def libc_title(inspection: Inspection) -> str:
    """Return which C library it is, how sure that is, and how many programs will not start for want of something."""
    libc, stopped = inspection.report.libc, len(_stopping(inspection))
    said = f"{libc_phrase(libc)} · {libc.confidence} confidence"
    return f"{said} · {format_count(stopped, 'reason')} not to start" if stopped else said


def libc_rows(inspection: Inspection) -> Sequence[OutlineRow]:
    """Return the verdict, what will not start, the loaders, and programs and libraries by what they need.

    The cells are how many files it is, their bytes, and what it is.
    """
    programs, libraries, static = _survey(inspection)
    sections = [
        _verdict(inspection),
        _section("will not start", [_stopped(inspection, each, i) for i, each in enumerate(_stopping(inspection))]),
        _section(
            "loaders", [_loader(inspection, node) for node in inspection.image.tree.nodes if is_loader_path(node)]
        ),
        _section("programs, by loader and the newest glibc they need", _grouped(inspection, programs)),
        _section("static programs", _grouped(inspection, static)),
        _section("libraries, by the newest glibc they need", _grouped(inspection, libraries), begins_open=False),
    ]
    return tuple(section for section in sections if section is not None)


def _verdict(inspection: Inspection) -> OutlineRow:
    libc = inspection.report.libc
    return OutlineRow(
        key="verdict",
        cells=(Line(""), Line(""), Line(f"{libc_phrase(libc)} ({libc.confidence} confidence)", "strong")),
        detail=lambda: [Line(libc_phrase(libc), "strong"), *map(Line, libc.evidence)],
        below=lambda: [
            OutlineRow(
                key=f"evidence {number}",
                cells=(Line(""), Line(""), Line(said)),
                detail=always(Line(said)),
                searched=said,
            )
            for number, said in enumerate(libc.evidence)
        ],
        begins_open=True,
        is_section=True,
    )


def _stopping(inspection: Inspection) -> list[Finding]:
    return [finding for finding in inspection.report.findings if finding.rule_id in _ABOUT_STARTING]


def _stopped(inspection: Inspection, finding: Finding, number: int) -> OutlineRow:
    lines = [
        Line(f"{finding.rule_id} · {finding.severity.value} severity", "bad"),
        Line(finding.message),
        *(paragraphs(f"fix: {finding.fix}", "good") if finding.fix else ()),
        *(layer_lines(inspection, [finding.layer]) if finding.layer is not None else ()),
    ]
    return OutlineRow(
        key=f"{finding.rule_id} {number}",
        cells=(Line(str(len(finding.paths))), Line(""), Line(finding.message, "bad")),
        detail=lambda: lines,
        below=(lambda: rows_at(inspection, finding.paths, _cells)) if finding.paths else None,
        clip=Clip(text=finding.fix, what="the fix", has_lines=True) if finding.fix else None,
        searched=" ".join((finding.rule_id, finding.message, *finding.paths)),
    )


def _loader(inspection: Inspection, node: Node) -> OutlineRow:
    real = inspection.image.tree.resolve(node.path)
    family = family_of_loader(node.path, real) if real is not None else "unknown"
    leads = f" → {path_of(real)}" if real is not None and real is not node else ""
    state = "leads nowhere" if real is None else f"loader of {family}" if family != "unknown" else "no loader"
    size = format_size(real.size) if real is not None else "-"
    return OutlineRow(
        key=f"loader {node.path}",
        cells=(Line(""), Line(size), Line(f"{path_of(node)}{leads} · {state}", "bad" if real is None else "plain")),
        detail=lambda: [Line(f"{path_of(node)}{leads}", "strong"), Line(state), *layer_lines(inspection, [node.layer])],
        place=Place(path=node.path),
        searched=f"{path_of(node)}{leads} {state}",
    )


def _survey(inspection: Inspection) -> tuple[dict[_Key, list[Node]], ...]:
    """Return programs that have a loader, libraries and static programs, by loader and the glibc that they need."""
    programs: dict[_Key, list[Node]] = {}
    libraries: dict[_Key, list[Node]] = {}
    static: dict[_Key, list[Node]] = {}
    for node in inspection.image.tree.elf_files:
        elf = node.content.elf if node.content is not None else None
        if elf is None:
            continue
        if elf.is_static:
            static.setdefault((f"for {elf.machine}", ()), []).append(node)
        elif elf.kind == "executable":
            programs.setdefault((elf.interpreter or "no loader", _newest(elf)), []).append(node)
        elif elf.kind == "shared-library":
            libraries.setdefault(("", _newest(elf)), []).append(node)
    return programs, libraries, static


def _newest(elf: ElfFacts) -> tuple[int, ...]:
    versions = (need.removeprefix(_GLIBC).split(".") for need in elf.version_needs if need.startswith(_GLIBC))
    numbers = (
        tuple(map(int, parts)) for parts in versions if all(p.isascii() and p.isdigit() and len(p) < 9 for p in parts)
    )
    return max(numbers, default=())


def _grouped(inspection: Inspection, groups: Mapping[_Key, list[Node]]) -> list[OutlineRow]:
    """Return a row for each of `groups`, by loader, and of each the newest glibc first."""
    ordered = sorted(groups.items(), key=lambda item: item[0][1], reverse=True)
    ordered.sort(key=lambda item: item[0][0])
    return [_group(inspection, interpreter, version, nodes) for (interpreter, version), nodes in ordered]


def _group(inspection: Inspection, interpreter: str, version: tuple[int, ...], nodes: list[Node]) -> OutlineRow:
    needs = f"{_GLIBC}{'.'.join(map(str, version))}" if version else "no version of glibc"
    tree = inspection.image.tree
    is_path = interpreter.startswith("/")
    is_missing = is_path and tree.resolve(interpreter) is None
    said = interpreter if interpreter.startswith("for ") else " · ".join(filter(None, (interpreter, needs)))
    tone: Tone = "bad" if is_missing else "plain"
    text = f"{said} (the loader is not in the image)" if is_missing else said
    size = sum(node.size for node in nodes)
    return OutlineRow(
        key=said,
        cells=(Line(f"{len(nodes):,}"), Line(format_size(size)), Line(text, tone)),
        detail=lambda: [
            Line(text, "strong"),
            Line(f"{format_count(len(nodes), 'file')}, {exact_size(size)}"),
            *(Line(path_of(node)) for node in sorted(nodes, key=lambda node: -node.size)[:_MOST_SHOWN]),
        ],
        below=lambda: [_with_elf(inspection, row) for row in file_rows(inspection, nodes, _cells)],
        searched=" ".join((text, *(node.path for node in nodes))),
    )


def _with_elf(inspection: Inspection, row: OutlineRow) -> OutlineRow:
    """Return `row` of a file with what the file asks for."""
    if row.place is None:
        return row
    node = inspection.image.tree.get(row.place.path)
    return row if node is None else replace(row, detail=lambda: [*row.detail(), *_asks(node)])


def _asks(node: Node) -> Iterator[Line]:
    elf = node.content.elf if node.content is not None else None
    if elf is None:
        return
    yield Line(f"{elf.kind}, {elf.bits} bits, {elf.machine}")
    for title, names in (("needs", elf.needed), ("symbol versions", elf.version_needs)):
        if names:
            yield Line(f"{title}: {', '.join(names[:_MOST_SHOWN])}")


def _cells(size: Line, _layer: Line, path: Line) -> tuple[Line, ...]:
    return (Line(""), size, path)


def _section(name: str, rows: Sequence[OutlineRow], *, begins_open: bool = True) -> OutlineRow | None:
    if not rows:
        return None
    return OutlineRow(
        key=name,
        cells=(Line(""), Line(""), Line(name, "strong")),
        detail=lambda: [Line(name, "strong"), Line(format_count(len(rows), "group"))],
        below=lambda: rows,
        begins_open=begins_open,
        is_section=True,
    )
