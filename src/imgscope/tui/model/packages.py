"""The installed packages, those first whose removal frees most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from imgscope.analyze import Inspection
from imgscope.facts import DISTRIBUTION_TYPES, InspectedImage, InstalledPackage
from imgscope.text import format_count, format_size
from imgscope.tui.model.lines import Line
from imgscope.tui.model.outline import Clip, OutlineRow
from imgscope.tui.model.places import file_rows, layer_lines
from imgscope.tui.model.removal_prices import Company, Price, company_of, essentials

ORDERS: Final = ("frees", "size", "name", "version", "type", "layer")
"""What the rows can be sorted by, in the order of their ranks."""

_MOST_NAMES: Final = 40
_NOTHING: Final = Line("-", "dim")


class _NotYet:
    """Stands for a price that is being worked out."""


_NOT_YET: Final = _NotYet()


def packages_title(inspection: Inspection) -> str:
    """Return how many packages there are of which type."""
    counted = Counter(package.type for package in inspection.image.packages)
    if not counted:
        return "no packages found"
    return " · ".join(f"{count:,} {kind}" for kind, count in counted.most_common())


def package_rows(inspection: Inspection, prices: Mapping[int, Price | None]) -> Sequence[OutlineRow]:
    """Return a row for each package, with its files in it; `prices` are by identity, as far as they are known.

    The cells are what removing it frees, its size, its type, its layer, its version, and its name.
    """
    doubled = {key for key, count in Counter(map(_key, inspection.image.packages)).items() if count > 1}
    needed = essentials(inspection.image)
    return tuple(
        _row(
            inspection,
            package,
            prices.get(id(package), _NOT_YET),
            position if _key(package) in doubled else None,
            is_essential=id(package) in needed,
        )
        for position, package in enumerate(inspection.image.packages)
    )


def _key(package: InstalledPackage) -> str:
    return f"{package.type} {package.name} {package.version} {package.architecture}"


def _row(
    inspection: Inspection,
    package: InstalledPackage,
    price: Price | _NotYet | None,
    position: int | None,
    *,
    is_essential: bool,
) -> OutlineRow:
    image = inspection.image
    known = price if isinstance(price, Price) else None
    size = _size(image, package)
    return OutlineRow(
        key=_key(package) if position is None else f"{_key(package)} {position}",
        cells=(
            _freed(price, is_essential=is_essential),
            _NOTHING if size is None else Line(format_size(size)),
            Line(package.type, "dim"),
            Line(str(package.layer), "dim"),
            Line(package.version),
            Line(package.name, "strong"),
        ),
        detail=lambda: list(_detail(inspection, package, known, is_essential=is_essential)),
        below=(lambda: file_rows(inspection, image.files_of(package), _cells)) if image.files_of(package) else None,
        clip=Clip(text=package.name, what="the name of the package"),
        searched=f"{package.name} {package.version} {package.type} {_installed_as(package, is_essential=is_essential)}",
        ranks=(
            known.size if known is not None else -1,
            -1 if size is None else size,
            package.name,
            package.version,
            package.type,
            package.layer,
        ),
    )


def _cells(size: Line, layer: Line, path: Line) -> tuple[Line, ...]:
    return (Line(""), size, Line(""), layer, Line(""), path)


def _freed(price: Price | _NotYet | None, *, is_essential: bool) -> Line:
    if is_essential:
        return Line("needed", "dim")
    if isinstance(price, _NotYet):
        return Line("…", "dim")
    return _NOTHING if price is None else Line(format_size(price.size))


def _size(image: InspectedImage, package: InstalledPackage) -> int | None:
    if package.has_known_files:
        return image.size_of_package(package)
    return package.installed_size


def _detail(
    inspection: Inspection, package: InstalledPackage, price: Price | None, *, is_essential: bool
) -> Iterator[Line]:
    image = inspection.image
    yield Line(f"{package.name} {package.version} ({_kind(package)})", "strong")
    yield Line(_reason(image, package))
    if is_essential:
        yield Line("the package manager does not remove it: it is essential, or what is essential needs it")
    elif price is not None:
        yield from _price(price, company_of(image, package))
    elif package.type not in DISTRIBUTION_TYPES:
        yield Line(_part_of(image, package))
    graph = image.package_graph
    yield from _named("requires", graph.needs(package))
    yield from _named("required by", graph.needed_by(package))
    yield from _named("comes along with", graph.recommended_by(package))
    yield from layer_lines(inspection, [package.layer])


def _kind(package: InstalledPackage) -> str:
    return f"{package.type}, {package.architecture}" if package.architecture else package.type


def _installed_as(package: InstalledPackage, *, is_essential: bool) -> str:
    if is_essential:
        return "essential"
    return {True: "manual", False: "automatic", None: ""}[package.is_requested]


def _reason(image: InspectedImage, package: InstalledPackage) -> str:
    """Say why a package is there, as far as its database tells."""
    if package.is_requested:
        return "installed because somebody asked for it (manual)"
    if package.is_requested is None:
        return "why it was installed is not recorded"
    asked = [each.name for each in image.package_graph.requested([package])]
    because = f"because of {_listed(asked)}" if asked else "and nothing that was asked for leads to it any more"
    return f"installed as a dependency (automatic), {because}"


def _part_of(image: InspectedImage, package: InstalledPackage) -> str:
    owners = {id(owner): owner for owner in map(image.owner, image.files_of(package)) if owner is not None}
    others = [f"{owner.name} ({owner.type})" for owner in owners.values() if owner is not package]
    if others:
        return f"its files are those of {_listed(others)}"
    return "it has no files of its own: it is compiled into, or packed in, something else"


def _price(price: Price, company: Company) -> Iterator[Line]:
    freed = f"removing it frees {format_size(price.size)}"
    gone = len(company.dependents) + len(company.unneeded)
    yield Line(f"{freed}, {format_count(gone, 'other package')} included" if gone else freed, "good")
    yield from _named("cannot do without it, and would go", company.dependents)
    yield from _named("nothing would need any more", company.unneeded)


def _named(title: str, packages: Iterable[InstalledPackage]) -> Iterator[Line]:
    names = list(dict.fromkeys(package.name for package in packages))
    if names:
        yield Line(f"{title}: {_listed(names)}")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
