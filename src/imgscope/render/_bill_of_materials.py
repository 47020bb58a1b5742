"""From reports to a bill of materials, as `cyclonedx-python-lib` has it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from imgscope._version import __version__
from imgscope.errors import ImgscopeError
from imgscope.oci.reference import Reference
from imgscope.render._json import json_text
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport, Package
from imgscope.text import printable

# Of version 5: the same image has the same serial number, and no other has it.
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/imgscope")
_DISTRIBUTION: Final = -1
# Of the schema, "maxLength" of a component's version.
_LONGEST_VERSION: Final = 1024
# Images have some ten thousand, for each of which the library takes nearly 0.1 ms. Those between many packages of one
# name and many of another grow with the square; of a name that only one has, none is left out.
_MOST_DEPENDENCIES: Final = 100_000
_HASHES: Final = {"sha256": HashAlgorithm.SHA_256, "sha512": HashAlgorithm.SHA_512}


def render(reports: Sequence[ImageReport], options: RenderOptions) -> str:
    """Return one bill: of one image with what is in it, or of several that each hold theirs."""
    bom = Bom(serial_number=_serial_number(reports))
    bom.metadata = BomMetaData(
        tools=ToolRepository(
            components=[Component(name="imgscope", version=__version__, type=ComponentType.APPLICATION)]
        )
    )
    if reports:
        bom.metadata.timestamp = max(datetime.fromisoformat(report.run.started_at) for report in reports)
    if len(reports) == 1 and not options.several:
        (report,) = reports
        bom.metadata.component = _image(report, "image")
        parts = _parts(report, "image")
        bom.components.update(parts.values())
        _depend(bom, report, bom.metadata.component, parts)
        return _written(bom)
    for number, report in enumerate(reports):
        image, parts = _image(report, f"image-{number}"), _parts(report, f"image-{number}")
        image.components.update(parts.values())
        bom.components.add(image)
        _depend(bom, report, image, parts)
    return _written(bom)


def _written(bom: Bom) -> str:
    return json_text(json.loads(JsonV1Dot6(bom).output_as_string()))


def _serial_number(reports: Sequence[ImageReport]) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, "\n".join((__version__, *(report.image.digest for report in reports))))


def _image(report: ImageReport, reference: str) -> Component:
    image = report.image
    algorithm, _, value = image.digest.partition(":")
    hashes = [HashType(alg=_HASHES[algorithm], content=value)] if algorithm in _HASHES else []
    platform = "/".join(filter(None, (image.platform.os, image.platform.architecture, image.platform.variant)))
    return Component(
        bom_ref=reference,
        type=ComponentType.CONTAINER,
        name=printable(image.reference),
        version=image.digest,
        purl=_image_purl(report),
        hashes=hashes,
        properties=_properties(platform=platform, complete=str(report.complete).lower()),
    )


def _image_purl(report: ImageReport) -> PackageURL | None:
    """Return the image's package URL; what is in no registry has none."""
    if report.image.source != "registry":
        return None
    try:
        reference = Reference.parse(report.image.reference)
    except ImgscopeError:
        return None
    name = f"{reference.registry}/{reference.repository}"
    qualifiers = {"repository_url": name, "arch": report.image.platform.architecture}
    return PackageURL("oci", name=name.rpartition("/")[2], version=report.image.digest, qualifiers=qualifiers)


def _parts(report: ImageReport, image: str) -> dict[int, Component]:
    """Return the components of an image: its packages by their position in the report, and its distribution."""
    parts = {
        position: _package(package, report, f"{image}/package-{position}")
        for position, package in enumerate(report.packages)
    }
    if report.distro.id != "unknown":
        parts[_DISTRIBUTION] = Component(
            bom_ref=f"{image}/distribution",
            type=ComponentType.OPERATING_SYSTEM,
            name=printable(report.distro.id),
            version=_version(report.distro.version_id or ""),
            description=printable(report.distro.pretty_name),
        )
    return parts


def _package(package: Package, report: ImageReport, reference: str) -> Component:
    size = package.file_bytes if package.file_bytes is not None else package.installed_size
    return Component(
        bom_ref=reference,
        type=ComponentType.LIBRARY,
        name=printable(package.name),
        version=_version(package.version),
        purl=_purl(package),
        properties=_properties(
            layer=str(package.layer),
            layerDigest=report.layers[package.layer].digest,
            size=None if size is None else str(size),
        ),
        evidence=_evidence(package),
    )


def _evidence(package: Package) -> ComponentEvidence | None:
    if package.path is None:
        return None
    return ComponentEvidence(occurrences=[Occurrence(location=f"/{printable(package.path)}")])


def _version(text: str) -> str:
    return printable(text)[:_LONGEST_VERSION]


def _purl(package: Package) -> PackageURL | None:
    try:
        return PackageURL.from_string(printable(package.purl))
    except ValueError:
        return None


def _properties(**values: str | None) -> list[Property]:
    return [Property(name=f"imgscope:{name}", value=value) for name, value in values.items() if value is not None]


def _depend(bom: Bom, report: ImageReport, image: Component, parts: Mapping[int, Component]) -> None:
    """Say which packages need which, as far as their databases do; the image needs what no package does."""
    named: dict[tuple[str, str], list[Component]] = {}
    for position, package in enumerate(report.packages):
        named.setdefault((package.type, package.name), []).append(parts[position])
    needs: dict[int, list[Component]] = {position: [] for position in range(len(report.packages))}
    by_image: list[Component] = [parts[_DISTRIBUTION]] if _DISTRIBUTION in parts else []
    references = {component.bom_ref: position for position, component in parts.items()}
    most = _most_of_a_name(report, named)
    for position, package in enumerate(report.packages):
        requiring = [part for name in package.required_by or () for part in named.get((package.type, name), ())[:most]]
        for part in requiring:
            needs[references[part.bom_ref]].append(parts[position])
        if not requiring:
            by_image.append(parts[position])
    # All at once: Bom.register_dependency looks through those that are there each time, and again for what is needed.
    bom.dependencies.update(
        [
            _dependency(image, by_image),
            *(_dependency(parts[position], needed) for position, needed in needs.items()),
            *(_dependency(part, ()) for position, part in parts.items() if position not in needs),
        ]
    )


def _most_of_a_name(report: ImageReport, named: Mapping[tuple[str, str], Sequence[Component]]) -> int:
    """Return how many packages that have one name may each be said to need what the report says that name needs."""
    counts = [
        len(named.get((package.type, name), ())) for package in report.packages for name in package.required_by or ()
    ]
    return len(report.packages) if sum(counts) <= _MOST_DEPENDENCIES else max(_MOST_DEPENDENCIES // len(counts), 1)


def _dependency(component: Component, needed: Iterable[Component]) -> Dependency:
    return Dependency(ref=component.bom_ref, dependencies=[Dependency(ref=each.bom_ref) for each in needed])
