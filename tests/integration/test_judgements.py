"""What an expert would say of real images, and no more: nothing of a slim Debian, of a service its mistakes."""

from __future__ import annotations

import pytest

import imgscope
from imgscope.report import Finding, ImageReport, Severity
from tests.support.buildah import build_and_push
from tests.support.debian import make_debian_root
from tests.support.package_index import package_index

pytestmark = pytest.mark.integration

# What Debian's own slim images leave out (debuerreotype, "slimify").
_SLIM = tuple(f"/usr/share/{name}/*" for name in ("doc", "man", "info", "locale"))
_BASE = """\
FROM scratch
ADD root.tar /
CMD ["python3"]
"""
_TEXTBOOK = """\
FROM {base}
WORKDIR /app
COPY requirements.txt .
RUN pip install --break-system-packages -r requirements.txt --index-url {index} --trusted-host 127.0.0.1
COPY app.py .
EXPOSE 8000
HEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1
CMD ["python3", "app.py"]
"""


@pytest.fixture(scope="module")
def slim(registry: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A slim Debian with Python and pip, as the base images of Python are."""
    directory = tmp_path_factory.mktemp("slim")
    make_debian_root(directory, include=("python3-minimal", "python3-pip"), exclude=_SLIM)
    (directory / "Containerfile").write_text(_BASE)
    reference = f"{registry}/slim/python:3.11"
    build_and_push(directory, reference, media="docker")
    return reference


@pytest.fixture(scope="module")
def textbook(slim: str, registry: str, tmp_path_factory: pytest.TempPathFactory) -> ImageReport:
    """The report on a service that is built as textbooks do."""
    directory = tmp_path_factory.mktemp("textbook")
    (directory / "requirements.txt").write_text("greeting\n")
    (directory / "app.py").write_text("import greeting\n")
    reference = f"{registry}/textbook/service:1"
    with package_index() as index:
        (directory / "Containerfile").write_text(_TEXTBOOK.format(base=slim, index=index))
        build_and_push(directory, reference, media="docker")
    return imgscope.inspect(reference, platform="linux/amd64")


def above_info(report: ImageReport) -> dict[str, Finding]:
    return {found.rule_id: found for found in report.findings if found.severity is not Severity.INFO}


def test_a_clean_slim_image_gives_no_finding_above_info(slim: str) -> None:
    report = imgscope.inspect(slim, platform="linux/amd64")
    assert report.complete
    assert above_info(report) == {}


def test_a_textbook_service_gives_exactly_what_an_expert_would_write(textbook: ImageReport) -> None:
    assert textbook.complete
    assert set(above_info(textbook)) == {"healthcheck-cannot-run", "runs-as-root", "pip-cache-left"}


def test_the_health_check_is_told_what_it_lacks_and_what_to_do(textbook: ImageReport) -> None:
    found = above_info(textbook)["healthcheck-cannot-run"]
    assert found.message == "the health check always fails: curl, which it calls, is not in the image"
    assert found.fix == "check with python3, which the image has, or install curl"


def test_the_cache_of_pip_is_priced_and_blamed_on_its_instruction(textbook: ImageReport) -> None:
    found = above_info(textbook)["pip-cache-left"]
    assert found.instruction is not None
    assert found.instruction.startswith("RUN pip install")
    assert 2_000_000 < (found.bytes or 0) < 2_100_000


def test_what_pip_installed_is_listed_with_its_layer(textbook: ImageReport) -> None:
    (package,) = [package for package in textbook.packages if package.name == "greeting"]
    assert (package.type, package.version, package.purl) == ("python", "1.0", "pkg:pypi/greeting@1.0")
    instruction = textbook.layers[package.layer].instruction
    assert instruction is not None
    assert instruction.text.startswith("pip install")


def test_debian_packages_keep_their_layer_below_the_service(textbook: ImageReport, slim: str) -> None:
    below = imgscope.inspect(slim, platform="linux/amd64")
    known = {(package.name, package.version) for package in below.packages if package.type == "deb"}
    here = {(package.name, package.version) for package in textbook.packages if package.type == "deb"}
    assert here == known
    assert len(known) > 50
