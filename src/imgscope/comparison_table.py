"""A comparison as a table in words: a row a figure, a cell an image, the same in every format and in the terminal UI.

Whoever shows them escapes them: names and versions in the cells are the images'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from imgscope.comparison.data import (
    ComparedImage,
    Comparison,
    Contents,
    CurrentBase,
    Move,
    SharedLayers,
    SizeDifference,
    Variants,
)
from imgscope.comparison_names import names_of
from imgscope.phrases import libc_phrase
from imgscope.report import Severity
from imgscope.text import format_count, format_size

Lines = tuple[str, ...]

_LONGEST_COMMAND: Final = 120
_DATE_LENGTH: Final = len("2026-01-31")
_MOST_TAGS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is told, and for each image of the comparison the lines of its cell."""

    title: str
    cells: tuple[Lines, ...]


def table_of(comparison: Comparison, *, detailed: bool = False) -> list[Row]:
    """Return the rows of the table; those that no image has anything for are left out.

    With `detailed`, the ten largest packages of each image are named, and otherwise three.
    """
    columns = _columns(comparison, packages=10 if detailed else 3)
    rows = [
        Row(title=title, cells=tuple(cell(image) for image in comparison.images)) for title, cell in columns.items()
    ]
    return [row for row in rows if any(row.cells)]


def _columns(comparison: Comparison, *, packages: int) -> dict[str, Callable[[ComparedImage], Lines]]:
    """Return what makes the cells of each row, by its title."""
    names = names_of(comparison)
    baseline = names.short[comparison.baseline] if comparison.variants is not None else "the first"
    return {
        "also called": lambda image: tuple(map(names.without_common, image.also_called or ())),
        "compressed": lambda image: _size(image.compressed_size, image.compressed_difference),
        "unpacked": _inside(lambda contents: _size(contents.unpacked_size, contents.unpacked_difference)),
        "layers": lambda image: (f"{len(image.layers)}",),
        "shared layers": lambda image: _shared(image, len(comparison.images), baseline),
        "distribution": _inside(_distribution),
        "C library": _inside(lambda contents: (libc_phrase(contents.libc),)),
        "packages": _inside(lambda contents: (f"{contents.package_count:,}",)),
        "largest packages": _inside(lambda contents: _packages(contents, packages)),
        "shell": _inside(lambda contents: (", ".join(contents.shells) or "none",)),
        "package manager": _inside(lambda contents: (", ".join(contents.package_managers) or "none",)),
        "left over": _inside(lambda contents: (format_size(contents.leftover_bytes),)),
        "wasted": _inside(lambda contents: (format_size(contents.wasted_bytes),)),
        "findings": _inside(_findings),
        "user": lambda image: (image.user or "root (not set)",),
        "starts": lambda image: (_command((*image.entrypoint, *image.cmd)) or "nothing",),
        "health check": lambda image: (_health_check(image),),
        "versions": _versions,
        "platform": lambda image: (platform_of(image),),
        "created": lambda image: (image.created[:_DATE_LENGTH] if image.created else "not recorded",),
        "incomplete": _inside(lambda contents: () if contents.complete else ("a part could not be read",)),
    }


def _inside(cell: Callable[[Contents], Lines]) -> Callable[[ComparedImage], Lines]:
    """Return what makes the cell of an image from what is in it, and an empty one where that was not read."""
    return lambda image: cell(image.contents) if image.contents is not None else ()


def platform_of(image: ComparedImage) -> str:
    """Return the platform of an image as people write it."""
    return "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))


def difference_phrase(difference: SizeDifference) -> str:
    """Return a difference of sizes: `-90.8 MB (-64%)`, `same`."""
    if not difference.bytes:
        return "same"
    percent = f" ({difference.percent:+,.0f}%)" if difference.percent is not None else ""
    return f"{'+' if difference.bytes > 0 else '-'}{format_size(abs(difference.bytes))}{percent}"


def variants_phrase(variants: Variants) -> str:
    """Return which tags were looked at, and which variants there was no room for."""
    looked = f"{variants.repository} has {format_count(variants.tag_count, 'tag')}"
    if not variants.more:
        return f"{looked}; all variants of {variants.tag} are shown"
    shown = ", ".join(variants.more[:_MOST_TAGS])
    left = f", … and {variants.more_count - _MOST_TAGS:,} more" if variants.more_count > _MOST_TAGS else ""
    return f"{looked}; {format_count(variants.more_count, 'more variant')} of {variants.tag}: {shown}{left}"


