"""A comparison as rows: figures, layers, packages and files, a cell for each image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from imgscope.comparison.data import Comparison, LayerSummary
from imgscope.comparison_names import names_of
from imgscope.comparison_table import breaks_phrase, difference_phrase, saving_phrase, table_of
from imgscope.report import Package
from imgscope.text import format_count, format_size
from imgscope.tui.model.comparing import Comparing
from imgscope.tui.model.comparison_files import files_section
from imgscope.tui.model.lines import Line, always
from imgscope.tui.model.outline import OutlineRow

_ABSENT = Line("-", "dim")


def comparison_title(comparing: Comparing) -> str:
    """Return what is compared, and how far that has come."""
    comparison = comparing.comparison()
    count = format_count(len(comparing.references), "image")
    state = "" if comparing.is_complete else " · INCOMPLETE"
    if not comparing.is_over:
        done = sum(not comparing.state_of(number) for number in range(len(comparing.references)))
        state = f" · reading: {done} of {len(comparing.references)}"
    # Last, because names are long. What all names begin with is told here, and not above the columns.
    baseline = f" · held against {comparison.images[comparison.baseline].reference}" if comparison else ""
    return f"{count}{state}{baseline}"


def column_titles(comparing: Comparing) -> tuple[str, ...]:
    """Return what the images are called at the heads of their columns, tags with the name of their repository."""
    comparison = comparing.comparison()
    if comparison is None:
        return ()
    names = names_of(comparison)
    repository = names.common.rpartition("/")[2]
    has_tags = repository and not any(":" in each for each in names.short)
    return tuple(f"{repository}:{tag}" for tag in names.short) if has_tags else names.short


def closing_lines(comparing: Comparing) -> Iterator[str]:
    """Yield a line for each image that is worth keeping in the terminal's history: its sizes, or why it has none."""
    comparison = comparing.comparison()
    for image in comparison.images if comparison is not None else ():
        sizes = [f"{format_size(image.compressed_size)} compressed"]
        if image.contents is not None:
            sizes.append(f"{format_size(image.contents.unpacked_size)} unpacked")
        if image.compressed_difference is not None:
            sizes.append(f"{difference_phrase(image.compressed_difference)} compressed")
        yield f"{image.reference}: {' · '.join(sizes)}"
    for position, error in sorted(comparing.errors.items()):
        yield f"{comparing.references[position]}: not compared: {error.message}"


def comparison_rows(comparing: Comparing) -> Sequence[OutlineRow]:
    """Return the sections of the comparison; the cells of a row are its title, and one for each image."""
    comparison = comparing.comparison()
    failed = _section("not compared", [_failure(comparing, number) for number in sorted(comparing.errors)], 0)
    if comparison is None:
        return tuple(filter(None, [failed]))
    count = len(comparison.images)
    looked = [comparing.looked[position] for position in comparing.positions]
    # What not all have is found out once, when everything is there.
    packages = [each.packages for each in looked] if comparing.is_over else []
    sections = [
        failed,
        _section("figures", _figures(comparing, comparison), count),
        _section("moving to each as the base", _moves(comparison), count),
        _section("layers", _layers(comparison, [each.made_by for each in looked]), count, begins_open=False),
        _section("packages", _packages(packages), count, begins_open=False),
        files_section(comparing),
    ]
    return tuple(section for section in sections if section is not None)


def _section(name: str, rows: Sequence[OutlineRow], count: int, *, begins_open: bool = True) -> OutlineRow | None:
    if not rows:
        return None
    counted = f"{len(rows):,}" if name == "layers" else f"{len(rows):,} differ"
    told = name if begins_open else f"{name} ({counted})"
    return OutlineRow(
        key=name,
        cells=(Line(told, "strong"), *(Line("") for _ in range(count))),
        detail=always(Line(name, "strong"), Line(format_count(len(rows), "row"))),
        below=lambda: rows,
        begins_open=begins_open,
        is_section=True,
    )


def _failure(comparing: Comparing, position: int) -> OutlineRow:
    error, name = comparing.errors[position], comparing.references[position]
    hint = [Line(f"hint: {error.hint}", "warning")] if error.hint else []
    # What was not found has no column, and takes the place of those that there are.
    cells = tuple(Line("") for _ in comparing.positions)
    return OutlineRow(
        key=f"failed {position}",
        cells=(Line(name, "bad"), *cells),
        detail=always(Line(name, "strong"), Line(error.message, "bad"), *hint),
        searched=f"{name} {error.message}",
    )


