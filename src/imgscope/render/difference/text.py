"""What two images differ in, for a person at a terminal or reading a log: layer, package, file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from imgscope.difference.document import ChangedPath, Difference, Document, LayerDifference, PackageChange, PackagePaths
from imgscope.render._terminal import fit_for_logs
from imgscope.render.base import RenderOptions
from imgscope.render.difference._words import (
    SIGNS,
    delta_phrase,
    image_phrase,
    layer_phrase,
    layers_phrase,
    package_sign,
    packages_phrase,
    path_phrase,
    paths_phrase,
    platform_phrase,
    setting_name,
    setting_values,
    size_phrase,
    versions_phrase,
)
from imgscope.render.difference.base import DifferenceRender
from imgscope.text import format_count, printable

_MOST_PACKAGES: Final = 40
_MOST_GROUPS: Final = 12
_MOST_PATHS: Final = 8
_STYLES: Final = {"+": "\x1b[32m", "-": "\x1b[31m", "~": "\x1b[33m", "m": "\x1b[36m", "title": "\x1b[1m"}
_PLAIN: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    style: str = ""
    is_cut: bool = False
    """Whether it may be cut at the width: of what is only there to be recognised, the start is enough."""


def _render(document: Document, options: RenderOptions) -> str:
    lines = _difference(document, options) if isinstance(document, Difference) else _matrix(document, options)
    return fit_for_logs("".join(f"{_shown(line, options)}\n" for line in lines))


def _shown(line: _Line, options: RenderOptions) -> str:
    text = printable(line.text).rstrip()
    if line.is_cut and len(text) > options.width:
        text = f"{text[: options.width - 1]}…"
    return f"{_STYLES[line.style]}{text}{_PLAIN}" if line.style and options.color and text else text


def _matrix(document: Document, options: RenderOptions) -> Iterator[_Line]:
    assert not isinstance(document, Difference)
    yield _Line(f"old  {document.old_reference}", "title")
    yield _Line(f"new  {document.new_reference}", "title")
    for platform in document.platforms:
        yield _Line(f"  {platform_phrase(platform)}")
    for platform in document.platforms:
        if platform.difference is not None and not platform.difference.same:
            yield _Line("")
            yield from _difference(platform.difference, options)


def _difference(difference: Difference, options: RenderOptions) -> Iterator[_Line]:
    old, new = difference.old, difference.new
    for side, image in (("old", old), ("new", new)):
        yield _Line(f"{side}  {image.reference}", "title")
        yield _Line(f"     {image_phrase(image)}")
    if not difference.complete:
        yield _Line("incomplete: part of this could not be read, and may differ", "-")
    yield _Line(f"  {layers_phrase(difference)}")
    yield _Line(f"  compressed {size_phrase(old.compressed_size, new.compressed_size)}")
    yield _Line(f"  files {size_phrase(old.visible_bytes, new.visible_bytes)}")
    if difference.same:
        yield _Line(f"no differences{_but_times(difference)}", "title")
        return
    yield from _configuration(difference)
    yield from _packages(difference, detailed=options.detailed)
    yield _Line("")
    yield _Line(f"Files: {paths_phrase(difference.paths)}", "title")
    for layer in difference.layers:
        yield from _layer(layer, detailed=options.detailed)


def _but_times(difference: Difference) -> str:
    count = difference.paths.times_only
    return f", but {format_count(count, 'path')} in time only" if count else ""


def _configuration(difference: Difference) -> Iterator[_Line]:
    if difference.configuration:
        yield _Line("")
        yield _Line("Configuration", "title")
    for change in difference.configuration:
        sign = "+" if change.old is None else "-" if change.new is None else "~"
        old, new = setting_values(change)
        value = {"+": f": {new}", "-": f": {old}", "~": f": {old} → {new}"}[sign]
        is_bare = change.setting in ("exposedPorts", "volumes")
        yield _Line(f"  {sign} {setting_name(change)}{'' if is_bare else value}", sign)


def _packages(difference: Difference, *, detailed: bool) -> Iterator[_Line]:
    packages = difference.packages
    if not packages:
        return
    yield _Line("")
    yield _Line(f"Packages: {packages_phrase(packages)}", "title")
    shown = packages if detailed else _telling(packages)
    rows = [("?" if each.delta is None else delta_phrase(each.delta), each) for each in shown]
    width = max(len(size) for size, _ in rows)
    for size, package in rows:
        sign = package_sign(package)
        yield _Line(f"  {sign} {size:>{width}}  {package.name} {versions_phrase(package)} ({package.type})", sign)
    yield from _more(len(packages) - len(shown), "package", indent=2)


def _telling(packages: Sequence[PackageChange]) -> Sequence[PackageChange]:
    """Return as many packages as are shown: other versions first of all, then the largest; in the order they had."""

    def rank(package: PackageChange) -> tuple[bool, int]:
        return None in (package.old_version, package.new_version), -abs(package.delta or 0)

    chosen = {id(package) for package in sorted(packages, key=rank)[:_MOST_PACKAGES]}
    return [package for package in packages if id(package) in chosen]


def _layer(layer: LayerDifference, *, detailed: bool) -> Iterator[_Line]:
    yield _Line(f"  {delta_phrase(layer.delta)}  {layer_phrase(layer)}", "title")
    yield _Line(f"      {layer.instruction or '(not recorded)'}", is_cut=True)
    shown = layer.packages if detailed else layer.packages[:_MOST_GROUPS]
    for group in shown:
        yield from _group(group, detailed=detailed)
    yield from _more(len(layer.packages) - len(shown), "package", indent=4)


def _group(group: PackagePaths, *, detailed: bool) -> Iterator[_Line]:
    name = "(no package)" if group.package is None else f"{group.package} ({group.package_type})"
    yield _Line(f"    {delta_phrase(group.delta)}  {name}, {format_count(len(group.paths), 'path')}")
    shown: Sequence[ChangedPath] = group.paths
    if not detailed and len(shown) > _MOST_PATHS:
        # The largest tell most; in the order of their paths they read best.
        largest = sorted(group.paths, key=lambda path: -abs(path.delta))[:_MOST_PATHS]
        chosen = {id(path) for path in largest}
        shown = [path for path in group.paths if id(path) in chosen]
    for path in shown:
        sign = SIGNS[path.change]
        size = f"  {delta_phrase(path.delta)}" if path.delta else ""
        what = path_phrase(path)
        yield _Line(f"      {sign} /{path.path}{size}{f'  ({what})' if what else ''}", sign)
    yield from _more(len(group.paths) - len(shown), "path", indent=6)


def _more(count: int, what: str, *, indent: int) -> Iterator[_Line]:
    yield from islice([_Line(f"{' ' * indent}and {format_count(count, f'more {what}')}, see --verbose")], count > 0)


RENDER = DifferenceRender(render=_render)