def base_phrase(base: CurrentBase) -> str:
    """Return what an image is built on, what says so and how much that is."""
    sizes = f"{format_size(base.compressed_size)} compressed, {format_size(base.unpacked_size)} unpacked"
    return f"built on {base.reference or 'a base'}: {base.evidence}; {sizes}"


def saving_phrase(move: Move) -> str:
    """Return what a move saves or costs: `saves 98.1 MB compressed, 301 MB unpacked`, `is its base now`."""
    if move.is_current:
        return "is its base now"
    sizes = {"compressed": move.saved_compressed_bytes, "unpacked": move.saved_unpacked_bytes}
    saves = [f"{format_size(size)} {name}" for name, size in sizes.items() if size > 0]
    costs = [f"{format_size(-size)} {name}" for name, size in sizes.items() if size < 0]
    told = [f"saves {', '.join(saves)}"] if saves else []
    told += [f"costs {', '.join(costs)}"] if costs else []
    return "; ".join(told) or "saves nothing"


def breaks_phrase(move: Move) -> str:
    """Return how much a move breaks, in short: `breaks: 2 programs, 1 module`, `breaks nothing that could be found`."""
    unknown = f"more may break: {move.not_judged}" if move.not_judged is not None else ""
    if not move.breaks:
        return unknown or ("" if move.is_current else "breaks nothing that could be found")
    kinds = [each.kind for each in move.breaks]
    plurals = {"library": "libraries", "build": "build steps", "interpreter": "interpreters"}
    names = {"build": "build step"}
    counted = (
        format_count(kinds.count(kind), names.get(kind, kind), plurals.get(kind)) for kind in dict.fromkeys(kinds)
    )
    return "; ".join(filter(None, (f"breaks: {', '.join(counted)}", unknown)))


def moves_in_order(comparison: Comparison) -> Iterator[tuple[ComparedImage, Move]]:
    """Yield each base to move to and what that would do, in the order of the images."""
    for move in comparison.moves.candidates if comparison.moves is not None else ():
        yield comparison.images[move.image], move


def _size(size: int, difference: SizeDifference | None) -> Lines:
    return (format_size(size), *((difference_phrase(difference),) if difference is not None else ()))


def _shared(image: ComparedImage, count: int, baseline: str) -> Lines:
    """Return with whom an image shares layers; of two images, both share the same with each other and with all."""
    if count < 2 or image.shared_with_all is None:
        return ()
    lines = []
    if image.shared_with_baseline is not None:
        lines.append(f"{_layers(image.shared_with_baseline)} with {baseline}")
    if image.shared_with_all.count and (count > 2 or not lines):
        lines.append(f"{_layers(image.shared_with_all)} with all")
    return tuple(lines) or ("none with all",)


def _layers(shared: SharedLayers) -> str:
    return f"{shared.count} ({format_size(shared.compressed_size)})" if shared.count else "none"


def _distribution(contents: Contents) -> Lines:
    end = contents.distro.end_of_life
    return (contents.distro.pretty_name, *((f"end of life {end}",) if end else ()))


def _packages(contents: Contents, count: int) -> Lines:
    return tuple(f"{format_size(package.bytes)} {package.name}" for package in contents.largest_packages[:count])


def _findings(contents: Contents) -> Lines:
    counts = {severity.value: getattr(contents.findings, severity.value) for severity in reversed(Severity)}
    return (", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none",)


def _versions(image: ComparedImage) -> Lines:
    return tuple(f"{name.removesuffix('_VERSION')} {version}" for name, version in image.versions.items())


def _command(words: tuple[str, ...]) -> str:
    text = " ".join(" ".join(words).split())
    return text if len(text) <= _LONGEST_COMMAND else f"{text[: _LONGEST_COMMAND - 1]}…"


def _health_check(image: ComparedImage) -> str:
    test = image.healthcheck.test if image.healthcheck is not None else ()
    if not test or test[0] == "NONE":
        return "none"
    return _command(test[1:] if test[0] in ("CMD", "CMD-SHELL") else test)