def _figures(comparing: Comparing, comparison: Comparison) -> list[OutlineRow]:
    states = [comparing.state_of(position) for position in comparing.positions]
    rows = [_row("state", [Line(state, "warning") for state in states], "state")] if any(states) else []
    for row in table_of(comparison):
        detail = [
            Line(f"{image.reference}: {', '.join(lines) or 'not known'}")
            for image, lines in zip(comparison.images, row.cells, strict=True)
        ]
        for number in range(max(map(len, row.cells))):
            cells = [
                Line(lines[number], "dim" if number else "plain") if number < len(lines) else Line("")
                for lines in row.cells
            ]
            rows.append(_row("" if number else row.title, cells, f"{row.title} {number}", row.title, detail))
    return rows


def _row(
    title: str, cells: Iterable[Line], key: str, name: str | None = None, detail: Sequence[Line] = ()
) -> OutlineRow:
    listed = tuple(cells)
    return OutlineRow(
        key=key,
        cells=(Line(title), *listed),
        detail=always(Line(name or title, "strong"), *detail),
        searched=" ".join((name or title, *(cell.text for cell in listed))),
    )


def _moves(comparison: Comparison) -> list[OutlineRow]:
    if comparison.moves is None:
        return []
    moves = {move.image: move for move in comparison.moves.candidates}
    told = [moves.get(number) for number in range(len(comparison.images))]
    detail = [
        line
        for move in comparison.moves.candidates
        for line in (
            Line(f"{comparison.images[move.image].reference}: {saving_phrase(move)}", "strong"),
            *(Line(f"{each.kind}: {each.message}", "bad") for each in move.breaks),
        )
    ]
    return [
        _row(title, [Line(phrase(move)) if move else _ABSENT for move in told], title, title, detail)
        for title, phrase in (("saves", saving_phrase), ("breaks", breaks_phrase))
    ]


def _layers(comparison: Comparison, made_by: Sequence[Sequence[str]]) -> list[OutlineRow]:
    """Return a row for each place of a layer; what the baseline has, too, is marked with an equals sign."""
    baseline = {_identity(layer) for layer in comparison.images[comparison.baseline].layers}
    rows = []
    for number in range(max(len(image.layers) for image in comparison.images)):
        layers = [image.layers[number] if number < len(image.layers) else None for image in comparison.images]
        cells = [
            _layer_cell(layer, is_shared=position != comparison.baseline and _identity(layer) in baseline)
            if layer is not None
            else _ABSENT
            for position, layer in enumerate(layers)
        ]
        detail = [
            Line(f"{image.reference}: {made[number] if number < len(made) else layer.digest}")
            for image, layer, made in zip(comparison.images, layers, made_by, strict=True)
            if layer is not None
        ]
        rows.append(_row(f"layer {number}", cells, f"layer {number}", None, detail))
    return rows


def _identity(layer: LayerSummary) -> str:
    return layer.diff_id or layer.digest


def _layer_cell(layer: LayerSummary, *, is_shared: bool) -> Line:
    size = format_size(layer.compressed_size)
    return Line(f"= {size}", "good") if is_shared else Line(f"  {size}")


def _packages(images: Sequence[Sequence[Package]]) -> list[OutlineRow]:
    """Return a row for each package that not all images have in the same versions, the largest first."""
    by_name = [_by_name(packages) for packages in images]
    names = dict.fromkeys(name for packages in by_name for name in packages)
    rows = []
    for name in names:
        there = [packages.get(name, []) for packages in by_name]
        versions = [", ".join(sorted({package.version for package in packages})) for packages in there]
        if len(set(versions)) < 2:
            continue
        size = max(sum(package.file_bytes or package.installed_size or 0 for package in each) for each in there)
        cells = [Line(version) if version else _ABSENT for version in versions]
        kind, _, title = name.partition(" ")
        detail = [Line(f"{kind} package, up to {format_size(size)}"), *(Line(each) for each in versions if each)]
        rows.append((size, name, _row(title, cells, name, title, detail)))
    return [row for _, _, row in sorted(rows, key=lambda row: (-row[0], row[1]))]


def _by_name(packages: Iterable[Package]) -> Mapping[str, list[Package]]:
    found: dict[str, list[Package]] = {}
    for package in packages:
        found.setdefault(f"{package.type} {package.name}", []).append(package)
    return found
